import type { Program } from '../commander.ts';
import { addHelpDetails, addressOption, contextOption, kubeconfigOption } from '../options.ts';
import type { Run } from '../run-command.ts';

export function defineCurl(program: Program, run: Run): void {
  const command = program
    .command('curl')
    .description(
      'run curl against a service: address, authority and client certificate filled in, nothing left unverified',
    )
    .argument('<name>', 'name of the service')
    // One argument for commander, which would make the list of all commands wider than a terminal.
    .argument('[path...]', 'path and query to ask for (default: /, or the first of its paths)')
    .usage('[options] <name> [path] [-- <options of curl>]')
    .addOption(addressOption())
    .addOption(contextOption())
    .addOption(kubeconfigOption());
  addHelpDetails(command, [
    ['ingress-tls curl svc7', 'the greeting, from a preview or the cluster'],
    ['ingress-tls curl svc9 /status -- --include --verbose', 'with options of curl'],
    ['ingress-tls curl svc7 --address 127.0.0.1:30092', 'somewhere else'],
  ]);
  command.addHelpText(
    'after',
    '\nOnce curl runs, its own exit code is passed on: 60, for instance, when the\ncertificate is not the one to trust (man curl lists them).',
  );
  command.action(async (name, more, flags) => {
    await run(command, { ...flags, words: [name, ...more] }, async () => (await import('../actions/curl.ts')).curl);
  });
}
