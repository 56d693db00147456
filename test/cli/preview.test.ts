import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, createServer, type AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram, startProgram } from '../support/program.ts';
import { findTool, pathWith } from '../support/tools.ts';
import { withPreview, type PreviewRun } from './preview-run.ts';

/** Without helm. */
const bare = '/no-such-folder';

/** Status and body that curl gets; no status where there is no answer. */
function curl(
  project: string,
  run: Pick<PreviewRun, 'port'>,
  host: string,
  ...options: readonly string[]
): Promise<string> {
  const trust = host.startsWith('svc9.') ? 'certs/ca.crt' : 'certs/wildcard.crt';
  const args = [
    '--silent',
    '--max-time',
    '30',
    '--resolve',
    `${host}:${run.port}:127.0.0.1`,
    '--cacert',
    trust,
    '--write-out',
    '%{http_code}',
    ...options,
    `https://${host}:${run.port}/hello?token=hush`,
  ];
  return new Promise((resolve) => {
    execFile('curl', args, { cwd: project }, (_error, stdout) => {
      resolve(stdout);
    });
  });
}

/** Milliseconds, far more than a reload takes. */
const patience = { timeout: 30_000, interval: 200 };

const client = ['--cert', 'certs/svc9-client.crt', '--key', 'certs/svc9-client.key'];
const greeting = (service: string): string => `Hello, I am ${service} for ingress-controller demo!\n200`;

/** The first certificate shown for a name. */
function leafOf(run: PreviewRun, servername: string, version?: 'TLSv1.2' | 'TLSv1.3'): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(
      {
        port: run.port,
        host: '127.0.0.1',
        servername,
        rejectUnauthorized: false,
        ...(version && { minVersion: version, maxVersion: version }),
      },
      () => {
        resolve(socket.getPeerX509Certificate()!);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
}

function change(project: string, path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(project, path), 'utf8');
  const changed = text.replace(from, to);
  expect(changed, path).not.toBe(text);
  writeFileSync(join(project, path), changed);
}

/** Puts a program for helm into the project's folder; returns a PATH with it alone. */
function installHelm(project: string, source: string): string {
  writeFileSync(
    join(project, 'helm'),
    `#!${process.execPath}\nconst [command, ...args] = process.argv.slice(2);\n${source}`,
  );
  chmodSync(join(project, 'helm'), 0o755);
  return project;
}

describe.concurrent('preview', () => {
  it('serves the three modes without helm, logs them, and ends clean on Ctrl-C', async () => {
    await inProject(threeModes, async (project) => {
      await withPreview(project, { args: [], path: bare }, async (run) => {
        const state = JSON.parse(readFileSync(join(project, '.ingress-tls/preview.json'), 'utf8')) as unknown;
        expect(state).toMatchObject({ pid: run.pid, host: '127.0.0.1', port: run.port });
        for (const host of ['svc7', 'svc8'])
          expect(await curl(project, run, `${host}.example.test`)).toBe(greeting(host));
        expect(await curl(project, run, 'svc9.example.test', ...client)).toBe(greeting('svc9'));
        expect(await curl(project, run, 'svc9.example.test')).toBe('000');
        expect(
          await curl(project, run, 'svc9.example.test', '--cert', 'certs/wildcard.crt', '--key', 'certs/wildcard.key'),
        ).toBe('000');
        expect(await curl(project, run, 'none.example.test', '--insecure')).toContain('404 Not Found');
        const wildcard = new X509Certificate(readFileSync(join(project, 'certs/wildcard.crt'))).fingerprint256;
        for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
          expect((await leafOf(run, 'svc7.example.test', version)).fingerprint256).toBe(wildcard);
        const plain = execFileSync('curl', ['--silent', '--include', `http://127.0.0.1:${run.port}/`], {
          encoding: 'utf8',
        });
        expect(plain).toMatch(/^HTTP\/1\.1 400 /);
        expect(plain).toContain('<center>The plain HTTP request was sent to HTTPS port</center>');
        const shown = execFileSync(
          'openssl',
          ['s_client', '-connect', `127.0.0.1:${run.port}`, '-servername', 'none.example.test'],
          { input: '', encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
        );
        expect(shown).toMatch(/subject=CN ?= ?Kubernetes Ingress Controller Fake Certificate, O ?= ?Acme Co/);

        const second = runProgram(['preview', '--port', '0'], { cwd: project });
        expect(second.exitCode).toBe(2);
        expect(second.stderr).toContain(`port ${run.port}`);

        run.kill('SIGINT');
        expect(await run.ended).toEqual({ exitCode: 0, signal: null });
        expect(existsSync(join(project, '.ingress-tls/preview.json'))).toBe(false);
        expect(await curl(project, run, 'svc7.example.test')).toBe('000');

        const out = run.stdout();
        expect(out).toContain('not for production');
        expect(out).toContain('edits inside of charts/ are not seen: cannot run helm: it is not on PATH');
        expect(out).toMatch(/^svc9\.example\.test +passthrough +ingress-tls curl svc9$/m);
        expect(out).toMatch(
          /^\d\d:\d\d:\d\d svc7\.example\.test GET \/hello\?\.\.\. 200 46 B \d+ ms -> default\/ic3-svc7$/m,
        );
        expect(out).toMatch(
          /^\d\d:\d\d:\d\d svc9\.example\.test connection [\d.]+ k?B in [\d.]+ k?B out \d+ ms -> default\/ic3-svc9/m,
        );
        // What is passed through is never a request.
        expect(out).not.toMatch(/svc9\.example\.test GET/);
        expect(out + run.stderr()).not.toMatch(/hush|PRIVATE KEY/);
      });
    });
  });

  it('shows an RSA certificate to every version of TLS too', async () => {
    await inProject(
      'apiVersion: ingress-tls/v1\ndomain: example.test\nservices:\n  - name: svc7\n    mode: terminate\n',
      async (project) => {
        await withPreview(project, { path: bare }, async (run) => {
          const wildcard = new X509Certificate(readFileSync(join(project, 'certs/wildcard.crt')));
          expect(wildcard.publicKey.asymmetricKeyType).toBe('rsa');
          for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
            expect((await leafOf(run, 'svc7.example.test', version)).fingerprint256).toBe(wildcard.fingerprint256);
        });
      },
    );
  });

  it('keeps control characters of a client out of its log', async () => {
    await inProject(threeModes, async (project) => {
      await withPreview(project, { args: [], path: bare }, async (run) => {
        await curl(
          project,
          run,
          'svc7.example.test',
          '--http1.1',
          '--insecure',
          '--header',
          'Host: a\u001b[31mb',
          '--request',
          'GET',
        );
        await new Promise<void>((resolve) => {
          const socket = connect(run.port, '127.0.0.1', () =>
            socket.end('GET /\u001b]0;title\u0007 HTTP/1.1\r\nHost: \u009bx\r\n\r\n'),
          );
          socket.resume().on('close', () => {
            resolve();
          });
        });
        expect(await curl(project, run, 'svc7.example.test')).toBe(greeting('svc7'));
        run.kill('SIGTERM');
        expect((await run.ended).exitCode).toBe(0);
        expect(run.stdout().replaceAll('\n', '')).not.toMatch(/\p{C}/u);
      });
    });
  });

  it('reloads what ingress-tls.yaml and certs/ say, keeps open connections, and keeps serving when the file is invalid', async () => {
    await inProject(threeModes, async (project) => {
      await withPreview(project, { path: bare }, async (run) => {
        const session = connectHttp2(`https://127.0.0.1:${run.port}`, {
          servername: 'svc9.example.test',
          ca: readFileSync(join(project, 'certs/ca.crt')),
          cert: readFileSync(join(project, 'certs/svc9-client.crt')),
          key: readFileSync(join(project, 'certs/svc9-client.key')),
        });
        const ask = (): Promise<string> =>
          new Promise((resolve, reject) => {
            let body = '';
            session
              .request({ ':path': '/', ':authority': 'svc9.example.test' })
              .setEncoding('utf8')
              .on('data', (part: string) => (body += part))
              .on('error', reject)
              .on('end', () => {
                resolve(body);
              });
          });
        expect(await ask()).toContain('svc9');

        const config = readFileSync(join(project, 'ingress-tls.yaml'), 'utf8');
        writeFileSync(join(project, 'ingress-tls.yaml'), `${config}  - name: svc6\n    mode: terminate\n`);
        await run.event('reloaded', ({ hosts }) => hosts === 4);
        expect(await curl(project, run, 'svc6.example.test')).toBe(greeting('svc6'));

        writeFileSync(join(project, 'ingress-tls.yaml'), 'services: [');
        expect(await run.event('trouble')).toMatchObject({
          message: expect.stringContaining('ingress-tls.yaml') as unknown,
        });
        expect(await curl(project, run, 'svc6.example.test')).toBe(greeting('svc6'));

        // As an editor saves: a new file takes the place of the old one.
        writeFileSync(join(project, 'new'), config);
        renameSync(join(project, 'new'), join(project, 'ingress-tls.yaml'));
        await run.event('reloaded', ({ hosts }) => hosts === 3);
        expect(await curl(project, run, 'svc6.example.test', '--insecure')).toContain('404 Not Found');

        const before = await leafOf(run, 'svc7.example.test');
        for (const name of ['certs/wildcard.crt', 'certs/wildcard.key']) rmSync(join(project, name));
        await run.event('reloaded', ({ paths }) => String(paths).includes('certs/wildcard.'));
        const after = await leafOf(run, 'svc7.example.test');
        expect(after.fingerprint256).not.toBe(before.fingerprint256);
        expect(after.fingerprint256).toBe(
          new X509Certificate(readFileSync(join(project, 'certs/wildcard.crt'))).fingerprint256,
        );

        expect(await ask()).toContain('svc9');
        session.destroy();
      });
    });
  });

  it('ends though a client holds its connection, starts again after a kill, and leaves other programs their port', async () => {
    await inProject(`${noServices}services:\n  - name: svc7\n    mode: terminate\n`, async (project) => {
      await withPreview(project, { path: bare }, async (run) => {
        const held = connect(run.port, '127.0.0.1').on('error', () => undefined);
        await new Promise((resolve) => held.once('connect', resolve));
        run.kill('SIGTERM');
        expect(await run.ended).toEqual({ exitCode: 0, signal: null });
        held.destroy();
      });
      await withPreview(project, { path: bare }, async (run) => {
        run.kill('SIGKILL');
        await run.ended;
        expect(existsSync(join(project, '.ingress-tls/preview.json'))).toBe(true);
      });
      await withPreview(project, { path: bare }, async (run) => {
        expect(await curl(project, run, 'svc7.example.test')).toBe(greeting('svc7'));
        run.kill('SIGINT');
        await run.ended;
      });
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const taken = runProgram(['preview', '--port', String(port)], { cwd: project, env: { PATH: bare } });
      other.close();
      expect([taken.exitCode, taken.stdout]).toEqual([3, '']);
      expect(taken.stderr).toContain('--port 0');
      expect(existsSync(join(project, '.ingress-tls/preview.json'))).toBe(false);
    });
  });
});

describeWithTool('helm', 'preview with helm', () => {
  it('renders for a version of Kubernetes that the profile runs on, whichever one helm takes by itself', async () => {
    await inProject(threeModes, async (project) => {
      const helm = JSON.stringify(findTool('helm'));
      const path = installHelm(
        project,
        `if (command === 'template' && !args.some((arg) => arg.startsWith('--kube-version='))) args.push('--kube-version=1.20.0');
process.exitCode = require('child_process').spawnSync(${helm}, [command, ...args], { stdio: 'inherit' }).status;`,
      );
      await withPreview(project, { path }, async (run) => {
        expect(run.events()[0]).toMatchObject({ event: 'listening', charts: 'helm' });
        expect(await curl(project, run, 'svc7.example.test')).toBe(greeting('svc7'));
      });
    });
  });

  it('shows what edits inside of a chart or a Secret do, and names them at its start', async () => {
    await inProject(threeModes, async (project) => {
      const path = pathWith('helm');
      change(project, 'charts/svc7/values.yaml', 'className: ic3', 'className: other');
      await withPreview(project, { path }, async (run) => {
        expect(run.events()[0]).toMatchObject({ event: 'listening', charts: 'helm' });
        await run.event('kept', (event) => event['path'] === 'charts/svc7/values.yaml');
        expect(await run.event('complaint')).toMatchObject({
          message: 'Ingress default/ic3-svc7 is ignored: there is no IngressClass other',
        });
        expect(await curl(project, run, 'svc7.example.test', '--insecure')).toContain('404 Not Found');
        expect(await curl(project, run, 'svc8.example.test')).toBe(greeting('svc8'));

        change(project, 'charts/svc8/values.yaml', 'backend-protocol: HTTPS', 'backend-protocol: HTPS');
        // A reload for something else may have read the edit, so that there is none for it.
        await expect
          .poll(() => curl(project, run, 'svc8.example.test'), patience)
          .toBe('Client sent an HTTP request to an HTTPS server.\n400');

        change(project, 'charts/svc8/values.yaml', 'backend-protocol: HTPS', 'backend-protocol: HTTPS');
        cpSync(join(project, 'certs/svc9-client-ca.crt'), join(project, 'foreign.crt'));
        const foreign = readFileSync(join(project, 'foreign.crt')).toString('base64');
        change(project, 'secrets/ic3-svc8-upstream-ca.yaml', /ca\.crt: .*/, `ca.crt: ${foreign}`);
        await expect.poll(() => curl(project, run, 'svc8.example.test'), patience).toContain('502 Bad Gateway');

        change(project, 'charts/svc9/templates/ingress.yaml', 'spec:', 'spec: [');
        const trouble = await run.event('trouble');
        expect(JSON.stringify(trouble)).toContain('charts/svc9');
        expect(await curl(project, run, 'svc9.example.test', ...client)).toBe(greeting('svc9'));
      });
    });
  });

  it('acts as 0.15.0 does where that is the profile', async () => {
    await inProject(
      threeModes.replace('certificate:', 'controller:\n  profile: ingress-nginx-0.15\ncertificate:'),
      async (project) => {
        await withPreview(project, { path: pathWith('helm') }, async (run) => {
          expect(run.events()[0]).toMatchObject({ controller: 'ingress-nginx 0.15.0', charts: 'helm' });
          for (const host of ['svc7', 'svc8'])
            expect(await curl(project, run, `${host}.example.test`)).toBe(greeting(host));
          expect(await curl(project, run, 'svc9.example.test', ...client)).toBe(greeting('svc9'));
          expect(await curl(project, run, 'svc7.example.test', '--tlsv1.3')).toBe('000');
          expect(await curl(project, run, 'none.example.test', '--insecure')).toBe('default backend - 404404');
        });
      },
    );
  });
});

describe('preview', () => {
  it('ends when another one was faster, and leaves it what it said', async () => {
    await inProject(threeModes, async (project) => {
      const state = JSON.stringify({ pid: process.pid, hostname: hostname(), host: '127.0.0.1', port: 1 });
      const file = join(project, '.ingress-tls/preview.json');
      const path = installHelm(
        project,
        `if (command === 'version') process.stdout.write('v4.1.4');
else require('fs').writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(state)});`,
      );
      const run = startProgram(['preview', '--port', '0'], { cwd: project, env: { PATH: path } });
      onTestFinished(() => {
        run.kill('SIGKILL');
      });
      const { exitCode, stderr } = await run.ended;
      expect(exitCode, stderr).toBe(2);
      expect(stderr).toContain('runs already: port 1,');
      expect(readFileSync(file, 'utf8')).toBe(state);
    });
  });

  it('tells its help within 80 columns', async () => {
    await inFreshFolder((folder) => {
      const result = runProgram(['preview', '--help'], { cwd: folder });
      expectGolden('help-preview', ['preview', '--help'], folder, result);
      expect(result.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    });
  });

  it.each([[['--port', '65536']], [['--port', 'x']], [['extra']]])('refuses %j', async (args) => {
    await inFreshFolder((folder) => {
      expect(runProgram(['preview', ...args], { cwd: folder })).toMatchObject({ exitCode: 2, stdout: '' });
    });
  });
});
