import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption } from '../options.ts';

export function defineList(program: Program, run: Run): void {
  const command = program
    .command('list')
    .description('list services, hosts, modes, ports, files and when certificates expire')
    .addOption(jsonOption());
  addHelpDetails(command, [['ingress-tls list --json', 'for scripts']]);
  command.action(async () => {
    await run(command, {}, async () => (await import('../actions/list.ts')).list);
  });
}
