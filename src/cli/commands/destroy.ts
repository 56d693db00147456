import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import {
  addHelpDetails,
  contextOption,
  jsonOption,
  kubeconfigOption,
  takeOverOption,
  timeoutOption,
} from '../options.ts';

export function defineDestroy(program: Program, run: Run): void {
  const command = program
    .command('destroy')
    .description('remove from the cluster what apply brought, and nothing else; local files stay')
    .option('--confirm <name>', "the controller's name, instead of being asked for it")
    .option('--dry-run', 'print what would be removed')
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addOption(
      timeoutOption('how long each release and each deletion may take (workloads and namespaces: 6m at least)').default(
        300,
        '5m',
      ),
    )
    .addOption(takeOverOption())
    .option('--no-input', 'never ask; without --confirm that is an error')
    .addOption(jsonOption())
    .option('-v, --verbose', 'print each command as it runs');
  addHelpDetails(command, [
    ['ingress-tls destroy --dry-run', 'see what would go'],
    ['ingress-tls destroy --confirm ic3', 'without being asked'],
  ]);
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/destroy.ts')).destroyProject);
  });
}
