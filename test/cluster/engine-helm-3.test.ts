import { afterAll, beforeAll, describe } from 'vitest';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import { findTool } from '../support/tools.ts';
import { testDiff } from './engine/diff.ts';
import { testFirstApply, testLaterApplies } from './engine/incremental.ts';
import { EngineProject } from './engine/project.ts';

/** apply and diff where they ask helm: labels and digests, upgrades, dry runs, repair, going back. What kubectl alone sees is tested with helm 4. */
describeWithCluster('the engine on a cluster, by helm 3', (cluster) => {
  describeUnless(
    findTool('helm3') === undefined ? 'no helm3 on PATH or in the test cache (npm run test:tools)' : undefined,
    'one project',
    () => {
      describe('apply and diff', { timeout: 300_000 }, () => {
        let project: EngineProject;

        beforeAll(() => {
          project = new EngineProject({ ...cluster, helm: 'helm3' }, 'inb', 31097);
        });

        afterAll(() => {
          project.remove();
        });

        testFirstApply(() => project);
        testDiff(() => project);
        testLaterApplies(() => project);
      });
    },
  );
});
