import { Option, type Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption, parsePeriod } from '../options.ts';

export function defineList(program: Program, run: Run): void {
  const command = program
    .command('list')
    .description('list services, hosts, modes, ports, files and when certificates expire')
    .addOption(
      new Option(
        '--expiring [period]',
        'list the certificates that expire within it, as 30d or 12h (default: those with a third of their life left or less); exit 1 when there is one',
      ).argParser(parsePeriod),
    )
    .addOption(jsonOption());
  addHelpDetails(command, [
    ['ingress-tls list --json', 'for scripts'],
    ['ingress-tls list --expiring 30d', 'for cron and CI: exit 1 when a certificate has to be renewed'],
  ]);
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/list.ts')).list);
  });
}
