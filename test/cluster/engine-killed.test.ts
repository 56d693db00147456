import { expect, it } from 'vitest';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import { killAt } from './engine/kill.ts';
import { testPendingInstall, testPendingUpgrade, useKilledProject } from './engine/killed.ts';

/** Lines of apply, from the first look at the cluster to the last step. */
const moments = [
  '$ kubectl config view',
  '❯ apply manifests/ic-common.yaml',
  '❯ apply 5 Secrets',
  '❯ wait for Deployment',
  '❯ install release',
  '✔ install release',
  '❯ wait for ',
];

describeWithCluster('apply that is killed', (cluster) => {
  describeUnless(process.platform === 'linux' ? undefined : 'needs /proc', 'goes on when it is run again', () => {
    const killed = useKilledProject(cluster, 'ick', 30096);

    it('a first apply, killed again and again, each time a little later', { timeout: 600_000 }, async () => {
      const { project } = killed;
      // Each is in the run of the one before, if that is not killed.
      for (const [index, moment] of moments.entries()) {
        const run = project.startApply();
        const { wasRunning, stderr } = await killAt(run, () => run.stderr().includes(moment), {
          tools: index % 2 === 0,
        });
        // What the tools did after the last kill is not done again, so that its line may be missing.
        expect(wasRunning || index > 4, `${moment}\n${stderr}`).toBe(true);
      }
      await project.apply();
      project.expectHealthy();
    });

    testPendingUpgrade(killed, true);
    testPendingUpgrade(killed, false);
    testPendingInstall(killed, cluster);
  });
});
