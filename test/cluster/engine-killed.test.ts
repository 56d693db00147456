import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cluster } from '../support/cluster.ts';
import { helm } from '../support/cluster-programs.ts';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import { startOutageProxy, type OutageProxy } from '../support/outage-proxy.ts';
import { findTool } from '../support/tools.ts';
import { killAt } from './engine/kill.ts';
import { addressOf, EngineProject } from './engine/project.ts';

/** Lines of apply, from the first look at the cluster to the last step. */
const moments = ['$ kubectl config view', '❯ apply manifests/ic-common.yaml', '❯ apply 5 Secrets', '❯ wait for Deployment', '❯ install release', '✔ install release', '❯ wait for '];

for (const [tool, port] of [['helm', 30096], ['helm3', 30097]] as const) {
  describeWithCluster(`apply that is killed, by ${tool}`, (anyCluster) => {
    const cluster: Cluster = tool === 'helm3' ? { ...anyCluster, helm: 'helm3' } : anyCluster;
    const reason = findTool(tool) === undefined ? `no ${tool} on PATH or in the test cache (npm run test:tools)` : process.platform === 'linux' ? undefined : 'needs /proc';
    describeUnless(reason, 'goes on when it is run again', () => {
      let project: EngineProject;
      let slowly: OutageProxy;
      // Of one server: what is known of a helm is known of the server that it went to.
      let kubeconfig = '';

      beforeAll(async () => {
        project = new EngineProject(cluster, tool === 'helm' ? 'ick' : 'ick3', port);
        // Each answer takes a while, so that a release is still pending when it is seen to be.
        slowly = await startOutageProxy(addressOf(cluster), 200);
        kubeconfig = project.writeKubeconfig(slowly.port);
      });

      afterAll(async () => {
        await slowly.close();
        project.remove();
      });

      /** Starts apply and kills it when a release is in this state. */
      async function killWhen(state: string, tools: boolean): Promise<void> {
        const records = project.watchRecords();
        try {
          const run = project.startApply(kubeconfig);
          const { wasRunning, stderr } = await killAt(run, () => records.seen(state), { tools });
          expect(wasRunning, stderr).toBe(true);
        } finally {
          records.end();
        }
      }

      it('a first apply, killed again and again, each time a little later', { timeout: 600_000 }, async () => {
        // Each is in the run of the one before, if that is not killed.
        for (const [index, moment] of moments.entries()) {
          const run = project.startApply();
          const { wasRunning, stderr } = await killAt(run, () => run.stderr().includes(moment), { tools: index % 2 === 0 });
          // What the tools did after the last kill is not done again, so that its line may be missing.
          expect(wasRunning || index > 4, `${moment}\n${stderr}`).toBe(true);
        }
        await project.apply();
        project.expectHealthy();
      });

      it.each([{ tools: true }, { tools: false }])('killed while releases are pending-upgrade, with helm: $tools', { timeout: 600_000 }, async ({ tools }) => {
        const release = project.releases[0] ?? '';
        const before = { history: project.history(release), uids: project.uids(release) };
        project.write(tools ? 2 : 1);
        await killWhen(`${release} pending-upgrade`, tools);
        const stderr = await project.apply(kubeconfig);
        if (tools) expect(stderr).toMatch(/Release \S+ was left pending-upgrade by a helm that was stopped: going back to revision \d+\./);
        project.expectHealthy();
        const after = project.history(release);
        expect(after.slice(0, before.history.length).map(({ revision }) => revision)).toEqual(before.history.map(({ revision }) => revision));
        expect(after.length).toBeGreaterThan(before.history.length);
        expect(project.uids(release)).toEqual(before.uids);
        expect(await project.apply(kubeconfig)).toMatch(/^0 to create|nothing to change|unchanged/m);
      });

      it('killed while releases are pending-install: they are completed and keep their history', { timeout: 600_000 }, async () => {
        for (const release of project.releases) helm(cluster, 'uninstall', release, '--namespace', project.namespace, '--wait');
        const release = project.releases[0] ?? '';
        await killWhen(`${release} pending-install`, true);
        expect(project.history(release)).toMatchObject([{ revision: 1, status: 'pending-install' }]);
        const made = project.uids(release);
        const stderr = await project.apply(kubeconfig);
        expect(stderr).toMatch(/Release \S+ was left pending-install by a helm that was stopped: completing revision 1\./);
        project.expectHealthy();
        // The digest that the way back carries speaks of revision 1: apply makes a revision of its own.
        expect(project.history(release).slice(0, 2)).toMatchObject([{ revision: 1, status: 'pending-install' }, { revision: 2, description: 'Rollback to 1' }]);
        expect(project.uids(release)).toEqual(expect.arrayContaining([...made]));
      });
    });
  });
}
