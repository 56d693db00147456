import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { noServices } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram, type ProgramResult } from '../support/program.ts';
import { CertificateMaker } from '../support/reference-certificates.ts';
import { run as runAsync } from '../support/running-gateway.ts';
import type { Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type StandInCluster } from '../support/stand-in-cluster.ts';
import { withPreview } from './preview-run.ts';

const config = `${noServices}  source: existing
  secretName: shared-tls
controller:
  profile: traefik
services:
  - name: svc7
    mode: terminate
  - name: svc8
    mode: reencrypt
    certificate: {source: existing, secretName: pod8, authority: certs/root.crt}
  - name: svc9
    mode: passthrough
    clientAuth: false
    certificate: {source: existing, secretName: pod9}
`;

/** What kubectl prints of Secrets by the template: name, type, keys, tls.crt and ca.crt in base64. */
const secrets = (...found: readonly (readonly [name: string, type: string, ...keys: string[]])[]): Answer => ({
  tool: 'kubectl',
  when: ['get', '--namespace=default', '-o', 'secrets', 'shared-tls', 'pod8', 'pod9'],
  stdout: found.map(([name, type, ...keys]) => `${[name, type, keys.join(' '), '', ''].join('\t')}\n`).join(''),
});
const tls = 'kubernetes.io/tls';
const pair = ['tls.crt', 'tls.key'];
const all = secrets(['shared-tls', tls, ...pair], ['pod8', tls, ...pair], ['pod9', tls, ...pair, 'ca.crt']);

interface Situation {
  readonly project: string;
  readonly run: (...args: readonly string[]) => ProgramResult;
  readonly cluster: StandInCluster;
}

const inFolder = (text: string, body: (project: string, outside: string) => void | Promise<void>): Promise<void> =>
  inFreshFolder(async (outside) => {
    const project = join(outside, 'project');
    mkdirSync(join(project, 'certs'), { recursive: true });
    writeFileSync(join(project, 'ingress-tls.yaml'), text);
    writeFileSync(join(project, 'certs/root.crt'), new CertificateMaker(outside).makeAuthority('/CN=Corp').certificate);
    await body(project, outside);
  });

const inCluster = (answer: Answer, body: (situation: Situation) => void | Promise<void>): Promise<void> =>
  inFolder(config, async (project, outside) => {
    const cluster = installStandInCluster(outside);
    cluster.answer(answer);
    await body({ project, cluster, run: (...args) => runProgram(args, { cwd: project, env: cluster.env }) });
  });

describe('certificates in Secrets that somebody keeps', () => {
  it('have neither a pair nor a Secret in the project, and their names in the charts', async () => {
    await inCluster(all, ({ project, run }) => {
      const { exitCode, stderr } = run('render');
      expect(exitCode, stderr).toBe(0);
      expect(readdirSync(join(project, 'certs'))).toEqual(['root.crt']);
      expect(readdirSync(join(project, 'secrets'))).toEqual(['ic3-svc8-upstream-ca.yaml']);
      const values = (name: string): string => readFileSync(join(project, `charts/${name}/values.yaml`), 'utf8');
      expect(values('svc7')).toContain('shared-tls');
      expect(values('svc8')).toContain('pod8');
      expect(values('svc9')).toContain('pod9');
      expect(readFileSync(join(project, 'charts/svc9/templates/NOTES.txt'), 'utf8')).not.toContain('--cacert');
      expect(run('graph').stdout).toMatch(/Secret default\/shared-tls +Secret default\/pod8/);
    });
  });

  it.each([
    ['are not there', secrets(), 'Secret default/shared-tls, with the certificate that hosts share, is not there'],
    [
      'are of another type',
      secrets(['shared-tls', 'Opaque', ...pair], ['pod8', tls, ...pair], ['pod9', tls, ...pair]),
      'Secret default/shared-tls, with the certificate that hosts share, is of type Opaque, not kubernetes.io/tls',
    ],
    [
      'lack the key',
      secrets(['shared-tls', tls, ...pair], ['pod8', tls, 'tls.crt'], ['pod9', tls, ...pair]),
      "Secret default/pod8, with the pod's certificate of svc8, has no tls.key: it has tls.crt",
    ],
  ])('are refused by name where they %s, before anything is sent', async (_title, answer, expected) => {
    await inCluster(answer, ({ run, cluster }) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(2);
      expect(apply.stderr).toContain(expected);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      expect(run('doctor').stdout).toContain(expected);
    });
  });

  it('are never sent, nor is a key of theirs asked for', async () => {
    await inCluster(all, ({ run, cluster }) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stderr).not.toContain('secret-expected');
      const calls = cluster.calls('kubectl');
      expect(calls.filter(isWrite).some(({ stdin }) => /name: (shared-tls|pod8|pod9)$/m.test(stdin))).toBe(false);
      const asked = calls.filter(({ args }) => args.includes('pod8'));
      expect(asked.length).toBeGreaterThan(0);
      for (const { args } of asked) expect(args.join(' ')).not.toContain('tls.key');
    });
  });

  it('are warned of where the user may not look', async () => {
    const forbidden: Answer = {
      ...all,
      stdout: '',
      stderr: 'Error from server (Forbidden): secrets "pod8" is forbidden: User "eve" cannot get resource "secrets"\n',
      exitCode: 1,
    };
    await inCluster(forbidden, ({ run }) => {
      const apply = run('apply', '--timeout', '10s');
      expect(apply.exitCode, apply.stderr).toBe(0);
      expect(apply.stderr).toContain('Secret default/pod9');
      expect(apply.stderr).toContain('[secret-expected]');
      expect(run('doctor').stdout).toContain('your user may not look at the Secrets of somebody else that are named');
    });
  });

  it('are what a preview has no key for: it says so, and proves nothing of them', async () => {
    await inFolder(`${config}  - {name: own, mode: passthrough, clientAuth: false}\n`, async (project) => {
      await withPreview(project, { path: process.env['PATH'] ?? '' }, async (preview) => {
        await preview.event('listening');
        const every = await runAsync(['verify'], project);
        expect(every.exitCode, every.stdout).toBe(0);
        expect(every.stdout).toContain('1 service verified');
        const kept = await runAsync(['verify', 'svc7'], project);
        expect(kept.exitCode).toBe(2);
      });
    });
  });
});
