import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingressTls, kubectl, kubectlWithInput, listVersions } from '../support/cluster-programs.ts';
import type { Cluster } from '../support/cluster.ts';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import type { ProgramResult } from '../support/program.ts';
import { findTool } from '../support/tools.ts';
import { EngineProject } from './engine/project.ts';

interface Told {
  readonly counts: Readonly<Record<'create' | 'change' | 'delete' | 'unchanged', number>>;
  readonly objects: readonly ToldObject[];
  readonly releases: readonly { readonly service: string; readonly change: string; readonly reasons: readonly string[]; readonly objects?: readonly ToldObject[] }[];
}

interface ToldObject {
  readonly kind: string;
  readonly name: string;
  readonly change: string;
  readonly conflicts: readonly { readonly manager: string; readonly fields: readonly string[] }[];
  readonly refusal?: string;
}

describeWithCluster('diff on a cluster', (cluster) => {
  testDiff({ ...cluster }, 'helm 4', 'dfa', 31094);
  describeUnless(findTool('helm3') === undefined ? 'no helm3 on PATH or in the test cache (npm run test:tools)' : undefined, 'by helm 3', () => {
    testDiff({ ...cluster, helm: 'helm3' }, 'helm 3', 'dfb', 31095);
  });
});

function testDiff(cluster: Cluster, title: string, name: string, port: number): void {
  describe(`diff with ${title}`, { timeout: 300_000 }, () => {
    let project: EngineProject;
    const diff = (...args: string[]): ProgramResult => ingressTls(cluster, project.folder, 'diff', ...args);
    /** What is not as it should be, by kind and name without the controller's; in the order of the answer. */
    const differing = (told: Told): readonly string[] =>
      [...told.objects, ...told.releases.flatMap(({ objects = [] }) => objects)].filter(({ change }) => change !== 'unchanged').map((object) => `${object.change} ${object.kind} ${object.name}`);
    const ask = (...args: string[]): Told => JSON.parse(diff('--json', ...args).stdout) as Told;
    const inNamespace = (...args: string[]): string => kubectl(cluster, ...args, '--namespace', project.namespace);
    const text = (): string => readFileSync(join(project.folder, 'ingress-tls.yaml'), 'utf8');

    beforeAll(() => {
      project = new EngineProject(cluster, name, port);
    });

    afterAll(() => {
      project.remove();
    });

    it('makes everything when there is nothing', () => {
      const told = ask();
      expect(told.counts).toMatchObject({ change: 0, delete: 0, unchanged: 0 });
      expect(told.releases.map(({ change }) => change)).toEqual(['create', 'create', 'create']);
    });

    it('finds nothing after apply, and changes nothing', async () => {
      await project.apply();
      const before = listVersions(cluster).filter((line) => line.includes(`/${name}`));
      const result = diff();
      expect(result.stdout).toMatch(/^nothing to change, \d+ unchanged\n$/);
      expect(result.exitCode).toBe(0);
      expect(listVersions(cluster).filter((line) => line.includes(`/${name}`))).toEqual(before);
    });

    it('sees by name what others changed, and shows nothing of a Secret', () => {
      inNamespace('scale', 'deployment', `${name}-svc9`, '--replicas=2');
      inNamespace('annotate', 'ingress', `${name}-svc8`, 'nginx.ingress.kubernetes.io/proxy-ssl-verify-');
      inNamespace('delete', 'deployment', `${name}-svc7`);
      inNamespace('patch', 'secret', `${name}-svc8-tls`, '--type=merge', '--patch', JSON.stringify({ data: { 'tls.crt': Buffer.from('swordfish').toString('base64') } }));

      const { exitCode, stdout, stderr } = diff();
      expect(exitCode, stderr).toBe(1);
      const told = ask();
      expect(differing(told)).toEqual([`change Secret ${name}-svc8-tls`, `create Deployment ${name}-svc7`, `change Ingress ${name}-svc8`, `change Deployment ${name}-svc9`]);
      expect(told.releases.map(({ reasons }) => reasons)).toEqual([[`Deployment ${name}-svc7 is missing`], [`Ingress ${name}-svc8 differs`], [`Deployment ${name}-svc9 differs`]]);
      expect(stdout).toContain('-  tls.crt: (hidden, 9 bytes, before)\n');
      expect(stdout).toContain('+    nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"\n');
      expect(stdout).toContain('-  replicas: 2\n+  replicas: 1\n');
      for (const file of readdirSync(join(project.folder, 'secrets'))) {
        const values = [...readFileSync(join(project.folder, 'secrets', file), 'utf8').matchAll(/: "?([A-Za-z0-9+/=]{40,})/g)].map(([, value = '']) => value);
        expect(values.length).toBeGreaterThan(0);
        for (const value of [...values, 'swordfish', 'c3dvcmRmaXNo']) expect(stdout + JSON.stringify(told)).not.toContain(value.slice(0, 40));
      }
      // helm 3 patches over whoever set a field; server-side apply asks.
      const scaled = told.releases[2]?.objects?.find(({ kind }) => kind === 'Deployment');
      expect(scaled?.conflicts).toEqual(cluster.helm === 'helm3' ? [] : [{ manager: 'kubectl', fields: ['.spec.replicas'] }]);
    });

    it('finds nothing again once apply has put it right', () => {
      const result = ingressTls(cluster, project.folder, 'apply', '--verify-live', '--force-conflicts', '--timeout', '120s');
      expect(result.exitCode, result.stderr).toBe(0);
      const { exitCode, stdout } = diff();
      expect(stdout).toMatch(/^nothing to change/);
      expect(exitCode).toBe(0);
    });

    it('sees fields and objects that go, of charts that are not written yet', async () => {
      const plain = text();
      const more = plain.replace('mode: terminate', "mode: terminate\n    annotations:\n      nginx.ingress.kubernetes.io/proxy-body-size: 8m");
      writeFileSync(join(project.folder, 'ingress-tls.yaml'), more.replace('replicas: 1', 'replicas: 2'));
      await project.apply();
      writeFileSync(join(project.folder, 'ingress-tls.yaml'), plain);
      const told = ask('svc7');
      expect(differing(told)).toEqual([`change Deployment ${name}-svc7`, `change Ingress ${name}-svc7`, `delete PodDisruptionBudget ${name}-svc7`]);
      expect(diff('svc7').stdout).toContain('-    nginx.ingress.kubernetes.io/proxy-body-size: 8m\n');
      await project.apply();
      expect(inNamespace('get', 'ingress', `${name}-svc7`, '--output', 'jsonpath={.metadata.annotations}')).not.toContain('proxy-body-size');
      expect(inNamespace('get', 'poddisruptionbudgets', '--output', 'name')).toBe('');
    });

    it('repeats the refusal of one object and still tells of the others', () => {
      const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'no-more', namespace: project.namespace }, spec: { hard: { secrets: '1' } } };
      kubectlWithInput(cluster, JSON.stringify(quota), 'apply', '-f', '-');
      try {
        // Until it is counted, the API server refuses everything with other words.
        inNamespace('wait', 'resourcequota/no-more', '--for=jsonpath={.status.used.secrets}', '--timeout=30s');
        inNamespace('delete', 'secret', `${name}-svc9-tls`);
        const told = ask('svc9');
        expect(differing(told)).toEqual([`create Secret ${name}-svc9-tls`]);
        expect(told.objects.find(({ change }) => change === 'create')?.refusal).toMatch(/is forbidden: exceeded quota: no-more, requested: secrets=1/);
      } finally {
        inNamespace('delete', 'resourcequota', 'no-more');
      }
    });
  });
}
