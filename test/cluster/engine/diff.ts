import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ingressTls, kubectl, listSettledVersions, listVersions } from '../../support/cluster-programs.ts';
import type { ProgramResult } from '../../support/program.ts';
import type { EngineProject } from './project.ts';

export interface Told {
  readonly counts: Readonly<Record<'create' | 'change' | 'delete' | 'unchanged', number>>;
  readonly objects: readonly ToldObject[];
  readonly releases: readonly {
    readonly service: string;
    readonly change: string;
    readonly reasons: readonly string[];
    readonly objects?: readonly ToldObject[];
  }[];
}

interface ToldObject {
  readonly kind: string;
  readonly name: string;
  readonly change: string;
  readonly conflicts: readonly { readonly manager: string; readonly fields: readonly string[] }[];
  readonly refusal?: string;
}

/** Runs diff. */
function runDiff(project: EngineProject, ...args: readonly string[]): ProgramResult {
  return ingressTls(project.cluster, project.folder, 'diff', ...args);
}

/** What diff says as JSON. */
export function askDiff(project: EngineProject, ...args: readonly string[]): Told {
  return JSON.parse(runDiff(project, '--json', ...args).stdout) as Told;
}

/** What is not as it should be, by kind and name; in the order of the answer. */
export function differing(told: Told): readonly string[] {
  return [...told.objects, ...told.releases.flatMap(({ objects = [] }) => objects)]
    .filter(({ change }) => change !== 'unchanged')
    .map((object) => `${object.change} ${object.kind} ${object.name}`);
}

/** What diff says where helm has to say something too; with helm 4 and 3. `get` gives a project of plain services, which may be new. */
export function testDiff(get: () => EngineProject): void {
  const inNamespace = (...args: string[]): string => kubectl(get().cluster, ...args, '--namespace', get().namespace);

  it('finds nothing after apply, and changes nothing', async () => {
    const project = get();
    const { cluster, name } = project;
    await project.apply();
    const before = await listSettledVersions(cluster, name);
    const result = runDiff(project);
    expect(result.stdout).toMatch(/^nothing to change, \d+ unchanged\n$/);
    expect(result.exitCode).toBe(0);
    expect(listVersions(cluster).filter((line) => line.includes(`/${name}`))).toEqual(before);
  });

  it('sees by name what others changed, and shows nothing of a Secret', () => {
    const project = get();
    const { cluster, name } = project;
    inNamespace('scale', 'deployment', `${name}-svc9`, '--replicas=2');
    inNamespace('annotate', 'ingress', `${name}-svc8`, 'nginx.ingress.kubernetes.io/proxy-ssl-verify-');
    inNamespace('delete', 'deployment', `${name}-svc7`);
    inNamespace(
      'patch',
      'secret',
      `${name}-svc8-tls`,
      '--type=merge',
      '--patch',
      JSON.stringify({ data: { 'tls.crt': Buffer.from('swordfish').toString('base64') } }),
    );

    const { exitCode, stdout, stderr } = runDiff(project);
    expect(exitCode, stderr).toBe(1);
    const told = askDiff(project);
    expect(differing(told)).toEqual([
      `change Secret ${name}-svc8-tls`,
      `create Deployment ${name}-svc7`,
      `change Ingress ${name}-svc8`,
      `change Deployment ${name}-svc9`,
    ]);
    expect(told.releases.map(({ reasons }) => reasons)).toEqual([
      [`Deployment ${name}-svc7 is missing`],
      [`Ingress ${name}-svc8 differs`],
      [`Deployment ${name}-svc9 differs`],
    ]);
    expect(stdout).toContain('-  tls.crt: (hidden, 9 bytes, before)\n');
    expect(stdout).toContain('+    nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"\n');
    expect(stdout).toContain('-  replicas: 2\n+  replicas: 1\n');
    for (const file of readdirSync(join(project.folder, 'secrets'))) {
      const values = [
        ...readFileSync(join(project.folder, 'secrets', file), 'utf8').matchAll(/: "?([A-Za-z0-9+/=]{40,})/g),
      ].map(([, value = '']) => value);
      expect(values.length).toBeGreaterThan(0);
      for (const value of [...values, 'swordfish', 'c3dvcmRmaXNo'])
        expect(stdout + JSON.stringify(told)).not.toContain(value.slice(0, 40));
    }
    // helm 3 patches over whoever set a field; server-side apply asks.
    const scaled = told.releases[2]?.objects?.find(({ kind }) => kind === 'Deployment');
    expect(scaled?.conflicts).toEqual(
      cluster.helm === 'helm3' ? [] : [{ manager: 'kubectl', fields: ['.spec.replicas'] }],
    );
  });

  it('finds nothing again once apply has put it right', () => {
    const project = get();
    const { cluster } = project;
    const result = ingressTls(
      cluster,
      project.folder,
      'apply',
      '--verify-live',
      '--force-conflicts',
      '--timeout',
      '120s',
    );
    expect(result.exitCode, result.stderr).toBe(0);
    const { exitCode, stdout } = runDiff(project);
    expect(stdout).toMatch(/^nothing to change/);
    expect(exitCode).toBe(0);
  });

  it('sees fields and objects that go, of charts that are not written yet', async () => {
    const project = get();
    const { name } = project;
    const path = join(project.folder, 'ingress-tls.yaml');
    const plain = readFileSync(path, 'utf8');
    const more = plain.replace(
      'mode: terminate',
      'mode: terminate\n    annotations:\n      nginx.ingress.kubernetes.io/proxy-body-size: 8m',
    );
    writeFileSync(path, more.replace('replicas: 1', 'replicas: 2'));
    await project.apply();
    writeFileSync(path, plain);
    const told = askDiff(project, 'svc7');
    expect(differing(told)).toEqual([
      `change Deployment ${name}-svc7`,
      `change Ingress ${name}-svc7`,
      `delete PodDisruptionBudget ${name}-svc7`,
    ]);
    expect(runDiff(project, 'svc7').stdout).toContain('-    nginx.ingress.kubernetes.io/proxy-body-size: 8m\n');
    await project.apply();
    expect(inNamespace('get', 'ingress', `${name}-svc7`, '--output', 'jsonpath={.metadata.annotations}')).not.toContain(
      'proxy-body-size',
    );
    expect(inNamespace('get', 'poddisruptionbudgets', '--output', 'name')).toBe('');
  });
}
