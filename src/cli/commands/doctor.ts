import type { Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails, contextOption, jsonOption, kubeconfigOption, questionTimeoutOption } from '../options.ts';

export function defineDoctor(program: Program, run: Run): void {
  const command = program
    .command('doctor')
    .description('check node, kubectl, helm, openssl, the cluster and the project')
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addOption(questionTimeoutOption())
    .addOption(jsonOption());
  addHelpDetails(command, [['ingress-tls doctor', 'each finding comes with its remedy']]);
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/doctor.ts')).doctor);
  });
}
