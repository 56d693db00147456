import type { Program } from '../commander.ts';
import {
  addHelpDetails,
  addressOption,
  contextOption,
  jsonOption,
  kubeconfigOption,
  parseWholeNumber,
  timeoutOption,
} from '../options.ts';
import type { Run } from '../run-command.ts';

export function defineVerify(program: Program, run: Run): void {
  const command = program
    .command('verify')
    .description('connect as a client would and prove where TLS ends for each service; changes nothing without --deep')
    .argument('[names...]', 'services to verify (default: all)')
    .addOption(addressOption())
    .option('--path <path>', "ask for this path and judge the status alone, for services that are not the demo's")
    .option('--status <number>', 'the status that this path has (default: 200)', parseWholeNumber)
    .addOption(
      timeoutOption('how long each connection and each question to the cluster may take (default: 5s and 25s)'),
    )
    .option('--cert <file>', "the certificate to show where one is asked for, in PEM, in place of the project's own")
    .option('--key <file>', 'its key')
    .option('--deep', 'break each reencrypt hop for a moment: with another authority in its Secret it must be refused')
    .option('--logs', "read the logs of controller and pods: passed-through requests must not be in the controller's")
    .option('--facts', 'say what a client sees of each host as well, right or not: to compare two controllers by')
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addOption(jsonOption());
  addHelpDetails(command, [
    ['ingress-tls verify', 'every service, where a preview or the cluster runs'],
    ['ingress-tls verify svc9 --address 192.0.2.10:30092', 'one service, somewhere else'],
    ['ingress-tls verify shop --path /healthz --status 204', 'a service of your own image'],
    ['ingress-tls verify svc9 --cert me.crt --key me.key', 'as a client of your own authority'],
    ['ingress-tls verify --deep --logs --context staging', 'all that can be proved'],
    ['ingress-tls verify --facts --json > before.json', 'what to compare another controller with'],
  ]);
  command.addHelpText(
    'after',
    '\nExit code 1: a check failed. Warnings and known limits of the controller do not\nchange it. 3: nothing could be reached at the address.',
  );
  command.action(async (names, flags) => {
    await run(command, { ...flags, names }, async () => (await import('../actions/verify.ts')).verify);
  });
}
