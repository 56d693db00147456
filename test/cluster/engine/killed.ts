import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cluster } from '../../support/cluster.ts';
import { helm, kubectl } from '../../support/cluster-programs.ts';
import { startOutageProxy, type OutageProxy } from '../../support/outage-proxy.ts';
import { killAt } from './kill.ts';
import { addressOf, EngineProject } from './project.ts';

/** A project whose apply is killed when a release is in some state. */
export interface KilledProject {
  /** Set before the first test. */
  project: EngineProject;
  /** One server: what is known of a helm is known of the server that it went to. */
  kubeconfig: string;
  /** Starts apply and kills it when a release is in this state; with `tools`, helm and kubectl as well. */
  readonly killWhen: (state: string, tools: boolean) => Promise<void>;
}

/** To be called in a describe block. */
export function useKilledProject(cluster: Cluster, name: string, port: number): KilledProject {
  let proxy: OutageProxy;

  beforeAll(async () => {
    killed.project = new EngineProject(cluster, name, port);
    proxy = await startOutageProxy(addressOf(cluster));
    killed.kubeconfig = killed.project.writeKubeconfig(proxy.port);
  });

  afterAll(async () => {
    await proxy.close();
    killed.project.remove();
  });

  const killed: KilledProject = {
    project: undefined as unknown as EngineProject,
    kubeconfig: '',
    killWhen: async (state, tools) => {
      const records = killed.project.watchRecords();
      // Each answer takes a while, so that a release is still pending when it is seen to be.
      proxy.delay(200);
      try {
        const run = killed.project.startApply(killed.kubeconfig);
        const { wasRunning, stderr } = await killAt(run, () => records.seen(state), { tools });
        expect(wasRunning, stderr).toBe(true);
      } finally {
        proxy.delay(0);
        records.end();
      }
    },
  };
  return killed;
}

/** The releases, which are there, are pending-upgrade when apply is killed, with helm or without. */
export function testPendingUpgrade(killed: KilledProject, tools: boolean): void {
  it(
    `killed while releases are pending-upgrade, with helm: ${tools ? 'true' : 'false'}`,
    { timeout: 600_000 },
    async () => {
      const { project, kubeconfig } = killed;
      const release = project.releases[0] ?? '';
      const before = { history: project.history(release), uids: project.uids(release) };
      project.write(tools ? 2 : 1);
      await killed.killWhen(`${release} pending-upgrade`, tools);
      const stderr = await project.apply(kubeconfig);
      if (tools)
        expect(stderr).toMatch(
          /Release \S+ was left pending-upgrade by a helm that was stopped: going back to revision \d+\./,
        );
      project.expectHealthy();
      const after = project.history(release);
      expect(after.slice(0, before.history.length).map(({ revision }) => revision)).toEqual(
        before.history.map(({ revision }) => revision),
      );
      expect(after.length).toBeGreaterThan(before.history.length);
      expect(project.uids(release)).toEqual(before.uids);
      expect(await project.apply(kubeconfig)).toMatch(/^0 to create|nothing to change|unchanged/m);
    },
  );
}

/** The releases, which are taken away first, are pending-install when apply is killed with helm. */
export function testPendingInstall(killed: KilledProject, cluster: Cluster): void {
  it(
    'killed while releases are pending-install: they are completed and keep their history',
    { timeout: 600_000 },
    async () => {
      const { project, kubeconfig } = killed;
      for (const release of project.releases) helm(cluster, 'uninstall', release, '--namespace', project.namespace);
      kubectl(
        cluster,
        'wait',
        '--for=delete',
        'deployments,pods',
        '--all',
        '--namespace',
        project.namespace,
        '--timeout=120s',
      );
      const release = project.releases[0] ?? '';
      await killed.killWhen(`${release} pending-install`, true);
      expect(project.history(release)).toMatchObject([{ revision: 1, status: 'pending-install' }]);
      const made = project.uids(release);
      const stderr = await project.apply(kubeconfig);
      expect(stderr).toMatch(
        /Release \S+ was left pending-install by a helm that was stopped: completing revision 1\./,
      );
      project.expectHealthy();
      // The digest that the way back carries speaks of revision 1: apply makes a revision of its own.
      expect(project.history(release).slice(0, 2)).toMatchObject([
        { revision: 1, status: 'pending-install' },
        { revision: 2, description: 'Rollback to 1' },
      ]);
      expect(project.uids(release)).toEqual(expect.arrayContaining([...made]));
    },
  );
}
