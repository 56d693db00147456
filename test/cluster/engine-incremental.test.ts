import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingressTls, kubectl } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import type { ProgramResult } from '../support/program.ts';
import { until } from '../support/until.ts';
import { runApply, testFirstApply, testLaterApplies } from './engine/incremental.ts';
import { EngineProject } from './engine/project.ts';

describeWithCluster('apply on a cluster, again and again', (cluster) => {
  describe('apply with helm 4', { timeout: 300_000 }, () => {
    const name = 'ina';
    let project: EngineProject;
    const inNamespace = (...args: string[]): string => kubectl(cluster, ...args, '--namespace', project.namespace);

    beforeAll(() => {
      project = new EngineProject(cluster, name, 31096);
    });

    afterAll(() => {
      project.remove();
    });

    testFirstApply(() => project);
    testLaterApplies(() => project);

    it('sends one Secret and calls no helm when a certificate was replaced in the cluster', () => {
      inNamespace(
        'patch',
        'secret',
        `${name}-svc9-client-ca`,
        '--type=json',
        '--patch',
        '[{"op":"remove","path":"/data/ca.crt"}]',
      );
      const { exitCode, stderr, helmCalls, writes } = runApply(project);
      expect(exitCode, stderr).toBe(0);
      expect(helmCalls).toEqual([]);
      expect(writes).toEqual([expect.stringContaining(`secrets/${name}-svc9-client-ca.yaml`)]);
    });

    it('repairs an annotation that was taken away, which verify has named', async () => {
      inNamespace('annotate', 'ingress', `${name}-svc9`, 'nginx.ingress.kubernetes.io/ssl-passthrough-');
      const verify = (): ProgramResult =>
        ingressTls(cluster, project.folder, 'verify', 'svc9', '--address', `127.0.0.1:31096`);
      await until(() => verify().exitCode === 1);
      const { exitCode, stderr, helmCalls } = runApply(project);
      expect(exitCode, stderr).toBe(0);
      expect(helmCalls).toEqual([`${name}-svc9`]);
      await until(() => verify().exitCode === 0);
    });

    it('repairs what was deleted of the lesser objects too', () => {
      inNamespace('delete', 'networkpolicy', `${name}-svc8`);
      const { exitCode, stderr, helmCalls } = runApply(project);
      expect(exitCode, stderr).toBe(0);
      expect(helmCalls).toEqual([`${name}-svc8`]);
      expect(inNamespace('get', 'networkpolicies', '--output', 'name').trim().split('\n')).toHaveLength(3);
    });
  });
});
