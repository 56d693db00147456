import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import {
  addHelpDetails,
  contextOption,
  jsonOption,
  kubeconfigOption,
  parseConcurrency,
  takeOverOption,
  timeoutOption,
} from '../options.ts';

export function defineApply(program: Program, run: Run): void {
  const command = program
    .command('apply')
    .description('render, then bring what differs to the cluster with kubectl and helm')
    .option('--dry-run', 'print the numbered plan with every command; change nothing')
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .option('--namespace <namespace>', 'refuse unless the services live in this namespace (set in ingress-tls.yaml)')
    .addOption(timeoutOption('how long each rollout and release may take').default(300, '5m'))
    .option('--prune', 'remove from the cluster what is no longer in ingress-tls.yaml')
    .option(
      '--verify-live',
      'have the API server compare every object of every release, not only what one listing shows',
    )
    .option(
      '--concurrency <number>',
      'how many releases are worked on side by side, 1 to 64 (default: twice the processors, 16 at most)',
      parseConcurrency,
    )
    .addOption(takeOverOption())
    .option('--force-conflicts', 'take over fields that others set, kubectl edit for instance')
    .option('--force-pending', 'do not wait for another helm that seems to work on a release')
    .option('--keep-edits', 'apply generated files as you edited them instead of refusing')
    .addOption(jsonOption())
    .option('-v, --verbose', 'print each command as it runs');
  addHelpDetails(command, [
    ['ingress-tls apply --dry-run', 'see every command first'],
    ['ingress-tls apply --context staging', 'to another cluster than the current one'],
    ['ingress-tls apply --timeout 10m --verbose', 'slow cluster, every command shown'],
    ['ingress-tls apply --verify-live', 'look for changes that others made on the cluster'],
  ]);
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/apply.ts')).apply);
  });
}
