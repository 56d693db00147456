import type { Command } from 'commander';
import type { ClusterOptions } from '../../app/cluster/tools.ts';
import type { Run } from '../run-command.ts';
import { addClusterOptions, addHelpDetails, jsonOption, questionTimeoutOption } from '../options.ts';

export function defineDoctor(program: Command, run: Run): void {
  const command = program.command('doctor').description('check node, kubectl, helm, openssl, the cluster and the project');
  addClusterOptions(command).addOption(questionTimeoutOption()).addOption(jsonOption());
  addHelpDetails(command, [['ingress-tls doctor', 'each finding comes with its remedy']]);
  command.action(async (options: ClusterOptions) => {
    await run(command, options, async () => (await import('../actions/doctor.ts')).doctor);
  });
}
