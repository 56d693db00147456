import type { Command } from 'commander';
import type { Run } from '../program.ts';
import { addClusterOptions, addHelpDetails, jsonOption, timeoutOption } from '../options.ts';

export interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly keepEdits?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function defineApply(program: Command, run: Run): void {
  const command = program
    .command('apply')
    .description('render, then bring everything to the cluster with kubectl and helm')
    .option('--dry-run', 'print the numbered plan with every command; change nothing');
  addClusterOptions(command)
    .option('--namespace <namespace>', 'refuse unless the services live in this namespace (set in ingress-tls.yaml)')
    .addOption(timeoutOption('how long each rollout and release may take'))
    .option('--prune', 'remove from the cluster what is no longer in ingress-tls.yaml')
    .option('--keep-edits', 'apply generated files as you edited them instead of refusing')
    .addOption(jsonOption())
    .option('-v, --verbose', 'print each command as it runs');
  addHelpDetails(command, [
    ['ingress-tls apply --dry-run', 'see every command first'],
    ['ingress-tls apply --context staging', 'to another cluster than the current one'],
    ['ingress-tls apply --timeout 10m --verbose', 'slow cluster, every command shown'],
  ]);
  command.action(async (options: ApplyOptions) => {
    await run(command, options, async () => (await import('../actions/apply.ts')).apply);
  });
}
