import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { printCommand } from '../../../src/kube/command-line.ts';
import {
  applyCommand,
  buildKubectlArgs,
  deleteCommand,
  rolloutCommand,
  secretCommands,
} from '../../../src/kube/commands.ts';
import {
  helmFinishUninstallCommand,
  helmHistoryCommand,
  helmRollbackCommand,
  helmUninstallCommand,
  helmUpgradeCommand,
  type HelmUpgrade,
} from '../../../src/kube/helm-commands.ts';
import type { ToolCommand } from '../../../src/model/plan.ts';
import { describeWithTool } from '../../support/describe-with.ts';

const connection = { context: 'prod', kubeconfig: '/k' };
const namespace = 'ingress-nginx-demo';
const workloads = ['ic3', 'ic4'].map((name) => ({ kind: 'Deployment', name, namespace }));
const forceConflicts = false;
const upgrade: HelmUpgrade = {
  release: 'ic3-svc8',
  chartFolder: 'charts/svc8',
  namespace: 'default',
  timeout: 300,
  helmMajor: 4,
  labels: { 'ingress-tls/controller': 'ic3' },
  setFiles: { 'route.caCertificate': 'certs/ca.crt' },
  forceConflicts,
  serverValidates: true,
};
const files = ['secrets/a.yaml', 'secrets/b.yaml', 'secrets/c.yaml'];

const kubectlCommands: readonly ToolCommand[] = [
  applyCommand({ files, method: 'server-side', forceConflicts }),
  applyCommand({ files, method: 'server-side', forceConflicts: true }),
  applyCommand({ files, method: 'client-side', forceConflicts }),
  ...secretCommands({ files, existing: new Set(['secrets/b.yaml']), method: 'client-side', forceConflicts }),
  rolloutCommand({ workloads, namespace, timeout: 60 }),
  deleteCommand({ resource: 'clusterrole.rbac.authorization.k8s.io', names: ['--all', 'ic3'], timeout: 60 }),
  deleteCommand({ resource: 'service', names: ['ic3'], namespace: 'x', timeout: 60 }),
  deleteCommand({ resource: 'deployment.apps', names: ['ic3'], namespace: 'x', timeout: 60, withDependents: true }),
];

describe('kubectl commands', () => {
  it('are printed as people know them', () => {
    expect(kubectlCommands.map(printCommand)).toEqual([
      'cat secrets/a.yaml secrets/b.yaml secrets/c.yaml | kubectl apply --server-side --field-manager=ingress-tls -f -',
      'cat secrets/a.yaml secrets/b.yaml secrets/c.yaml | kubectl apply --server-side --field-manager=ingress-tls --force-conflicts -f -',
      'cat secrets/a.yaml secrets/b.yaml secrets/c.yaml | kubectl apply -f -',
      'cat secrets/a.yaml secrets/c.yaml | kubectl create -f -',
      'kubectl replace -f - < secrets/b.yaml',
      'kubectl rollout status deployment/ic3 deployment/ic4 --namespace=ingress-nginx-demo --timeout=60s',
      'kubectl delete clusterrole.rbac.authorization.k8s.io/--all clusterrole.rbac.authorization.k8s.io/ic3 --ignore-not-found=true --wait=true --timeout=60s',
      'kubectl delete service/ic3 --namespace=x --ignore-not-found=true --wait=true --timeout=60s',
      'kubectl delete deployment.apps/ic3 --namespace=x --ignore-not-found=true --cascade=foreground --wait=true --timeout=60s',
    ]);
  });

  it('never send a Secret through client-side apply, nor server-side as the manager that annotates', () => {
    for (const method of ['client-side', 'server-side'] as const) {
      for (const existing of [[], files]) {
        for (const { args } of secretCommands({ files, existing: new Set(existing), method, forceConflicts })) {
          if (!args.includes('apply')) continue;
          expect(args).toContain('--server-side');
          const manager = args.find((word) => word.startsWith('--field-manager='));
          expect(manager).toBeDefined();
          expect(manager).not.toBe('--field-manager=kubectl');
        }
      }
    }
    expect(secretCommands({ files: [], existing: new Set(), method: 'client-side', forceConflicts })).toEqual([]);
  });

  it('bring every Secret exactly once', () => {
    const sent = secretCommands({
      files,
      existing: new Set(['secrets/b.yaml', 'secrets/other.yaml']),
      method: 'client-side',
      forceConflicts,
    });
    expect(sent.flatMap(({ stdinFiles }) => stdinFiles ?? []).sort()).toEqual(files);
  });

  it('put the connection first and values behind an equals sign', () => {
    expect(buildKubectlArgs({ context: '--all', kubeconfig: '-f' }, ['get'])).toEqual([
      '--context=--all',
      '--kubeconfig=-f',
      'get',
    ]);
    expect(buildKubectlArgs({}, ['get'])).toEqual(['get']);
    for (const command of [
      applyCommand({ files, method: 'server-side', forceConflicts, ...connection }),
      rolloutCommand({ workloads, namespace, timeout: 1, ...connection }),
    ]) {
      expect(command.args.slice(0, 2)).toEqual(['--context=prod', '--kubeconfig=/k']);
    }
    expect(helmUpgradeCommand({ ...upgrade, ...connection }).args.slice(0, 2)).toEqual([
      '--kube-context=prod',
      '--kubeconfig=/k',
    ]);
  });
});

describe('helm commands', () => {
  it('are printed as people know them', () => {
    expect(printCommand(helmUpgradeCommand(upgrade))).toBe(
      'helm upgrade --install ic3-svc8 ./charts/svc8 --namespace=default --reset-values --set-file=route.caCertificate=certs/ca.crt --labels=ingress-tls/controller=ic3 --disable-openapi-validation --timeout=300s',
    );
    expect(
      printCommand(
        helmUpgradeCommand({
          ...upgrade,
          helmMajor: 3,
          labels: {},
          setFiles: {},
          serverValidates: false,
          forceConflicts: true,
        }),
      ),
    ).toBe('helm upgrade --install ic3-svc8 ./charts/svc8 --namespace=default --reset-values --timeout=300s');
    expect(helmUpgradeCommand({ ...upgrade, forceConflicts: true }).args).toContain('--force-conflicts');
    expect(
      printCommand(helmUninstallCommand({ release: 'ic3-svc8', namespace: 'default', timeout: 60, helmMajor: 3 })),
    ).toBe('helm uninstall ic3-svc8 --namespace=default --cascade=foreground --wait --timeout=60s');
  });

  it('tell which release they change', () => {
    const subject = { name: 'ic3-svc8', namespace: 'shop', ...connection };
    const changes = [
      helmUpgradeCommand({ ...upgrade, ...connection, namespace: 'shop' }),
      helmUninstallCommand({ ...connection, release: 'ic3-svc8', namespace: 'shop', timeout: 1, helmMajor: 4 }),
      helmRollbackCommand({ ...subject, revision: 3, timeout: 1 }),
      helmFinishUninstallCommand({ ...subject, timeout: 1 }),
    ];
    expect(changes.map(({ release }) => release)).toEqual(changes.map(() => ({ name: 'ic3-svc8', namespace: 'shop' })));
    expect(
      changes.map(({ args }) => args.some((arg) => arg === 'ic3-svc8') && args.includes('--namespace=shop')),
    ).toEqual(changes.map(() => true));
  });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-commands-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** A server that refuses: a command that gets as far as calling it was understood. */
const nowhere = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'prod',
  contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
  users: [{ name: 'u', user: {} }],
});

function expectUnderstood(tool: string, { args }: ToolCommand, folder: string, input = ''): void {
  writeFileSync(join(folder, 'kubeconfig'), nowhere);
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') };
  const { status, stderr } = spawnSync(tool, args, { cwd: folder, env, input, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('refused');
  expect(stderr).not.toMatch(/deprecated|unknown/i);
}

describeWithTool('kubectl', 'the real kubectl', (kubectl) => {
  it.each(kubectlCommands.map((command) => [printCommand(command), command] as const))(
    'understands %s',
    (_, command) => {
      expectUnderstood(kubectl, command, makeFolder(), '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}');
    },
  );
});

for (const tool of ['helm', 'helm3'] as const) {
  describeWithTool(tool, `the real ${tool}`, (helm) => {
    // Asked in the tests: where there is no helm this block is still read, to name what is skipped.
    const readMajor = (): 3 | 4 =>
      spawnSync(helm, ['version', '--template={{.Version}}'], { encoding: 'utf8' }).stdout.startsWith('v3') ? 3 : 4;
    const subject = { name: 'ic3-svc8', namespace: 'default', context: 'prod' };

    it.each<[string, (helmMajor: 3 | 4) => ToolCommand]>([
      ['upgrade', (helmMajor) => helmUpgradeCommand({ ...upgrade, context: 'prod', helmMajor })],
      [
        'upgrade that takes over fields',
        (helmMajor) =>
          helmUpgradeCommand({ ...upgrade, context: 'prod', helmMajor, forceConflicts: true, serverValidates: false }),
      ],
      [
        'uninstall',
        (helmMajor) =>
          helmUninstallCommand({ release: 'ic3-svc8', namespace: 'default', context: 'prod', timeout: 60, helmMajor }),
      ],
      ['history', () => helmHistoryCommand(subject)],
      ['rollback', () => helmRollbackCommand({ ...subject, revision: 3, timeout: 60 })],
      ['uninstall that ends what another began', () => helmFinishUninstallCommand({ ...subject, timeout: 60 })],
    ])('understands %s', (_, commandFor) => {
      const command = commandFor(readMajor());
      const folder = makeFolder();
      mkdirSync(join(folder, 'charts/svc8'), { recursive: true });
      mkdirSync(join(folder, 'certs'));
      writeFileSync(join(folder, 'charts/svc8/Chart.yaml'), 'apiVersion: v2\nname: svc8\nversion: 0.1.0\n');
      writeFileSync(join(folder, 'certs/ca.crt'), 'a, b\n');
      expectUnderstood(helm, command, folder);
    });

    it('reads a file of values whole, whatever its name', () => {
      const folder = makeFolder();
      mkdirSync(join(folder, 'charts/svc8/templates'), { recursive: true });
      writeFileSync(join(folder, 'charts/svc8/Chart.yaml'), 'apiVersion: v2\nname: svc8\nversion: 0.1.0\n');
      writeFileSync(join(folder, 'charts/svc8/templates/x.yaml'), 'text: {{ .Values.route.caCertificate | toJson }}\n');
      for (const name of ['ca.crt', 'a,b=c.crt', 'back\\slash.crt']) {
        writeFileSync(join(folder, name), `${name}: {a}, [b]\n`);
        const flags = helmUpgradeCommand({ ...upgrade, setFiles: { 'route.caCertificate': name } }).args.filter(
          (word) => word.startsWith('--set-file'),
        );
        const { stdout, stderr } = spawnSync(helm, ['template', 'x', './charts/svc8', ...flags], {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, HOME: folder },
        });
        expect(stderr).toBe('');
        expect(stdout).toContain(`text: ${JSON.stringify(`${name}: {a}, [b]\n`)}`);
      }
    });
  });
}
