import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import {
  addHelpDetails,
  contextOption,
  jsonOption,
  kubeconfigOption,
  questionTimeoutOption,
  takeOverOption,
} from '../options.ts';

export function defineDiff(program: Program, run: Run): void {
  const command = program
    .command('diff')
    .description('show what apply would change on the cluster, object by object; changes nothing')
    .argument('[names...]', 'services to look at, with their Secrets (default: everything)')
    .option('--summary', 'names and counts only')
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addOption(questionTimeoutOption())
    .addOption(takeOverOption())
    .addOption(jsonOption())
    .option('-v, --verbose', 'print each command as it runs');
  addHelpDetails(command, [
    ['ingress-tls diff', 'exit 0: nothing to change, exit 1: differences'],
    ['ingress-tls diff svc7 --summary', 'one service, names only'],
    ['ingress-tls diff --context staging --json', 'for scripts; no Secret is in it'],
  ]);
  command.action(async (names, options) => {
    await run(command, { ...options, names }, async () => (await import('../actions/diff.ts')).diff);
  });
}
