import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram, startProgram, type ProgramResult } from '../support/program.ts';
import { currentAnswers, installedAnswers, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type Call } from '../support/stand-in-cluster.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const project = `${noServices}services:\n  - name: svc8\n    mode: reencrypt\n`;

/** What is deleted side by side, in the order in which it is planned. */
const sideBySide = [
  'service/ingress-ic3',
  'secret/ic3-svc8-tls',
  'clusterrole.rbac.authorization.k8s.io/ingress-nginx-ic3',
];

function removals(calls: readonly Call[]): readonly string[] {
  const lines = calls
    .filter(isWrite)
    .map(({ tool, args }) => [tool, ...args.filter((arg) => !arg.startsWith('-'))].join(' '));
  const place = (line: string): number => sideBySide.findIndex((name) => line.endsWith(` ${name}`));
  const [first, last] = [lines.findIndex((line) => place(line) >= 0), lines.findLastIndex((line) => place(line) >= 0)];
  if (first < 0) return lines;
  return [
    ...lines.slice(0, first),
    ...lines.slice(first, last + 1).sort((one, other) => place(one) - place(other)),
    ...lines.slice(last + 1),
  ];
}

/** A run whose lines of progress stand in one order, where steps ran side by side. */
function inOneOrder(result: ProgramResult): ProgramResult {
  return {
    ...result,
    stderr: result.stderr.replaceAll(
      /(?:^[❯✔] delete (?:service|secret|clusterrole) .*\n)+/gm,
      (lines) => `${lines.trimEnd().split('\n').sort().reverse().join('\n')}\n`,
    ),
  };
}

const expected = [
  'helm uninstall ic3-svc8',
  'kubectl delete deployment.apps/nginx-ingress-controller-ic3',
  'kubectl delete service/ingress-ic3',
  'kubectl delete secret/ic3-svc8-tls',
  'kubectl delete clusterrole.rbac.authorization.k8s.io/ingress-nginx-ic3',
];

describe('destroy', () => {
  it('without --confirm and without a terminal is a usage error, before any tool runs', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...installedAnswers);
      for (const args of [['destroy'], ['destroy', '--no-input']]) {
        const result = runProgram(args, { cwd: folder, env: cluster.env });
        if (args.length === 1) expectGolden('destroy-unconfirmed', args, folder, result);
        expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      }
      const wrong = runProgram(['destroy', '--confirm', 'ic2'], { cwd: folder, env: cluster.env });
      expectGolden('destroy-wrong-name', ['destroy', '--confirm', 'ic2'], folder, wrong);
      expect(wrong.exitCode).toBe(2);
      expect(cluster.calls()).toEqual([]);
    });
  });

  it('removes what carries the label of the controller, nothing else, and no local file', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...installedAnswers);
      const files = readdirSync(folder, { recursive: true });
      const plan = runProgram(['destroy', '--dry-run'], { cwd: folder, env: cluster.env });
      expectGolden('destroy-dry-run', ['destroy', '--dry-run'], folder, plan);
      expect(plan.exitCode).toBe(0);
      expect(removals(cluster.calls())).toEqual([]);

      const args = ['destroy', '--confirm', 'ic3'];
      const result = runProgram(args, { cwd: folder, env: cluster.env });
      expectGolden('destroy', args, folder, inOneOrder(result));
      expect(result.exitCode).toBe(0);
      expect(removals(cluster.calls())).toEqual([...expected, 'kubectl delete namespaces/ingress-nginx-demo']);
      for (const call of cluster.calls().filter(isWrite))
        expect(call.args).toContain(call.tool === 'helm' ? '--kube-context=demo' : '--context=demo');
      expect(readdirSync(folder, { recursive: true })).toEqual(files);
    });
  });

  it('keeps a namespace that holds something else', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      const foreign: Answer = {
        tool: 'kubectl',
        when: ['get', '--namespace', '--ignore-not-found', '-o'],
        stdout: 'Pod\tsomebody-elses\t\n',
      };
      const ours: Answer = { tool: 'kubectl', when: ['get', '--namespace', '--selector'] };
      cluster.answer(ours, foreign, ...installedAnswers);
      const args = ['destroy', '--confirm', 'ic3', '--json'];
      const result = runProgram(args, { cwd: folder, env: cluster.env });
      expect(result.exitCode).toBe(0);
      expect(JSON.parse(result.stdout)).toMatchObject({
        kept: [{ namespace: 'ingress-nginx-demo', holds: ['Pod/somebody-elses'] }],
      });
      expect(removals(cluster.calls())).toEqual(expected);
    });
  });

  it('deletes side by side what does not depend on each other, names each failure, and keeps the namespace then', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      const forbidden = (resource: string): Answer => ({
        tool: 'kubectl',
        when: ['delete', resource],
        exitCode: 1,
        stderr: `Error from server (Forbidden): ${resource} is forbidden\n`,
      });
      const both = ['service/ingress-ic3', 'secret/ic3-svc8-tls'];
      cluster.answer(...both.map(forbidden), ...installedAnswers);
      const result = runProgram(['destroy', '--confirm', 'ic3'], { cwd: folder, env: cluster.env });
      expect(result.exitCode).toBe(3);
      for (const name of both) expect(result.stderr).toContain(`${name} is forbidden`);
      expect(removals(cluster.calls())).not.toContain('kubectl delete namespaces/ingress-nginx-demo');
    });
  });

  it('leaves a copy in a namespace of somebody else, and what another controller has', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      const found = [
        'v1\tSecret\tforeign\tic3-svc8-tls\tic3\tkubectl-client-side-apply',
        'v1\tSecret\tdefault\tby-hand\tic3\tkubectl',
        'v1\tSecret\tmoved-from\tic3-svc8-tls\tic3\tkubectl ingress-tls',
        'v1\tSecret\tdefault\tother-controllers\tic4\tingress-tls',
        'rbac.authorization.k8s.io/v1\tClusterRole\t\tcopied\tic3\tkubectl',
        'v1\tNamespace\t\tcopied\tic3\tkubectl',
      ];
      cluster.answer(
        { tool: 'kubectl', when: ['get', '--all-namespaces', '--selector'], stdout: `${found.join('\n')}\n` },
        ...currentAnswers,
      );
      expect(runProgram(['destroy', '--confirm', 'ic3'], { cwd: folder, env: cluster.env }).exitCode).toBe(0);
      const deletions = cluster
        .calls('kubectl')
        .filter(isWrite)
        .map(({ args }) => args.filter((arg) => arg.includes('/') || arg.startsWith('--namespace')));
      // Side by side: in any order.
      expect(deletions.sort()).toEqual([
        ['secret/by-hand', '--namespace=default'],
        ['secret/ic3-svc8-tls', '--namespace=moved-from'],
      ]);
    });
  });

  it('removes what lost its label if ingress-tls brought it, and names what somebody else did', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      const live = (kind: string, apiVersion: string, name: string, manager: string, labels = {}): object => ({
        apiVersion,
        kind,
        metadata: { name, labels, managedFields: [{ manager }] },
      });
      const rbac = 'rbac.authorization.k8s.io/v1';
      const items = [
        live('ClusterRole', rbac, 'ingress-nginx-ic3', 'ingress-tls'),
        live('ClusterRoleBinding', rbac, 'ingress-nginx-ic3', 'somebody'),
        live('IngressClass', 'networking.k8s.io/v1', 'ic3', 'ingress-tls', { 'ingress-tls/controller': 'ic4' }),
      ];
      cluster.answer(
        {
          tool: 'kubectl',
          when: ['get', '-f', '-'],
          stdout: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
        },
        ...currentAnswers,
      );
      const result = runProgram(['destroy', '--confirm', 'ic3', '--json'], { cwd: folder, env: cluster.env });
      expect(result.exitCode).toBe(0);
      expect(JSON.parse(result.stdout)).toEqual({
        removed: ['delete clusterrole ingress-nginx-ic3'],
        kept: [],
        left: ['ClusterRoleBinding ingress-nginx-ic3'],
      });
      expect(removals(cluster.calls())).toEqual([
        'kubectl delete clusterrole.rbac.authorization.k8s.io/ingress-nginx-ic3',
      ]);
      // A project's Secrets are asked about by name.
      const asked = cluster.calls('kubectl').filter(({ stdin }) => stdin.includes('Secret'));
      expect(asked).toHaveLength(1);
      expect(asked[0]?.stdin).not.toMatch(/"(?:data|stringData|spec|rules)"/);
      const text = runProgram(['destroy', '--confirm', 'ic3'], { cwd: folder, env: cluster.env });
      expect(text.stderr).toContain('left: ClusterRoleBinding ingress-nginx-ic3, which is not marked as ours\n');
    });
  });

  it('says nothing of removed before it has looked that it is gone, and warns of a kuberc in a dry run', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      // What kubectl says, and ends with 0, when `delete: interactive=true` of a kuberc meets a closed input (captured from 1.35.2).
      const cancelled =
        'You are about to delete the following 1 resource(s):\nservice/ingress-ic3\nDo you want to continue? [y/N]: deletion is cancelled\n';
      cluster.answer(
        { tool: 'kubectl', when: ['delete', 'service/ingress-ic3'], stdout: cancelled },
        { tool: 'kubectl', when: ['get', '--output=name', 'service/ingress-ic3'], stdout: 'service/ingress-ic3\n' },
        ...installedAnswers,
      );
      const { exitCode, stdout, stderr } = runProgram(['destroy', '--confirm', 'ic3'], {
        cwd: folder,
        env: cluster.env,
      });
      expect(exitCode).toBe(3);
      expect(stdout).not.toContain('Removed');
      expect(stderr).toContain(
        'cannot delete service ingress-ic3 in namespace ingress-nginx-demo: kubectl said that it is done, and service/ingress-ic3 is still there',
      );
      expect(stderr).not.toMatch(/✔ delete service/);
      expect(removals(cluster.calls()).slice(0, 3)).toEqual(expected.slice(0, 3));
      // What comes after its kind is not begun.
      expect(removals(cluster.calls())).not.toContain('kubectl delete namespaces/ingress-nginx-demo');

      const kuberc = join(outside, 'kuberc');
      writeFileSync(
        kuberc,
        'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ndefaults:\n- command: delete\n  options:\n  - name: interactive\n    default: "true"\n',
      );
      for (const command of ['destroy', 'apply']) {
        const plan = runProgram([command, '--dry-run'], { cwd: folder, env: { ...cluster.env, KUBERC: kuberc } });
        expect(plan.exitCode).toBe(0);
        expect(plan.stderr).toContain(`note: ${kuberc} changes what kubectl does in your shell. `);
      }
    });
  });

  it('first waits for a helm that a killed run left at work', async () => {
    await inProject(project, async (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...installedAnswers);
      const helm = spawn('sleep', ['600']);
      try {
        mkdirSync(join(folder, '.ingress-tls/helm'), { recursive: true });
        const entry = {
          version: 1,
          pid: helm.pid,
          startedAt: Math.floor(Date.now() / 1000),
          hostname: hostname(),
          context: 'demo',
          server: 'https://192.0.2.1:6443',
        };
        writeFileSync(join(folder, '.ingress-tls/helm/default.ic3-svc8.json'), JSON.stringify(entry));
        const run = startProgram(['destroy', '--confirm', 'ic3'], { cwd: folder, env: cluster.env });
        await until(() =>
          run.stderr().includes(`helm still works on release default/ic3-svc8, as process ${helm.pid}`),
        );
        expect(removals(cluster.calls())).toEqual([]);
        helm.kill('SIGKILL');
        expect((await run.ended).exitCode).toBe(0);
        expect(removals(cluster.calls())).toEqual([...expected, 'kubectl delete namespaces/ingress-nginx-demo']);
      } finally {
        helm.kill('SIGKILL');
      }
    });
  });

  it('of what is not there says so', async () => {
    await inProject(project, (folder, outside) => {
      const result = runProgram(['destroy', '--confirm', 'ic3'], {
        cwd: folder,
        env: installStandInCluster(outside).env,
      });
      expectGolden('destroy-nothing', ['destroy', '--confirm', 'ic3'], folder, result);
      expect(result.exitCode).toBe(0);
    });
  });

  it.each<readonly ['kubectl' | 'helm']>([['kubectl'], ['helm']])(
    'without %s exits 3 and removes nothing',
    async (missing) => {
      await inProject(project, (folder, outside) => {
        const cluster = installStandInCluster(outside, missing === 'helm' ? ['kubectl'] : ['helm']);
        const { exitCode, stderr } = runProgram(['destroy', '--confirm', 'ic3'], { cwd: folder, env: cluster.env });
        expect(exitCode).toBe(3);
        expect(stderr).toContain(`cannot run ${missing}`);
        expect(removals(cluster.calls())).toEqual([]);
      });
    },
  );
});

describeUnless(terminalMissing(), 'destroy at a terminal', () => {
  it('shows what goes, asks for the controller’s name, and takes nothing else for an answer', async () => {
    await inProject(project, async (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...installedAnswers);
      for (const [answer, exitCode] of [
        ['ic2\r', 2],
        ['\r', 2],
        ['\u0003', 130],
        ['ic3\r', 0],
      ] as const) {
        cluster.forget();
        const session = startAtTerminal(['destroy'], { cwd: folder, env: cluster.env });
        await session.waitFor("type the controller's name (ic3)");
        await session.waitFor('uninstall release ic3-svc8');
        session.press(answer);
        expect({ answer, exitCode: (await session.ended).exitCode }).toEqual({ answer, exitCode });
        expect(removals(cluster.calls())).toEqual(
          exitCode === 0 ? [...expected, 'kubectl delete namespaces/ingress-nginx-demo'] : [],
        );
      }
    });
  });
});
