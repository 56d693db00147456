import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption } from '../options.ts';

export function defineRender(program: Program, run: Run): void {
  const command = program
    .command('render')
    .description('generate all files from ingress-tls.yaml again; edited files are kept')
    .option('--force', 'replace edited files too and keep a backup of each')
    .addOption(jsonOption());
  addHelpDetails(command, [
    ['ingress-tls render', 'after editing ingress-tls.yaml'],
    ['ingress-tls render --force', 'give up changes made in generated files'],
  ]);
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/render.ts')).render);
  });
}
