import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, jsonOption } from '../options.ts';

export function defineRemoveService(program: Program, run: Run): void {
  const command = program
    .command('remove-service')
    .description('take a service out of ingress-tls.yaml and remove its chart and Secrets; its keys are kept')
    .argument('<name>', 'name of the service')
    .addOption(jsonOption());
  addHelpDetails(command, [['ingress-tls remove-service svc9', 'apply --prune then uninstalls its release']]);
  command.action(async (name) => {
    await run(command, { name }, async () => (await import('../actions/remove-service.ts')).removeServiceFromProject);
  });
}
