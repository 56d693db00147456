import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ingressTls, kubectl, listSettledVersions, listVersions } from '../../support/cluster-programs.ts';
import type { ProgramResult } from '../../support/program.ts';
import type { EngineProject } from './project.ts';

/** What an apply did, by the commands that it ran. */
interface Told extends ProgramResult {
  /** Releases that a helm was called for. */
  readonly helmCalls: readonly string[];
  /** Commands of kubectl that write. */
  readonly writes: readonly string[];
}

export function runApply(project: EngineProject, ...args: readonly string[]): Told {
  const result = run(project, 'apply', '--verbose', '--timeout', '120s', ...args);
  const commands = result.stderr.split('\n').filter((line) => line.startsWith('$ ') || line.includes('| kubectl'));
  return {
    ...result,
    helmCalls: commands.flatMap(
      (line) => / (?:upgrade --install|rollback|uninstall|install) (\S+)/.exec(line)?.[1] ?? [],
    ),
    writes: commands.filter(
      (line) => /kubectl .*\s(?:apply|create|replace|delete|patch)\s/.test(line) && !line.includes('--dry-run=server'),
    ),
  };
}

function run(project: EngineProject, ...args: readonly string[]): ProgramResult {
  return ingressTls(project.cluster, project.folder, ...args);
}

function edit(project: EngineProject, from: string | RegExp, to: string): void {
  const path = join(project.folder, 'ingress-tls.yaml');
  const text = readFileSync(path, 'utf8');
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  writeFileSync(path, edited);
}

/** The first apply of a project, with helm 4 and 3. */
export function testFirstApply(get: () => EngineProject): void {
  it('calls helm once for each service of a new project', () => {
    const project = get();
    const { exitCode, stderr, helmCalls } = runApply(project);
    expect(exitCode, stderr).toBe(0);
    expect([...helmCalls].sort()).toEqual(project.releases);
  });
}

/** What applies after it do where helm has a part in it, with helm 4 and 3. */
export function testLaterApplies(get: () => EngineProject): void {
  const inNamespace = (...args: string[]): string => kubectl(get().cluster, ...args, '--namespace', get().namespace);

  it('calls no helm and writes nothing when nothing changed', async () => {
    const project = get();
    const { cluster, name } = project;
    const before = await listSettledVersions(cluster, name);
    const { exitCode, stderr, helmCalls, writes } = runApply(project);
    expect(exitCode, stderr).toBe(0);
    expect({ helmCalls, writes }).toEqual({ helmCalls: [], writes: [] });
    expect(stderr).toMatch(/^nothing to change, \d+ unchanged$/m);
    expect(listVersions(cluster).filter((line) => line.includes(`/${name}`))).toEqual(before);
  });

  it('calls helm once when one service changed', () => {
    const project = get();
    const { name } = project;
    edit(project, /replicas: 1/, 'replicas: 2');
    const { exitCode, stderr, helmCalls, writes } = runApply(project);
    expect(exitCode, stderr).toBe(0);
    expect({ helmCalls, writes }).toEqual({ helmCalls: [`${name}-svc7`], writes: [] });
    expect(inNamespace('get', 'deployment', `${name}-svc7`, '--output', 'jsonpath={.status.readyReplicas}')).toBe('2');
  });

  it('repairs a Deployment that was deleted, which status and diff have seen', () => {
    const project = get();
    const { name } = project;
    inNamespace('delete', 'deployment', `${name}-svc8`);
    const status = run(project, 'status');
    expect(status.exitCode, status.stderr).toBe(1);
    expect(status.stdout).toContain('missing Deployment');
    const diff = run(project, 'diff', '--summary');
    expect(diff.exitCode, diff.stderr).toBe(1);
    expect(diff.stdout).toContain(`release ${name}-svc8`);
    const { exitCode, stderr, helmCalls } = runApply(project);
    expect(exitCode, stderr).toBe(0);
    expect(helmCalls).toEqual([`${name}-svc8`]);
    expect(inNamespace('get', 'deployment', `${name}-svc8`, '--output', 'jsonpath={.status.readyReplicas}')).toBe('1');
    expect(run(project, 'diff').exitCode).toBe(0);
    expect(run(project, 'status').exitCode).toBe(0);
  });

  it('overlooks what its listings do not show, and finds it with --verify-live', () => {
    const project = get();
    inNamespace('label', 'networkpolicies', '--all', 'app.kubernetes.io/name-');
    expect(runApply(project).helmCalls).toEqual([]);
    const { exitCode, stderr, helmCalls } = runApply(project, '--verify-live');
    expect(exitCode, stderr).toBe(0);
    expect([...helmCalls].sort()).toEqual(project.releases);
    expect(
      inNamespace('get', 'networkpolicies', '--selector=app.kubernetes.io/name', '--output', 'name').trim().split('\n'),
    ).toHaveLength(3);
  });

  it('does not take over without being told what another manager set', () => {
    const project = get();
    const { cluster, name } = project;
    inNamespace('scale', 'deployment', `${name}-svc9`, '--replicas=3');
    if (cluster.helm === 'helm3') {
      // helm 3 knows no field managers: it writes what its chart says.
      const taken = runApply(project);
      expect(taken.helmCalls, taken.stderr).toEqual([`${name}-svc9`]);
    } else {
      const refused = runApply(project);
      expect(refused).toMatchObject({ exitCode: 1, helmCalls: [], writes: [] });
      expect(refused.stderr).toMatch(/\.spec\.replicas set by kubectl/);
      expect(refused.stderr).toContain('--force-conflicts');
      expect(runApply(project, '--force-conflicts')).toMatchObject({ exitCode: 0, helmCalls: [`${name}-svc9`] });
    }
    expect(inNamespace('get', 'deployment', `${name}-svc9`, '--output', 'jsonpath={.spec.replicas}')).toBe('1');
  });

  it('leaves the number of pods to others where the file says none, and lets none of them go when it is said no longer', () => {
    const project = get();
    const { name } = project;
    const count = (): string =>
      inNamespace('get', 'deployment', `${name}-svc9`, '--output', 'jsonpath={.spec.replicas}');
    edit(project, /(name: svc9\n.*\n {4}replicas:) 1/, '$1 3');
    expect(runApply(project)).toMatchObject({ exitCode: 0, helmCalls: [`${name}-svc9`] });
    edit(project, /(name: svc9\n.*\n) {4}replicas: 3\n/, '$1');
    expect(runApply(project)).toMatchObject({ exitCode: 0, helmCalls: [`${name}-svc9`] });
    expect(count()).toBe('3');
    for (const replicas of ['2', '0', '3']) {
      inNamespace('scale', 'deployment', `${name}-svc9`, `--replicas=${replicas}`);
      expect(run(project, 'diff').exitCode).toBe(0);
      expect(runApply(project)).toMatchObject({ exitCode: 0, helmCalls: [], writes: [] });
    }
    // helm 3 patches away what the manifest before said, whoever set it since.
    edit(project, /(name: svc9\n.*\n)/, '$1    annotations: {example.test/a: b}\n');
    expect(runApply(project)).toMatchObject({ exitCode: 0, helmCalls: [`${name}-svc9`] });
    expect(count()).toBe('3');
    edit(project, /(name: svc9\n.*\n).*annotations.*\n/, '$1    replicas: 1\n');
    expect(runApply(project, '--force-conflicts')).toMatchObject({ exitCode: 0, helmCalls: [`${name}-svc9`] });
    expect(count()).toBe('1');
  });

  it('says why pods do not become ready, and goes back to what ran before', () => {
    const project = get();
    const { name } = project;
    edit(project, /( {2}- name: svc8\n)/, '$1    image: registry.invalid/nothing:1\n');
    const failed = run(project, 'apply', '--timeout', '15s');
    expect(failed.exitCode, failed.stderr).toBe(3);
    expect(failed.stderr).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(failed.stderr).toContain('went back to revision');
    expect(
      inNamespace(
        'get',
        'deployment',
        `${name}-svc8`,
        '--output',
        'jsonpath={.spec.template.spec.containers[0].image}',
      ),
    ).not.toContain('registry.invalid');
    edit(project, '    image: registry.invalid/nothing:1\n', '');
    const { exitCode, stderr } = runApply(project);
    expect(exitCode, stderr).toBe(0);
    expect(run(project, 'diff', 'svc8').exitCode).toBe(0);
  });
}
