import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { type Answer, helm3, namespaces, nodePortUser, releaseRecords, releases } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type Call } from '../support/stand-in-cluster.ts';

interface Recording {
  readonly args: readonly string[];
  readonly project: string;
  readonly result: ProgramResult;
  readonly calls: readonly Call[];
}

/** What must never be seen: every line of every key, as it stands and as a Secret holds it. */
function readKeyMaterial(project: string): readonly string[] {
  const names = readdirSync(join(project, 'certs')).filter((name) => name.endsWith('.key'));
  return names.flatMap((name) => {
    const text = readFileSync(join(project, 'certs', name), 'utf8');
    const encoded = Buffer.from(text).toString('base64');
    return [
      ...text.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----')),
      encoded,
      encoded.slice(40, 120),
    ];
  });
}

/** The words of a call without options: `kubectl apply`. */
function words({ tool, args }: Call): string {
  return [tool, args.find((arg) => !arg.startsWith('-'))].join(' ');
}

describe('apply and its dry run, for the three modes', () => {
  // Each run starts some twenty programs: the same runs serve all tests.
  let dryRun: Recording, dryRunWithoutTools: Recording, first: Recording, second: Recording;
  let keyMaterial: readonly string[], secrets: readonly string[];

  beforeAll(async () => {
    await inProject(threeModes, (project, outside) => {
      keyMaterial = readKeyMaterial(project);
      secrets = readdirSync(join(project, 'secrets')).map((name) =>
        readFileSync(join(project, 'secrets', name), 'utf8'),
      );
      const cluster = installStandInCluster(outside);
      const record = (...args: readonly string[]): Recording => {
        cluster.forget();
        return { args, project, result: runProgram(args, { cwd: project, env: cluster.env }), calls: cluster.calls() };
      };
      dryRun = record('apply', '--dry-run');
      // One after the other: what is printed has one order.
      first = record('apply', '--concurrency', '1');
      second = record('apply', '--json', '--verbose');
      const empty = { PATH: join(outside, 'nothing') };
      dryRunWithoutTools = {
        args: dryRun.args,
        project,
        result: runProgram(dryRun.args, { cwd: project, env: empty }),
        calls: [],
      };
    });
  });

  const expectRecorded = (name: string, { args, project, result }: Recording): void => {
    expectGolden(name, args, project, result);
    expect(result.exitCode).toBe(0);
  };

  it('bring everything, in an order without needless failures, and say how to try it', () => {
    expectRecorded('apply', first);
    expect(first.calls.filter((call) => isWrite(call) || call.args.includes('rollout')).map(words)).toEqual([
      ...Array.from({ length: 5 }, () => 'kubectl apply'),
      'kubectl rollout',
      ...Array.from({ length: 3 }, () => 'helm upgrade'),
      'kubectl rollout',
    ]);
  });

  it('hand objects to kubectl on stdin, server-side, as field manager ingress-tls', () => {
    const sent = first.calls.filter((call) => call.tool === 'kubectl' && isWrite(call));
    for (const { args, stdin } of sent) {
      expect(args).toEqual(
        expect.arrayContaining(['apply', '--server-side', '--field-manager=ingress-tls', '-f', '-']),
      );
      expect(stdin).toContain('kind: ');
    }
    expect(secrets).toHaveLength(5);
    for (const secret of secrets) expect(sent.filter(({ stdin }) => stdin.includes(secret))).toHaveLength(1);
    // Questions carry objects too, and no Secret: a listing tells whether one differs.
    for (const { stdin } of first.calls.filter((call) => !isWrite(call))) expect(stdin).not.toContain('Secret');
  });

  it('never show a key: not in an argument, not on stdout, not on stderr', () => {
    expect(keyMaterial.length).toBeGreaterThan(20);
    const sent = first.calls.map(({ stdin }) => stdin).join('');
    // The oracle: the key of the wildcard is sent, in the form that is looked for.
    expect(keyMaterial.some((text) => sent.includes(text))).toBe(true);
    for (const { args, result, calls } of [dryRun, dryRunWithoutTools, first, second]) {
      const seen = [result.stdout, result.stderr, ...calls.flatMap((call) => call.args)].join('\n');
      expect({ args, leaked: keyMaterial.filter((text) => seen.includes(text)) }).toEqual({ args, leaked: [] });
    }
  });

  it('stay with the context that was named, although the person gave none', () => {
    expect(first.result.stderr).toContain('context demo, server https://192.0.2.1:6443');
    for (const call of first.calls.filter(isWrite))
      expect(call.args).toContain(call.tool === 'helm' ? '--kube-context=demo' : '--context=demo');
  });

  it('--json prints one JSON document, --verbose each command as it runs', () => {
    expect(second.result.exitCode).toBe(0);
    expect(JSON.parse(second.result.stdout)).toMatchObject({
      context: 'demo',
      server: 'https://192.0.2.1:6443',
      services: [{ host: 'svc7.example.test' }, {}, {}],
    });
    // Of what changes only how much: objects as a whole are in the goldens of the manifests.
    const { changes, ...told } = JSON.parse(second.result.stdout) as { readonly changes: { readonly counts: unknown } };
    expectGolden('apply-json', second.args, second.project, {
      ...second.result,
      stdout: `${JSON.stringify({ ...told, changes: { counts: changes.counts } }, undefined, 2)}\n`,
      stderr: '',
    });
    expect(second.result.stderr.match(/^\$ (?:cat .* \| )?(?:kubectl|helm) /gm)).toHaveLength(second.calls.length);
    expect(second.result.stderr).toContain(
      '$ kubectl --context=demo apply --server-side --field-manager=ingress-tls -f - < manifests/ic-common.yaml\n',
    );
  });

  it('send the same again', () => {
    // Questions, and releases, are side by side.
    const sent = ({ calls }: Recording): unknown =>
      calls.map(({ tool, args, stdin }) => [tool, ...args, stdin].join(' ')).sort();
    expect(sent(second)).toEqual(sent(first));
  });

  it('--dry-run prints the numbered plan, which is what apply runs, and only reads', () => {
    expectRecorded('dry-run', dryRun);
    expect(dryRun.calls.filter(isWrite)).toEqual([]);
    const planned = dryRun.result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^ *\d+\. (?:cat .* \| )?/, '').replace(/ < .*$/, ''));
    const ran = first.calls
      .filter((call) => isWrite(call) || call.args.includes('rollout'))
      .map(({ tool, args }) => [tool, ...args].join(' '));
    expect(planned).toEqual(ran);
  });

  it('--dry-run without kubectl, helm and cluster still prints it, and what it could not look up', () => {
    expectRecorded('dry-run-without-tools', dryRunWithoutTools);
    expect(dryRunWithoutTools.result.stdout.trim().split('\n')).toEqual(
      dryRun.result.stdout
        .replaceAll(/ --(?:(?:kube-)?context=demo|disable-openapi-validation)/g, '')
        .trim()
        .split('\n'),
    );
  });
});

describe('apply', () => {
  const oneService = `${noServices}services:\n  - name: svc7\n    mode: terminate\n`;

  it('takes every option to every call, with helm 3 too', async () => {
    await inProject(oneService, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(helm3);
      writeFileSync(join(project, 'elsewhere.yaml'), '');
      const { exitCode, stdout, stderr } = runProgram(
        [
          'apply',
          '--context',
          'demo',
          '--kubeconfig',
          'elsewhere.yaml',
          '--timeout',
          '1m30s',
          '--namespace',
          'default',
        ],
        {
          cwd: project,
          env: { ...cluster.env, CI: 'true', GITHUB_ACTIONS: 'true' },
        },
      );
      expect(exitCode).toBe(0);
      const file = `--kubeconfig=${join(project, 'elsewhere.yaml')}`;
      const toCluster = cluster
        .calls()
        .filter(({ tool, args }) => !args.includes('--client') && !(tool === 'helm' && args.includes('version')));
      expect(toCluster.length).toBeGreaterThan(15);
      for (const { tool, args } of toCluster)
        expect(args).toEqual(
          expect.arrayContaining([file, tool === 'helm' ? '--kube-context=demo' : '--context=demo']),
        );
      const waiting = cluster.calls().filter(({ args }) => args.includes('upgrade') || args.includes('rollout'));
      expect(waiting.map(words)).toEqual(['kubectl rollout', 'helm upgrade', 'kubectl rollout']);
      for (const { args } of waiting) expect(args).toContain('--timeout=90s');
      // A CI system that shows colours is no terminal; FORCE_COLOR asks for them.
      expect(stdout + stderr).not.toContain('\u001b');
    });
  });

  it('--namespace guards against the wrong one', async () => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const args = ['apply', '--namespace', 'production'];
      const result = runProgram(args, { cwd: project, env: cluster.env });
      expectGolden('apply-other-namespace', args, project, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(cluster.calls()).toEqual([]);
    });
  });

  it('names what is no longer in ingress-tls.yaml, and removes it with --prune', async () => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(releaseRecords('ingress-tls/controller=ic3,', 'svc7'));
      const named = runProgram(['apply'], { cwd: project, env: cluster.env });
      expectGolden('apply-without-services', ['apply'], project, named);
      expect(named.exitCode).toBe(0);
      expect(cluster.calls('helm').filter(isWrite)).toEqual([]);
      expect(runProgram(['apply', '--prune'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
      expect(
        cluster
          .calls('helm')
          .filter(isWrite)
          .map(({ args }) => args),
      ).toEqual([expect.arrayContaining(['uninstall', 'ic3-svc7', '--namespace=default'])]);
    });
  });

  it.each<readonly [string, Answer]>([
    ['node-port-taken', nodePortUser(30_092, 'shop', 'front')],
    ['foreign-namespace', namespaces({ default: {}, 'ingress-nginx-demo': {} })],
    [
      'others-secret',
      {
        tool: 'kubectl',
        when: ['get', '--all-namespaces', '--selector'],
        stdout: 'v1\tSecret\tdefault\tingress-controller-demo-tls-secret\tic1\n',
      },
    ],
    [
      'others-release',
      { ...releases('svc7'), stdout: releases('svc7').stdout?.replace('svc7-0.1.0', 'wordpress-24.1.0') ?? '' },
    ],
  ])('refuses what is somebody else’s, before anything is written: %s', async (name, answer) => {
    await inProject(oneService, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(answer, ...(name === 'others-release' ? [releaseRecords('', 'svc7')] : []));
      const result = runProgram(['apply'], { cwd: project, env: cluster.env });
      expectGolden(`apply-${name}`, ['apply'], project, result);
      expect(result.exitCode).toBe(2);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it('--dry-run changes no file, and tells which files apply would write', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(join(project, 'ingress-tls.yaml'), `${threeModes}  - name: shop\n    mode: terminate\n`);
      const before = readdirSync(project, { recursive: true });
      const { exitCode, stdout } = runProgram(['apply', '--dry-run', '--json'], { cwd: project, env: { PATH: '' } });
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        steps: [
          { kind: 'local', change: 'create', place: 'charts/shop/' },
          { kind: 'command', tool: 'kubectl' },
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          {},
        ],
      });
      expect(readdirSync(project, { recursive: true })).toEqual(before);
    });
  });
});
