import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingressTls, kubectl, listVersions } from '../support/cluster-programs.ts';
import type { Cluster } from '../support/cluster.ts';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import type { ProgramResult } from '../support/program.ts';
import { findTool } from '../support/tools.ts';
import { until } from '../support/until.ts';
import { EngineProject } from './engine/project.ts';

/** What an apply did, by the commands that it ran. */
interface Told extends ProgramResult {
  /** Releases that a helm was called for. */
  readonly helmCalls: readonly string[];
  /** Commands of kubectl that write. */
  readonly writes: readonly string[];
}

describeWithCluster('apply on a cluster, again and again', (cluster) => {
  testIncremental({ ...cluster }, 'helm 4', 'ina', 31096);
  describeUnless(findTool('helm3') === undefined ? 'no helm3 on PATH or in the test cache (npm run test:tools)' : undefined, 'by helm 3', () => {
    testIncremental({ ...cluster, helm: 'helm3' }, 'helm 3', 'inb', 31097);
  });
});

function testIncremental(cluster: Cluster, title: string, name: string, port: number): void {
  describe(`apply with ${title}`, { timeout: 300_000 }, () => {
    let project: EngineProject;
    const inNamespace = (...args: string[]): string => kubectl(cluster, ...args, '--namespace', project.namespace);
    const run = (...args: string[]): ProgramResult => ingressTls(cluster, project.folder, ...args);
    const apply = (...args: string[]): Told => {
      const result = run('apply', '--verbose', '--timeout', '120s', ...args);
      const commands = result.stderr.split('\n').filter((line) => line.startsWith('$ ') || line.includes('| kubectl'));
      return {
        ...result,
        helmCalls: commands.flatMap((line) => / (?:upgrade --install|rollback|uninstall|install) (\S+)/.exec(line)?.[1] ?? []),
        writes: commands.filter((line) => /kubectl .*\s(?:apply|create|replace|delete|patch)\s/.test(line) && !line.includes('--dry-run=server')),
      };
    };
    const edit = (from: string | RegExp, to: string): void => {
      const path = join(project.folder, 'ingress-tls.yaml');
      const text = readFileSync(path, 'utf8');
      const edited = text.replace(from, to);
      expect(edited).not.toBe(text);
      writeFileSync(path, edited);
    };

    beforeAll(() => {
      project = new EngineProject(cluster, name, port);
    });

    afterAll(() => {
      project.remove();
    });

    it('calls helm once for each service of a new project', () => {
      const { exitCode, stderr, helmCalls } = apply();
      expect(exitCode, stderr).toBe(0);
      expect([...helmCalls].sort()).toEqual(project.releases);
    });

    it('calls no helm and writes nothing when nothing changed', () => {
      const before = listVersions(cluster).filter((line) => line.includes(`/${name}`));
      const { exitCode, stderr, helmCalls, writes } = apply();
      expect(exitCode, stderr).toBe(0);
      expect({ helmCalls, writes }).toEqual({ helmCalls: [], writes: [] });
      expect(stderr).toMatch(/^nothing to change, \d+ unchanged$/m);
      expect(listVersions(cluster).filter((line) => line.includes(`/${name}`))).toEqual(before);
    });

    it('calls helm once when one service changed', () => {
      edit(/replicas: 1/, 'replicas: 2');
      const { exitCode, stderr, helmCalls, writes } = apply();
      expect(exitCode, stderr).toBe(0);
      expect({ helmCalls, writes }).toEqual({ helmCalls: [`${name}-svc7`], writes: [] });
      expect(inNamespace('get', 'deployment', `${name}-svc7`, '--output', 'jsonpath={.status.readyReplicas}')).toBe('2');
    });

    it('sends one Secret and calls no helm when a certificate was replaced in the cluster', () => {
      inNamespace('patch', 'secret', `${name}-svc9-client-ca`, '--type=json', '--patch', '[{"op":"remove","path":"/data/ca.crt"}]');
      const { exitCode, stderr, helmCalls, writes } = apply();
      expect(exitCode, stderr).toBe(0);
      expect(helmCalls).toEqual([]);
      expect(writes).toEqual([expect.stringContaining(`secrets/${name}-svc9-client-ca.yaml`)]);
    });

    it('repairs a Deployment that was deleted, which status and diff have seen', () => {
      inNamespace('delete', 'deployment', `${name}-svc8`);
      const status = run('status');
      expect(status.exitCode, status.stderr).toBe(1);
      expect(status.stdout).toContain('missing Deployment');
      const diff = run('diff', '--summary');
      expect(diff.exitCode, diff.stderr).toBe(1);
      expect(diff.stdout).toContain(`release ${name}-svc8`);
      const { exitCode, stderr, helmCalls } = apply();
      expect(exitCode, stderr).toBe(0);
      expect(helmCalls).toEqual([`${name}-svc8`]);
      expect(inNamespace('get', 'deployment', `${name}-svc8`, '--output', 'jsonpath={.status.readyReplicas}')).toBe('1');
      expect(run('diff').exitCode).toBe(0);
      expect(run('status').exitCode).toBe(0);
    });

    it('repairs an annotation that was taken away, which verify has named', async () => {
      inNamespace('annotate', 'ingress', `${name}-svc9`, 'nginx.ingress.kubernetes.io/ssl-passthrough-');
      const verify = (): ProgramResult => run('verify', 'svc9', '--address', `127.0.0.1:${port}`);
      await until(() => verify().exitCode === 1);
      const { exitCode, stderr, helmCalls } = apply();
      expect(exitCode, stderr).toBe(0);
      expect(helmCalls).toEqual([`${name}-svc9`]);
      await until(() => verify().exitCode === 0);
    });

    it('repairs what was deleted of the lesser objects too', () => {
      inNamespace('delete', 'networkpolicy', `${name}-svc8`);
      const { exitCode, stderr, helmCalls } = apply();
      expect(exitCode, stderr).toBe(0);
      expect(helmCalls).toEqual([`${name}-svc8`]);
      expect(inNamespace('get', 'networkpolicies', '--output', 'name').trim().split('\n')).toHaveLength(3);
    });

    it('overlooks what its listings do not show, and finds it with --verify-live', () => {
      inNamespace('label', 'networkpolicies', '--all', 'app.kubernetes.io/name-');
      expect(apply().helmCalls).toEqual([]);
      const { exitCode, stderr, helmCalls } = apply('--verify-live');
      expect(exitCode, stderr).toBe(0);
      expect([...helmCalls].sort()).toEqual(project.releases);
      expect(inNamespace('get', 'networkpolicies', '--selector=app.kubernetes.io/name', '--output', 'name').trim().split('\n')).toHaveLength(3);
    });

    it('does not take over without being told what another manager set', () => {
      inNamespace('scale', 'deployment', `${name}-svc9`, '--replicas=3');
      if (cluster.helm === 'helm3') {
        // helm 3 knows no field managers: it writes what its chart says.
        const taken = apply();
        expect(taken.helmCalls, taken.stderr).toEqual([`${name}-svc9`]);
      } else {
        const refused = apply();
        expect(refused).toMatchObject({ exitCode: 1, helmCalls: [], writes: [] });
        expect(refused.stderr).toMatch(/\.spec\.replicas set by kubectl/);
        expect(refused.stderr).toContain('--force-conflicts');
        expect(apply('--force-conflicts')).toMatchObject({ exitCode: 0, helmCalls: [`${name}-svc9`] });
      }
      expect(inNamespace('get', 'deployment', `${name}-svc9`, '--output', 'jsonpath={.spec.replicas}')).toBe('1');
    });

    it('says why pods do not become ready, and goes back to what ran before', () => {
      edit(/( {2}- name: svc8\n)/, '$1    image: registry.invalid/nothing:1\n');
      const failed = run('apply', '--timeout', '15s');
      expect(failed.exitCode, failed.stderr).toBe(3);
      expect(failed.stderr).toMatch(/ErrImagePull|ImagePullBackOff/);
      expect(failed.stderr).toContain('went back to revision');
      expect(inNamespace('get', 'deployment', `${name}-svc8`, '--output', 'jsonpath={.spec.template.spec.containers[0].image}')).not.toContain('registry.invalid');
      edit('    image: registry.invalid/nothing:1\n', '');
      const { exitCode, stderr } = apply();
      expect(exitCode, stderr).toBe(0);
      expect(run('diff', 'svc8').exitCode).toBe(0);
    });
  });
}
