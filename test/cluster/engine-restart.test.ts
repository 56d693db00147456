import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithCluster } from '../support/describe-with.ts';
import { startOutageProxy, type OutageProxy } from '../support/outage-proxy.ts';
import { until } from '../support/until.ts';
import { addressOf, EngineProject, type Run } from './engine/project.ts';

/** An API server that goes away in the middle, played by a proxy before it: every connection breaks, and none is taken. */
describeWithCluster('apply while the API server is restarted', (cluster) => {
  let project: EngineProject;
  let proxy: OutageProxy;
  let kubeconfigPath = '';

  beforeAll(async () => {
    project = new EngineProject(cluster, 'icr', 30098);
    proxy = await startOutageProxy(addressOf(cluster));
    kubeconfigPath = project.writeKubeconfig(proxy.port);
  });

  afterAll(async () => {
    await proxy.close();
    project.remove();
  });

  async function finish(run: Run): Promise<string> {
    const { exitCode, stderr } = await run.ended;
    expect(exitCode, stderr).toBe(0);
    return stderr;
  }

  it('fails at once when it was never there', async () => {
    await proxy.goAway();
    try {
      const { exitCode, stderr } = await project.startApply(kubeconfigPath).ended;
      expect(exitCode).toBe(3);
      expect(stderr).toContain('nothing answers at');
      expect(stderr).not.toContain('trying again');
    } finally {
      await proxy.comeBack();
    }
  });

  it.each([
    { moment: '❯ apply 5 Secrets', replicas: 1 },
    { moment: '❯ wait for 3 Deployments', replicas: 2 },
  ])('bears five seconds at $moment', { timeout: 300_000 }, async ({ moment, replicas }) => {
    project.write(replicas);
    const run = project.startApply(kubeconfigPath);
    await until(() => run.stderr().includes(moment));
    await proxy.goAway();
    await wait(5_000);
    await proxy.comeBack();
    const stderr = await finish(run);
    expect(stderr.match(/the API server does not answer/g)).toHaveLength(1);
    expect(stderr).toContain('The API server answers again.');
    project.expectHealthy();
  });

  it('frees what a helm that lost it at work left pending, and goes on', { timeout: 300_000 }, async () => {
    project.write(1);
    const release = project.releases[0] ?? '';
    const records = project.watchRecords();
    const refused = proxy.refused();
    const run = project.startApply(kubeconfigPath);
    try {
      await until(() => records.seen(`${release} pending-upgrade`));
      proxy.cut();
      await until(() => proxy.refused() > refused + 5);
    } finally {
      records.end();
      await proxy.comeBack();
    }
    await finish(run);
    project.expectHealthy();
  });
});
