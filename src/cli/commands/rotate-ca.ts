import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, contextOption, jsonOption, kubeconfigOption, questionTimeoutOption } from '../options.ts';

export function defineRotateCa(program: Program, run: Run): void {
  const command = program
    .command('rotate-ca')
    .description(
      'put a new authority, with a new key, in the place of one that is in use: one step of three at each call, with an apply in between',
    )
    .argument('[authority]', 'ca, or an authority of clients as svc9-client-ca', 'ca')
    .option('--applied', 'go on without asking the cluster whether it has the step before')
    .option('--dry-run', 'say which step comes next and what it makes; changes nothing')
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addOption(questionTimeoutOption())
    .addOption(jsonOption())
    .option('-v, --verbose', 'print each command as it runs');
  addHelpDetails(command, [
    ['ingress-tls rotate-ca', 'both authorities are trusted; then ingress-tls apply'],
    ['ingress-tls rotate-ca', 'the new one issues; then ingress-tls apply'],
    ['ingress-tls rotate-ca', 'the old one is dropped; then ingress-tls apply'],
    ['ingress-tls rotate-ca svc9-client-ca --dry-run', 'see first'],
  ]);
  command.action(async (authority, options) => {
    await run(command, { ...options, authority }, async () => (await import('../actions/rotate-ca.ts')).rotateCa);
  });
}
