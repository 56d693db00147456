import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, startProgram } from '../support/program.ts';
import { besideGateway, poseAsPreview, run, type Running } from '../support/running-gateway.ts';
import type { Answer } from '../support/reference-quirks.ts';
import { expiredCredentials, type Answer as Reply } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type StandInCluster } from '../support/stand-in-cluster.ts';
import { until } from '../support/until.ts';

const secretPath = 'secrets/ic3-svc8-upstream-ca.yaml';
const journalPath = '.ingress-tls/verify-deep.json';

const readSecret = (project: string): string => readFileSync(join(project, secretPath), 'utf8');
const isBroken = (project: string): boolean => existsSync(join(project, journalPath));

interface Found {
  readonly services: readonly {
    readonly checks: readonly { readonly check: string; readonly status: string; readonly seen: string }[];
  }[];
}

function findDeep(stdout: string): { readonly status: string; readonly seen: string } | undefined {
  return (JSON.parse(stdout) as Found).services
    .flatMap(({ checks }) => checks)
    .find(({ check }) => check === 'upstream-verification');
}

/** With a hop that nobody verifies, --deep waits in vain for a refusal: the time to stop it. */
const unverified = { hop: 'unverified' } as const;

describe('verify --deep in a preview', () => {
  it('sees the hop refused, and leaves every byte as it was', async () => {
    await besideGateway(threeModes, {}, async ({ project, port }) => {
      poseAsPreview(project, port);
      // As a person may leave it.
      const edited = `# mine\n${readSecret(project)}`;
      writeFileSync(join(project, secretPath), edited);
      const { exitCode, stdout, stderr } = await run(['verify', '--deep', '--json'], project);
      expect(findDeep(stdout)).toMatchObject({ status: 'ok', seen: expect.stringContaining('502') as string });
      expect(exitCode).toBe(0);
      expect(stderr).toContain('Breaking the hop to svc8 for a moment');
      expect(readSecret(project)).toBe(edited);
      expect(statSync(join(project, secretPath)).mode & 0o777).toBe(0o600);
      expect([journalPath, '.ingress-tls/lock'].filter((path) => existsSync(join(project, path)))).toEqual([]);
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('puts it back at %s', async (signal, exitCode) => {
    await besideGateway(threeModes, unverified, async (running) => {
      const { started, own } = await breakHop(running);
      started.kill(signal);
      expect(await started.ended).toMatchObject({
        exitCode,
        stdout: '',
        stderr: expect.stringContaining('Put Secret default/ic3-svc8-upstream-ca back.') as string,
      });
      expect(readSecret(running.project)).toBe(own);
      expect(isBroken(running.project)).toBe(false);
    });
  });

  it.each([
    ['verify', ['verify', 'svc7']],
    ['apply', ['apply']],
  ])('killed, it is put back by the next %s', async (_title, args) => {
    await besideGateway(threeModes, unverified, async (running) => {
      const { project, outside } = running;
      const { started, own } = await breakHop(running);
      const busy = await run(['verify', 'svc7'], project);
      expect(busy).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('ingress-tls verify --deep is running in it') as string,
      });
      started.kill('SIGKILL');
      await started.ended;
      expect(isBroken(project)).toBe(true);
      expect(readSecret(project)).not.toBe(own);
      const { exitCode, stderr } = await run(args, project, installStandInCluster(outside).env);
      expect(stderr).toContain(
        'Put Secret default/ic3-svc8-upstream-ca back: a verify --deep was stopped before it could.\n',
      );
      expect(exitCode).toBe(0);
      expect(readSecret(project)).toBe(own);
      expect(statSync(join(project, secretPath)).mode & 0o777).toBe(0o600);
      expect(isBroken(project)).toBe(false);
      expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged /);
    });
  });

  it('does not try where the hop is broken anyway, or cannot be verified', async () => {
    await besideGateway(threeModes, { hop: 'missing' }, async ({ project, port }) => {
      poseAsPreview(project, port);
      const broken = await run(['verify', 'svc8', '--deep', '--json'], project);
      expect(findDeep(broken.stdout)).toMatchObject({ status: 'skipped' });
      expect(broken.stderr).not.toContain('Breaking');
      writeFileSync(
        join(project, 'ingress-tls.yaml'),
        threeModes.replace('certificate:', 'controller:\n  profile: ingress-nginx-0.15\ncertificate:'),
      );
      const legacy = await run(['verify', 'svc8', '--deep', '--json'], project);
      expect(findDeep(legacy.stdout)).toMatchObject({
        status: 'limit',
        seen: expect.stringContaining('profile ingress-nginx-0.15') as string,
      });
      expect(legacy.stderr).not.toContain('Breaking');
    });
  });

  it.each([
    ['a single error while it is broken', 1, 'failed', 'svc8 for ingress-controller demo'],
    ['an error that stays when it is mended', Infinity, 'failed', 'with its own authority again'],
  ])('does not take %s for a refusal', async (_title, errors, status, seen) => {
    let given = 0;
    const running: { project?: string } = {};
    const answer = (response: Answer): void => {
      const isBegun = given > 0 || (running.project !== undefined && isBroken(running.project));
      const fails = isBegun && given < errors;
      if (fails) given += 1;
      (response as ServerResponse)
        .writeHead(fails ? 502 : 200)
        .end(fails ? 'Bad Gateway' : 'Hello, I am svc8 for ingress-controller demo!\n');
    };
    await besideGateway(threeModes, { answers: { svc8: answer } }, async ({ project, port }) => {
      poseAsPreview(project, port);
      running.project = project;
      const { exitCode, stdout } = await run(['verify', 'svc8', '--deep', '--json'], project);
      expect(findDeep(stdout)).toMatchObject({ status, seen: expect.stringContaining(seen) as string });
      expect(exitCode).toBe(1);
    });
  });

  it('first puts back what another run left broken meanwhile', async () => {
    const running: { project?: string; own?: string } = {};
    const answer = (response: Answer): void => {
      if (running.project !== undefined && running.own === undefined) {
        running.own = readSecret(running.project);
        writeFileSync(
          join(running.project, journalPath),
          JSON.stringify({ version: 1, secretPath, target: { kind: 'preview' } }),
        );
        writeFileSync(join(running.project, secretPath), 'broken');
      }
      (response as ServerResponse).end('Hello, I am svc8 for ingress-controller demo!\n');
    };
    await besideGateway(threeModes, { answers: { svc8: answer } }, async ({ project, port }) => {
      poseAsPreview(project, port);
      running.project = project;
      const { stderr } = await run(['verify', 'svc8', '--deep'], project);
      expect(stderr).toContain('back: a verify --deep was stopped before it could.');
      expect(readSecret(project)).toBe(running.own);
      expect(isBroken(project)).toBe(false);
    });
  });

  /** Starts --deep and waits until the hop is broken. */
  async function breakHop({
    project,
    port,
  }: Running): Promise<{ readonly started: ReturnType<typeof startProgram>; readonly own: string }> {
    poseAsPreview(project, port);
    const own = readSecret(project);
    const started = startProgram(['verify', '--deep'], { cwd: project });
    await until(() => isBroken(project) && readSecret(project) !== own);
    return { started, own };
  }
});

describe('verify --deep on a cluster', () => {
  /** What the cluster holds: the project's own Secret, unless said otherwise. */
  const holding = (project: string, changes: { readonly owner?: string; readonly authority?: string } = {}): Reply => {
    const { owner = 'ic3', authority = readFileSync(join(project, 'certs/ca.crt'), 'utf8') } = changes;
    const metadata = {
      name: 'ic3-svc8-upstream-ca',
      namespace: 'default',
      labels: { 'ingress-tls/controller': owner },
    };
    return {
      tool: 'kubectl',
      when: ['get', '--namespace', 'secret', 'ic3-svc8-upstream-ca'],
      stdout: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata,
        data: { 'ca.crt': Buffer.from(authority).toString('base64') },
      }),
    };
  };
  const forbidden: Reply = {
    tool: 'kubectl',
    when: ['apply'],
    stderr:
      'Error from server (Forbidden): secrets "ic3-svc8-upstream-ca" is forbidden: User "eve" cannot patch resource "secrets"\n',
    exitCode: 1,
  };
  const deepArgs = (address: string): string[] => [
    'verify',
    'svc8',
    '--deep',
    '--address',
    address,
    '--context',
    'demo',
    '--json',
  ];

  const sentSecrets = (cluster: StandInCluster): readonly string[] =>
    cluster
      .calls('kubectl')
      .filter(isWrite)
      .map(({ stdin }) => stdin);
  const readData = (manifest: string): string =>
    Buffer.from(/ca\.crt: (\S+)/.exec(manifest)?.[1] ?? '', 'base64').toString();

  async function breakHop(
    { project, address }: Running,
    cluster: StandInCluster,
  ): Promise<ReturnType<typeof startProgram>> {
    const started = startProgram(['verify', 'svc8', '--deep', '--address', address, '--context', 'demo'], {
      cwd: project,
      env: cluster.env,
    });
    await until(() => cluster.events().includes('end kubectl apply'));
    return started;
  }

  it('sends another authority and then the project’s own, as apply does', async () => {
    await besideGateway(threeModes, unverified, async (running) => {
      const { project, outside } = running;
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project));
      const started = await breakHop(running, cluster);
      started.kill('SIGINT');
      expect((await started.ended).exitCode).toBe(130);
      const [foreign = '', own = '', ...more] = sentSecrets(cluster);
      expect(more).toEqual([]);
      expect(readData(own)).toBe(readFileSync(join(project, 'certs/ca.crt'), 'utf8'));
      expect(readData(foreign)).toMatch(/^-----BEGIN CERTIFICATE-----/);
      expect(readData(foreign)).not.toBe(readData(own));
      // Nothing else of the Secret changes, its labels included.
      expect(foreign.replace(/ca\.crt: \S+/, '')).toBe(own.replace(/ca\.crt: \S+/, ''));
      expect(own).toBe(readSecret(project));
      for (const { args } of cluster.calls('kubectl').filter(isWrite)) {
        expect(args).toEqual(['--context=demo', 'apply', '--server-side', '--field-manager=ingress-tls', '-f', '-']);
      }
      expect(isBroken(project)).toBe(false);
    });
  });

  it('killed, the next run puts it back on that cluster and no other', async () => {
    await besideGateway(threeModes, unverified, async (running) => {
      const { project, outside, address } = running;
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project));
      const started = await breakHop(running, cluster);
      started.kill('SIGKILL');
      await started.ended;
      // Who may not go there is told, and the journal stays.
      cluster.answer({
        tool: 'kubectl',
        when: ['version', '--request-timeout'],
        stderr: expiredCredentials,
        exitCode: 1,
      });
      const refused = await run(['verify', 'svc7', '--address', address], project, cluster.env);
      expect(refused).toMatchObject({
        exitCode: 3,
        stdout: '',
        stderr: expect.stringContaining('cannot put back') as string,
      });
      const journal = readFileSync(join(project, journalPath), 'utf8');
      expect(journal).not.toContain('kubeconfig');
      writeFileSync(join(project, journalPath), journal.replace('192.0.2.1', '192.0.2.2'));
      const { currentAnswers } = await import('../support/stand-in-answers.ts');
      cluster.answer(holding(project), ...currentAnswers);
      const elsewhere = await run(['verify', 'svc7', '--address', address], project, cluster.env);
      expect(elsewhere).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('leads to https://192.0.2.1:6443') as string,
      });
      expect(sentSecrets(cluster)).toHaveLength(1);

      writeFileSync(join(project, journalPath), journal);
      const repaired = await run(['verify', 'svc7', '--address', address], project, cluster.env);
      expect(repaired).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining('back on the cluster of context demo') as string,
      });
      expect(sentSecrets(cluster)[1]).toBe(readSecret(project));
      expect(isBroken(project)).toBe(false);
    });
  });

  it('touches no Secret that is not ours', async () => {
    await besideGateway(threeModes, {}, async ({ project, outside, address }) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project, { owner: 'ic1' }));
      const { exitCode, stdout } = await run(deepArgs(address), project, cluster.env);
      expect(findDeep(stdout)).toMatchObject({
        status: 'skipped',
        seen: expect.stringContaining('ingress-tls/controller=ic3') as string,
      });
      expect(exitCode).toBe(0);
      expect(sentSecrets(cluster)).toEqual([]);
      // One Secret is read, and nobody needs rights for all the others.
      expect(
        cluster
          .calls('kubectl')
          .filter(({ args }) => args.some((arg) => arg === '--all-namespaces' || arg === 'api-resources')),
      ).toEqual([]);
    });
  });

  it('touches no Secret that holds something else than what would be put back', async () => {
    await besideGateway(threeModes, {}, async ({ project, outside, address }) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project, { authority: 'edited by a person' }));
      const { exitCode, stdout } = await run(deepArgs(address), project, cluster.env);
      expect(findDeep(stdout)).toMatchObject({
        status: 'skipped',
        seen: expect.stringContaining('holds something else than certs/ca.crt') as string,
      });
      expect(exitCode).toBe(0);
      expect(sentSecrets(cluster)).toEqual([]);
    });
  });

  it('puts back what the Secret held, whatever becomes of certs/ meanwhile', async () => {
    await besideGateway(threeModes, unverified, async (running) => {
      const { project, outside } = running;
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project));
      const started = await breakHop(running, cluster);
      writeFileSync(join(project, 'certs/ca.crt'), 'renewed');
      started.kill('SIGINT');
      expect((await started.ended).exitCode).toBe(130);
      expect(sentSecrets(cluster)[1]).toBe(readSecret(project));
    });
  });

  it('tells what was seen when the Secret may not be written, and leaves no journal', async () => {
    await besideGateway(threeModes, {}, async ({ project, outside, address }) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project), forbidden);
      const { exitCode, stdout, stderr } = await run(deepArgs(address), project, cluster.env);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 3,
        stderr: expect.stringContaining('cannot replace Secret default/ic3-svc8-upstream-ca') as string,
      });
      expect(findDeep(stdout)).toMatchObject({
        status: 'skipped',
        seen: expect.stringContaining('cannot replace Secret') as string,
      });
      expect(sentSecrets(cluster)).toHaveLength(1);
      expect(isBroken(project)).toBe(false);
      expect((await run(['verify', 'svc7', '--address', address], project, cluster.env)).exitCode).toBe(0);
    });
  });

  it('puts it back when kubectl failed and the Secret was changed all the same', async () => {
    await besideGateway(threeModes, {}, async ({ project, outside, address }) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project), { ...forbidden, stderr: 'error: unexpected EOF\n', seconds: 2 });
      const started = startProgram(deepArgs(address), { cwd: project, env: cluster.env });
      await until(() => sentSecrets(cluster).length === 1);
      cluster.answer(holding(project, { authority: 'another' }), { tool: 'kubectl', when: ['apply'] });
      const { exitCode, stderr } = await started.ended;
      expect(exitCode).toBe(3);
      expect(stderr).toContain('Put Secret default/ic3-svc8-upstream-ca back.');
      expect(sentSecrets(cluster)[1]).toBe(readSecret(project));
      expect(isBroken(project)).toBe(false);
    });
  });

  it('names the journal when it cannot be put back', async () => {
    await besideGateway(threeModes, {}, async ({ project, outside, address }) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(holding(project), forbidden);
      const target = { kind: 'cluster', context: 'demo', server: 'https://192.0.2.1:6443' };
      writeFileSync(join(project, journalPath), JSON.stringify({ version: 1, secretPath, target }));
      const { exitCode, stderr } = await run(['verify', 'svc7', '--address', address], project, cluster.env);
      expect(exitCode).toBe(3);
      expect(stderr).toContain(`delete ${journalPath}`);
      expect(isBroken(project)).toBe(true);
    });
  });
});

describe('a journal that somebody else wrote', () => {
  it('is not guessed at when it is garbage', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(join(project, journalPath), '{"version":1,"secretPath":"secrets/');
      const result = runProgram(['verify', '--address', '127.0.0.1:1'], { cwd: project });
      expect(result).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(`cannot read ${journalPath}`) as string,
      });
    });
  });

  it('has no file changed that is not one of our Secrets', async () => {
    await inProject(threeModes, (project) => {
      const before = readFileSync(join(project, 'certs/ca.crt'), 'utf8');
      writeFileSync(
        join(project, journalPath),
        JSON.stringify({ version: 1, secretPath: 'certs/ca.crt\u001b[2J', target: { kind: 'preview' } }),
      );
      const { stderr } = runProgram(['verify', '--address', '127.0.0.1:1'], { cwd: project });
      expect(stderr).toContain('nothing to put back');
      expect(stderr).not.toContain('\u001b');
      expect(readFileSync(join(project, 'certs/ca.crt'), 'utf8')).toBe(before);
      expect(isBroken(project)).toBe(false);
    });
  });
});
