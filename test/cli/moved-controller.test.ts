import { expect, it } from 'vitest';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { currentAnswers, nodePortUser } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

it.each([
  [
    'ic3',
    'node port 30092 is still taken by Service ingress-nginx-ic3 in namespace old, where controller ic3 was applied before',
    'ingress-tls destroy --confirm ic3',
  ],
  [
    'ic4',
    'node port 30092 is taken by Service ingress-nginx-ic3 in namespace old\n',
    'set another controller.nodePort',
  ],
])(
  'apply says of a node port that a Service of controller %s has in another namespace how to go on',
  async (owner, message, remedy) => {
    await inProject(noServices, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(nodePortUser(30_092, 'old', 'ingress-nginx-ic3', owner), ...currentAnswers);
      const { exitCode, stderr } = runProgram(['apply'], { cwd: folder, env: cluster.env });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`error: ${message}`);
      expect(stderr).toContain(`next: ${remedy}`);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  },
);
