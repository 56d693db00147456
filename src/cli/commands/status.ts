import { Option, type Program } from '../commander.ts';
import {
  addHelpDetails,
  contextOption,
  jsonOption,
  kubeconfigOption,
  parseDuration,
  questionTimeoutOption,
} from '../options.ts';
import type { Run } from '../run-command.ts';

export function defineStatus(program: Program, run: Run): void {
  const command = program
    .command('status')
    .description(
      'show on one screen how the cluster is: releases, pods, Ingresses, certificates, drift; changes nothing',
    )
    .argument('[names...]', 'services to show (default: all)')
    .option('-w, --watch', 'look again and again, and show what has changed')
    .addOption(
      new Option('--interval <duration>', 'how long --watch waits between two looks')
        .argParser(parseDuration)
        .default(2, '2s'),
    )
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addOption(questionTimeoutOption())
    .addOption(jsonOption());
  addHelpDetails(command, [
    ['ingress-tls status', 'everything, and what to do about what is wrong'],
    ['ingress-tls status svc9 --watch', 'one service, while it comes up'],
    ['ingress-tls status --json', 'for scripts: well, cluster, controller, services, problems'],
    ['ingress-tls status --watch --json', 'one line of JSON for each change'],
  ]);
  command.addHelpText(
    'after',
    '\nExit code 1: something is not ready, missing, expired or differs from what apply\nbrings. Warnings do not change it. --watch ends with Ctrl-C, exit 0.',
  );
  command.action(async (names, flags) => {
    await run(command, { ...flags, names }, async () => (await import('../actions/status.ts')).status);
  });
}
