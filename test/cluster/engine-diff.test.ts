import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlWithInput } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { askDiff, differing, testDiff } from './engine/diff.ts';
import { EngineProject } from './engine/project.ts';

describeWithCluster('diff on a cluster', (cluster) => {
  describe('diff with helm 4', { timeout: 300_000 }, () => {
    const name = 'dfa';
    let project: EngineProject;
    const inNamespace = (...args: string[]): string => kubectl(cluster, ...args, '--namespace', project.namespace);

    beforeAll(() => {
      project = new EngineProject(cluster, name, 31094);
    });

    afterAll(() => {
      project.remove();
    });

    it('makes everything when there is nothing', () => {
      const told = askDiff(project);
      expect(told.counts).toMatchObject({ change: 0, delete: 0, unchanged: 0 });
      expect(told.releases.map(({ change }) => change)).toEqual(['create', 'create', 'create']);
    });

    testDiff(() => project);

    it('repeats the refusal of one object and still tells of the others', () => {
      const quota = {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'no-more', namespace: project.namespace },
        spec: { hard: { secrets: '1' } },
      };
      kubectlWithInput(cluster, JSON.stringify(quota), 'apply', '-f', '-');
      try {
        // Until it is counted, the API server refuses everything with other words.
        inNamespace('wait', 'resourcequota/no-more', '--for=jsonpath={.status.used.secrets}', '--timeout=30s');
        inNamespace('delete', 'secret', `${name}-svc9-tls`);
        const told = askDiff(project, 'svc9');
        expect(differing(told)).toEqual([`create Secret ${name}-svc9-tls`]);
        expect(told.objects.find(({ change }) => change === 'create')?.refusal).toMatch(
          /is forbidden: exceeded quota: no-more, requested: secrets=1/,
        );
      } finally {
        inNamespace('delete', 'resourcequota', 'no-more');
      }
    });
  });
});
