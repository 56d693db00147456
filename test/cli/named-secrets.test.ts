import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import type { Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type StandInCluster } from '../support/stand-in-cluster.ts';

const guarded = (...annotations: readonly string[]): string =>
  `${noServices}controller:\n  profile: traefik\nservices:\n  - name: a\n    mode: terminate\n    annotations:\n${annotations
    .map((line) => `      nginx.ingress.kubernetes.io/${line}\n`)
    .join('')}`;
const basic = guarded('auth-type: basic', 'auth-secret: users');
const byCertificate = guarded('auth-tls-secret: default/clients');

/** What kubectl prints of a Secret by the template: its kind, and its keys. */
const secret = (name: string, ...keys: readonly string[]): Answer => ({
  tool: 'kubectl',
  when: ['get', '--namespace=default', '-o', 'secret', name],
  stdout: keys.length === 0 ? '' : ['Secret', ...keys].map((line) => `${line}\n`).join(''),
});

const inCluster = (
  config: string,
  answer: Answer,
  body: (run: (...args: readonly string[]) => ProgramResult, cluster: StandInCluster) => void,
): Promise<void> =>
  inProject(config, (project, outside) => {
    const cluster = installStandInCluster(outside);
    cluster.answer(answer);
    body((...args) => runProgram(args, { cwd: project, env: cluster.env }), cluster);
  });

describe('a Secret by which an annotation guards a service', () => {
  it.each([
    ['is not there', basic, secret('users'), 'a (terminate): Secret default/users (auth-secret) is not there'],
    [
      'lacks the key that is read',
      basic,
      secret('users', 'htpasswd'),
      'Secret default/users (auth-secret) has no key auth, which the controller reads: it has htpasswd',
    ],
    [
      'has no authority',
      byCertificate,
      secret('clients', 'tls.crt', 'tls.key'),
      'Secret default/clients (auth-tls-secret) has no key ca.crt, which the controller reads: it has tls.crt, tls.key',
    ],
  ])('is refused where it %s, before anything is written', async (_title, config, answer, expected) => {
    await inCluster(config, answer, (run, cluster) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(2);
      expect(apply.stderr).toContain(expected);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      const doctor = run('doctor');
      expect(doctor.exitCode).toBe(1);
      expect(doctor.stdout).toContain(expected);
    });
  });

  it.each([
    ['a list of users', basic, secret('users', 'auth')],
    [
      'users by key',
      guarded('auth-type: basic', 'auth-secret: users', 'auth-secret-type: auth-map'),
      secret('users', 'eve'),
    ],
    ['an authority', byCertificate, secret('clients', 'ca.crt', 'crl.pem')],
  ])('that holds %s is no longer warned of, and only its keys are asked for', async (_title, config, answer) => {
    await inCluster(config, answer, (run, cluster) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stderr).not.toContain('secret-expected');
      const doctor = run('doctor');
      expect(doctor.stdout).toContain('ok       secrets: the Secrets that annotations name are there');
      expect(doctor.stdout).not.toContain('secret-expected');
      const asked = cluster.calls('kubectl').filter(({ args }) => args.includes('secret'));
      expect(asked.length).toBeGreaterThan(0);
      for (const { args } of asked)
        expect(args.some((arg) => arg.startsWith('-o=go-template=') && !arg.includes('{{$value}}'))).toBe(true);
    });
  });

  const others = '  - {name: b, mode: terminate, clientAuth: true}\n  - {name: c, mode: reencrypt}\n';

  it('that the project makes is neither warned of nor looked for', async () => {
    const config = `${guarded('auth-tls-secret: default/ic3-b-client-ca')}${others}`;
    await inCluster(config, secret('nobody'), (run, cluster) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stderr).not.toContain('secret-expected');
      expect(run('doctor').stdout).not.toContain('Secrets that annotations name');
      expect(cluster.calls('kubectl').filter(({ args }) => args.includes('secret'))).toEqual([]);
    });
  });

  it('that the project makes is refused where it lacks the key', async () => {
    await inProject(noServices, (project) => {
      writeFileSync(join(project, 'ingress-tls.yaml'), `${guarded('auth-tls-secret: default/ic3-c-tls')}${others}`);
      const { exitCode, stderr } = runProgram(['render'], { cwd: project });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(
        /^ingress-tls\.yaml:\d+:\d+: a \(terminate\): Secret default\/ic3-c-tls \(auth-tls-secret\) is made by this project and has no key ca\.crt, which the controller reads: it has tls\.crt, tls\.key$/m,
      );
    });
  });

  it('that may not be looked at is warned of as without a cluster', async () => {
    const forbidden: Answer = {
      tool: 'kubectl',
      when: ['get', 'secret', 'users'],
      stderr:
        'Error from server (Forbidden): secrets "users" is forbidden: User "dev" cannot get resource "secrets" in API group ""\n',
      exitCode: 1,
    };
    await inCluster(basic, forbidden, (run) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stderr).toContain('secret-expected');
      const doctor = run('doctor');
      expect(doctor.exitCode).toBe(0);
      expect(doctor.stdout).toContain('note     secrets: your user may not look');
      expect(doctor.stdout).toContain('warning  secret-expected');
    });
  });
});
