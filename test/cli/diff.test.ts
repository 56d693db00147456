import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { runProgram, startProgram, type ProgramResult } from '../support/program.ts';
import { namespaces, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type Call } from '../support/stand-in-cluster.ts';
import { until } from '../support/until.ts';

const allThere: readonly Answer[] = [
  {
    tool: 'kubectl',
    when: ['get', 'namespaces', '-o=name'],
    stdout: 'namespace/default\nnamespace/ingress-nginx-demo\n',
  },
  { ...namespaces({ default: {}, 'ingress-nginx-demo': { 'ingress-tls/controller': 'ic3' } }) },
  { tool: 'kubectl', when: ['get', '-f', '-'], echoes: true },
];

/** What helm makes of any chart, as far as anybody here looks. */
const chart =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: "ic3-svc7"\n  namespace: "default"\nspec:\n  type: ClusterIP\n';
const template: Answer = { tool: 'helm', when: ['template'], stdout: chart };

function digestFolder(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries
    .map(
      ({ parentPath, name }) =>
        `${join(parentPath, name)} ${createHash('sha256')
          .update(readFileSync(join(parentPath, name)))
          .digest('hex')}`,
    )
    .sort();
}

describe('diff on a cluster with nothing of ours', () => {
  let result: ProgramResult,
    json: ProgramResult,
    calls: readonly Call[],
    keys: readonly string[],
    before: readonly string[],
    after: readonly string[];
  let project = '';

  beforeAll(async () => {
    await inProject(threeModes, (folder, outside) => {
      project = folder;
      const cluster = installStandInCluster(outside);
      cluster.answer(template);
      before = digestFolder(folder);
      result = runProgram(['diff', '--summary'], { cwd: folder, env: cluster.env });
      calls = cluster.calls();
      json = runProgram(['diff', '--json'], { cwd: folder, env: cluster.env });
      after = digestFolder(folder);
      const names = readdirSync(join(folder, 'certs')).filter((name) => name.endsWith('.key'));
      keys = names.flatMap((name) => {
        const text = readFileSync(join(folder, 'certs', name), 'utf8');
        return [text.split('\n')[1] ?? '', Buffer.from(text).toString('base64').slice(40, 120)];
      });
    });
  });

  it('names everything and exits 1', () => {
    expectGolden('diff-summary', ['diff', '--summary'], project, result);
    expect(result.exitCode).toBe(1);
  });

  it('changes neither cluster nor folder', () => {
    expect(calls.filter(isWrite)).toEqual([]);
    expect(calls.some(({ tool, args }) => tool === 'helm' && args.includes('template'))).toBe(true);
    expect(after).toEqual(before);
  });

  it('--json tells all of it, and nothing of a Secret', () => {
    const told = JSON.parse(json.stdout) as {
      readonly counts: unknown;
      readonly objects: readonly { readonly kind: string; readonly after?: unknown }[];
    };
    expect(told).toMatchObject({
      context: 'demo',
      counts: { create: expect.any(Number) as number, change: 0, delete: 0, unchanged: 0 },
    });
    const secrets = told.objects.filter(({ kind }) => kind === 'Secret');
    expect(secrets).toHaveLength(5);
    for (const secret of secrets) expect(secret).not.toHaveProperty('after');
    expect(told.objects.find(({ kind }) => kind === 'ClusterRole')).toHaveProperty('after');
  });

  it('never shows a key', async () => {
    expect(keys.length).toBeGreaterThan(4);
    await inProject(threeModes, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(template);
      // All is made: every Secret is printed.
      const shown = runProgram(['diff', '--verbose'], { cwd: folder, env: cluster.env });
      expect(shown.stdout).toContain('tls.key: (hidden, ');
      const seen = [shown.stdout, shown.stderr, json.stdout, ...cluster.calls().flatMap(({ args }) => args)].join('\n');
      expect(keys.filter((text) => seen.includes(text))).toEqual([]);
    });
  });
});

describe('diff', () => {
  it('exits 0 when nothing would change', async () => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...allThere);
      const result = runProgram(['diff'], { cwd: project, env: cluster.env });
      expectGolden('diff-nothing', ['diff'], project, result);
      expect(result.exitCode).toBe(0);
    });
  });

  it('shows a file that a person edited as it is, and says so', async () => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...allThere);
      const path = join(project, 'manifests/ic-common.yaml');
      writeFileSync(path, `${readFileSync(path, 'utf8')}# by hand\n`);
      const { exitCode, stderr } = runProgram(['diff'], { cwd: project, env: cluster.env });
      expect(exitCode).toBe(0);
      expect(stderr).toContain('edited: compared as it is on disk: manifests/ic-common.yaml');
    });
  });

  it('looks at one service alone, its chart as it would be written', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(template);
      const config = join(project, 'ingress-tls.yaml');
      writeFileSync(
        config,
        readFileSync(config, 'utf8').replace('mode: terminate', 'mode: terminate\n    replicas: 2'),
      );
      const { exitCode, stdout } = runProgram(['diff', 'svc7', '--summary'], { cwd: project, env: cluster.env });
      expect(stdout).toBe('create  release ic3-svc7 (svc7)\n1 to create, 0 unchanged\n');
      expect(exitCode).toBe(1);
      const [call] = cluster.calls('helm').filter(({ args }) => args.includes('template'));
      expect(call?.args.find((arg) => arg.endsWith('/svc7'))).toMatch(/^\/.*ingress-tls-charts-[^/]+\/svc7$/);
      expect(readFileSync(join(project, 'charts/svc7/values.yaml'), 'utf8')).toContain('replicaCount: null');
    });
  });

  it('leaves no chart behind, not even when it is stopped', async () => {
    await inProject(threeModes, async (project, outside) => {
      const temporary = join(outside, 'temporary');
      mkdirSync(temporary);
      const cluster = installStandInCluster(outside);
      cluster.answer({ ...template, seconds: 30 });
      const config = join(project, 'ingress-tls.yaml');
      writeFileSync(
        config,
        readFileSync(config, 'utf8').replace('mode: terminate', 'mode: terminate\n    replicas: 2'),
      );
      const running = startProgram(['diff'], { cwd: project, env: { ...cluster.env, TMPDIR: temporary } });
      await until(
        () => readdirSync(temporary).length > 0 && cluster.calls('helm').some(({ args }) => args.includes('template')),
      );
      // The shell of the stand-in has set its traps by then.
      await wait(200);
      running.kill('SIGINT');
      expect((await running.ended).exitCode).toBe(130);
      expect(readdirSync(temporary)).toEqual([]);
    });
  });

  it('refuses a service that there is not', async () => {
    await inProject(noServices, (project, outside) => {
      const { exitCode, stderr } = runProgram(['diff', 'svc1'], {
        cwd: project,
        env: installStandInCluster(outside).env,
      });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('no service "svc1"');
    });
  });

  it('fails with 3 when the cluster does', async () => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({
        tool: 'kubectl',
        when: ['apply', '--dry-run'],
        stderr: 'Error from server (ServiceUnavailable): the server is currently unable to handle the request\n',
        exitCode: 1,
      });
      const { exitCode, stdout, stderr } = runProgram(['diff'], { cwd: project, env: cluster.env });
      expect(exitCode).toBe(3);
      expect(stdout).toBe('');
      expect(stderr).toContain('cannot ask the cluster what would change');
    });
  });
});
