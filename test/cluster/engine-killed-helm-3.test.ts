import { it } from 'vitest';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import { findTool } from '../support/tools.ts';
import { testPendingInstall, testPendingUpgrade, useKilledProject } from './engine/killed.ts';

/** What helm itself leaves when it is killed. Where helm lives on or kubectl is killed, helm's version changes nothing: engine-killed.test.ts. */
describeWithCluster('apply that is killed, by helm 3', (anyCluster) => {
  const reason =
    findTool('helm3') === undefined
      ? 'no helm3 on PATH or in the test cache (npm run test:tools)'
      : process.platform === 'linux'
        ? undefined
        : 'needs /proc';
  describeUnless(reason, 'goes on when it is run again', () => {
    const cluster = { ...anyCluster, helm: 'helm3' } as const;
    const killed = useKilledProject(cluster, 'ick3', 30097);

    it('is applied', { timeout: 300_000 }, async () => {
      await killed.project.apply();
    });

    testPendingUpgrade(killed, true);
    testPendingInstall(killed, cluster);
  });
});
