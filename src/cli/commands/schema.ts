import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails } from '../options.ts';

export function defineSchema(program: Program, run: Run): void {
  const command = program.command('schema').description('print the JSON Schema of ingress-tls.yaml');
  addHelpDetails(command, [['ingress-tls schema > schema.json', 'for an editor']]);
  command.action(async () => {
    await run(command, {}, async () => (await import('../actions/schema.ts')).printSchema);
  });
}
