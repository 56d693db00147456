import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { installedAnswers, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';
import { appliedAnswers } from './status-cluster.ts';

const project = `${noServices}services:\n  - name: svc7\n    mode: terminate\n`;

/** What `kubectl get` lists of the label ingress-tls/controller. @param domain of the label ingress-tls/project; empty: it is not there. */
function listed(domain: string): Answer {
  const object = (apiVersion: string, kind: string, namespace: string, name: string): string =>
    [apiVersion, kind, namespace, name, 'ic3', 'ingress-tls', domain].join('\t');
  const lines = [
    object('v1', 'Secret', 'default', 'ingress-controller-demo-tls-secret'),
    object('v1', 'ConfigMap', 'ingress-nginx-demo', 'left-behind'),
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', '', 'ingress-nginx-ic3'),
  ];
  return {
    tool: 'kubectl',
    when: ['get', '--all-namespaces', '--selector'],
    stdout: lines.map((line) => `${line}\n`).join(''),
  };
}

const label = 'ingress-tls/controller=ic3,!ingress-tls/project';
const commands = [
  ['apply'],
  ['apply', '--prune'],
  ['apply', '--dry-run'],
  ['diff'],
  ['destroy', '--confirm', 'ic3'],
  ['destroy', '--dry-run'],
] as const;

describe('a controller that another project has on the cluster', () => {
  it('is refused by whatever would change it, or say what would change, and how to go on is said', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(listed('other.test'));
      for (const args of commands) {
        const { exitCode, stderr } = runProgram(args, { cwd: folder, env: cluster.env });
        expect({ args, exitCode }).toEqual({ args, exitCode: 2 });
        expect(stderr).toContain(
          'error: controller ic3 on this cluster is of the project of other.test, not of example.test\n',
        );
        expect(stderr).toContain('Secret default/ingress-controller-demo-tls-secret\n');
        expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
          `if it is this project, which had that domain before: ingress-tls ${args.join(' ').replace(' --prune', '')} --take-over other.test`,
        );
        expect(stderr.includes('set another controller.name')).toBe(args[0] !== 'destroy');
        expect(stderr).not.toContain('removes them');
      }
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it('is not refused where it is taken over by its name, and leftovers are told then', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(listed('other.test'));
      for (const args of commands) {
        const { exitCode, stderr } = runProgram([...args, '--take-over', 'third.test'], {
          cwd: folder,
          env: cluster.env,
        });
        expect({ args, exitCode }).toEqual({ args, exitCode: 2 });
        expect(stderr).toContain('is of the project of other.test');
      }
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      const { exitCode, stderr } = runProgram(['apply', '--take-over', 'other.test'], {
        cwd: folder,
        env: cluster.env,
      });
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stderr).toMatch(/no longer in ingress-tls\.yaml: ConfigMap \S+\/left-behind/);
      expect(
        runProgram(['destroy', '--confirm', 'ic3', '--take-over', 'other.test'], { cwd: folder, env: cluster.env })
          .exitCode,
      ).toBe(0);
      expect(
        cluster
          .calls('kubectl')
          .filter(({ args }) => args.includes('delete'))
          .map(({ args }) => args.find((arg) => arg.includes('/'))),
      ).toContain('configmap/left-behind');
      const { exitCode: refused, stderr: why } = runProgram(['apply', '--take-over', '$(id)'], {
        cwd: folder,
        env: cluster.env,
      });
      expect({ refused, why }).toMatchObject({
        refused: 2,
        why: expect.stringContaining('Expected a domain') as string,
      });
    });
  });

  it('that was applied before there was a label is told by its certificate', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      const certificates = (pem: string): Answer => ({
        tool: 'kubectl',
        when: ['get', 'secrets', '--selector', '--field-selector=type=kubernetes.io/tls'],
        stdout: `${Buffer.from(pem).toString('base64')}\n`,
      });
      const run = (): ReturnType<typeof runProgram> =>
        runProgram(['apply', '--dry-run'], { cwd: folder, env: cluster.env });
      cluster.answer(listed(''), certificates(readFileSync(join(folder, 'certs/wildcard.crt'), 'utf8')));
      expect(run()).toMatchObject({ exitCode: 0 });
      expect(
        cluster.calls('kubectl').find(({ args }) => args.includes('--field-selector=type=kubernetes.io/tls'))?.args,
      ).toContain(`--selector=${label}`);
      cluster.answer(certificates(certificateOfOther));
      const { exitCode, stderr } = run();
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('is of the project of status.test') as string,
      });
    });
  });

  it('is all that status tells', async () => {
    await inProject(threeModes, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(
        { tool: 'kubectl', when: ['get', '--show-labels'] },
        listed('other.test'),
        ...appliedAnswers(folder, [{ name: 'svc8', ready: 0 }]),
      );
      const { exitCode, stdout } = runProgram(['status'], { cwd: folder, env: cluster.env });
      expect({ exitCode, stdout }).toMatchObject({
        exitCode: 1,
        stdout: expect.stringContaining(
          'error: controller ic3 on this cluster is of the project of other.test, not of example.test\n',
        ) as string,
      });
      expect(stdout.match(/^error: /gm)).toHaveLength(1);
      expect(stdout).not.toContain('All is well');
    });
  });
});

describe('apply --prune', () => {
  it('says what it removes before it does, and its dry run as well', async () => {
    await inProject(project, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(listed('example.test'));
      for (const args of [
        ['apply', '--prune', '--dry-run'],
        ['apply', '--prune'],
      ]) {
        const { exitCode, stderr } = runProgram(args, { cwd: folder, env: cluster.env });
        expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
        expect(stderr).toContain('\ndelete  ConfigMap ingress-nginx-demo/left-behind: no longer wanted');
        expect(stderr).toMatch(/, 1 no longer wanted, \d+ unchanged\n/);
      }
      expect(
        (
          JSON.parse(
            runProgram(['apply', '--prune', '--dry-run', '--json'], { cwd: folder, env: cluster.env }).stdout,
          ) as { changes: { counts: object } }
        ).changes.counts,
      ).toMatchObject({ delete: 1 });
      expect(cluster.calls('kubectl').filter(({ args }) => args.includes('delete'))).toHaveLength(1);
    });
  });
});

describe('destroy after an exchange of controllers', () => {
  it('removes what the one before made for its election, and so lets the namespace go', async () => {
    await inProject(`${noServices}controller:\n  profile: traefik\n`, (folder, outside) => {
      const cluster = installStandInCluster(outside);
      const lease: Answer = {
        tool: 'kubectl',
        when: ['get', '-o=name', 'lease.coordination.k8s.io'],
        stdout: 'lease.coordination.k8s.io/ingress-controller-leader-ic3\n',
      };
      const residents: Answer = {
        tool: 'kubectl',
        when: ['get', '--namespace', '--ignore-not-found'],
        stdout: 'Lease\tingress-controller-leader-ic3\tuid\n',
      };
      cluster.answer(
        { tool: 'kubectl', when: ['get', '--output=name'] },
        lease,
        { tool: 'kubectl', when: ['get', '--namespace', '--selector'] },
        residents,
        ...installedAnswers,
      );
      const { exitCode, stdout } = runProgram(['destroy', '--confirm', 'ic3', '--json'], {
        cwd: folder,
        env: cluster.env,
      });
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        removed: expect.arrayContaining([
          'delete lease ingress-controller-leader-ic3 in namespace ingress-nginx-demo',
          'delete namespaces ingress-nginx-demo',
        ]) as unknown,
        kept: [],
      });
    });
  });
});

/** By openssl req -x509, for *.status.test and status.test. */
const certificateOfOther = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVKgAwIBAgIUWNw9BKXAEn6UfVrqd0Nuzazhz3cwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNKi5zdGF0dXMudGVzdDAeFw0yNjExMzAwNTIzMjBaFw0zNjEx
MjcwNTIzMjBaMBgxFjAUBgNVBAMMDSouc3RhdHVzLnRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAATCoPzbxq5myO/+qwUcwkdJDeybhqTLpR4BGO8i7n7LKCEN
cxLL3N4nNIJvIqW87MD0IVRdJlQmHotJRxOOz5sYo3oweDAdBgNVHQ4EFgQUCpBp
v9nCMc5Eb7rGD+vKt7N/qeswHwYDVR0jBBgwFoAUCpBpv9nCMc5Eb7rGD+vKt7N/
qeswDwYDVR0TAQH/BAUwAwEB/zAlBgNVHREEHjAcgg0qLnN0YXR1cy50ZXN0ggtz
dGF0dXMudGVzdDAKBggqhkjOPQQDAgNIADBFAiEAvjd69ZRVMaryHqp0H7Q/YF2W
d6QUFndm0BbfId66tOACIEnH8Wr9BZsFhP44Gie2UvytTf7MHqWI/tuUcMjfJSuH
-----END CERTIFICATE-----
`;
