import { Option, type Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption, parsePeriod } from '../options.ts';

export function defineRenew(program: Program, run: Run): void {
  const command = program
    .command('renew')
    .description('make certificates anew that expire soon, with new keys, and render; copies of the old ones are kept')
    .argument('[names...]', 'certificates, as svc9 of certs/svc9.crt (default: all of the project)')
    .addOption(
      new Option(
        '--within <period>',
        'those that expire within it, as 30d or 12h (default: those with a third of their life left or less)',
      ).argParser(parsePeriod),
    )
    .option('--all', 'whether they expire soon or not')
    .option('--keep-key', 'make the certificates alone, for the keys that are there; authorities are renewed only so')
    .option('--dry-run', 'say what would be renewed; changes nothing')
    .addOption(jsonOption());
  addHelpDetails(command, [
    ['ingress-tls renew', 'what expires soon; then ingress-tls apply brings it to the cluster'],
    ['ingress-tls renew svc9 --all', 'one certificate, at once'],
    ['ingress-tls renew ca --keep-key', 'an authority, so that what it signed stays valid'],
    ['ingress-tls renew --within 30d --dry-run', 'see first'],
  ]);
  command.action(async (names, options) => {
    await run(command, { ...options, names }, async () => (await import('../actions/renew.ts')).renew);
  });
}
