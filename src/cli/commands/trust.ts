import { Option, type Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption } from '../options.ts';

export function defineTrust(program: Program, run: Run): void {
  const command = program
    .command('trust')
    .description("have this machine's system and browsers trust the project's authority: install, uninstall, status");
  addHelpDetails(command, [
    ['ingress-tls trust install', 'the system, Chromium and Firefox then take certs/ca.crt'],
    ['ingress-tls trust status', 'looks which of them have it'],
    ['ingress-tls trust uninstall', 'takes it out again, and those of an earlier time'],
  ]);

  const install = command
    .command('install')
    .description('put certs/ca.crt into the stores of the system and of browsers (NSS); what needs root is printed')
    .addOption(storeOption())
    .option('--dry-run', 'print the commands; changes nothing')
    .option('--unconstrained', 'also an authority without name constraints, which can vouch for every site')
    .addOption(jsonOption());
  addHelpDetails(install, [
    ['ingress-tls trust install --dry-run', 'see the commands first'],
    ['ingress-tls trust install --store nss', 'Chromium and Firefox alone, without root'],
  ]);
  install.action(async (options) => {
    await run(install, options, async () => (await import('../actions/trust.ts')).installTrust);
  });

  const uninstall = command
    .command('uninstall')
    .description('take the authorities of this domain out of the stores, also where certs/ca.crt is another one by now')
    .addOption(storeOption())
    .option('--dry-run', 'print the commands; changes nothing')
    .addOption(jsonOption());
  addHelpDetails(uninstall, [['ingress-tls trust uninstall', 'leaves nothing of it behind']]);
  uninstall.action(async (options) => {
    await run(uninstall, options, async () => (await import('../actions/trust.ts')).uninstallTrust);
  });

  const status = command
    .command('status')
    .description('look which stores have certs/ca.crt; exit 1 when one has not')
    .addOption(storeOption())
    .addOption(jsonOption());
  addHelpDetails(status, [['ingress-tls trust status --json', 'for scripts']]);
  status.action(async (options) => {
    await run(status, options, async () => (await import('../actions/trust.ts')).showTrust);
  });
}

function storeOption() {
  return new Option('--store <kind>', 'system or nss (default: both)').choices(['system', 'nss'] as const);
}
