import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { run as runBeside } from '../support/running-gateway.ts';
import { withPreview, type PreviewRun } from './preview-run.ts';

/** Without helm. */
const bare = '/no-such-folder';

const withController = (lines: string): string =>
  threeModes.replace('certificate:', `controller:\n${lines}\ncertificate:`);
const traefik = withController('  profile: traefik\n  service: {type: NodePort, http: {}}');
const balanced = withController('  service: {type: LoadBalancer, http: {}}');

const plainPortOf = ({ events }: PreviewRun): number => Number(events()[0]?.['plainPort']);

/** Status of each answer and where it leads, the body of the last. */
function follow(project: string, run: PreviewRun, name: string, ...options: readonly string[]): Promise<string> {
  const plainPort = plainPortOf(run);
  const resolve = [run.port, plainPort].flatMap((port) => ['--resolve', `${name}:${port}:127.0.0.1`]);
  const trust = name.startsWith('svc9.') ? 'certs/ca.crt' : 'certs/wildcard.crt';
  const args = [
    ...['--silent', '--show-error', '--include', '--max-time', '30', '--cacert', trust, ...resolve],
    ...[...options, `http://${name}:${plainPort}/page`],
  ];
  return new Promise((done) => {
    execFile('curl', args, { cwd: project }, (_error, stdout, stderr) => {
      const told = [...stdout.matchAll(/^(?:HTTP\/\S+|location:) (\S+)/gm)].map(([, value = '']) => value);
      const body = stdout.split('\r\n\r\n').at(-1) ?? '';
      done([...told, body.trim(), stderr.trim()].filter((part) => part !== '').join(' '));
    });
  });
}

/** What `verify --facts` sees of the redirect, by host. */
async function redirects(project: string, ...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await runBeside(['verify', '--facts', '--json', ...args], project);
  const { services } = JSON.parse(stdout) as {
    readonly services: readonly {
      readonly host: string;
      readonly facts: readonly { readonly fact: string; readonly seen: string }[];
    }[];
  };
  return Object.fromEntries(
    services.map(({ host, facts }) => [host, facts.find(({ fact }) => fact === 'redirect')?.seen ?? '']),
  );
}

const client = ['--location', '--cert', 'certs/svc9-client.crt', '--key', 'certs/svc9-client.key'];

describe.concurrent('preview of a controller that redirects plain HTTP', () => {
  it('leads from a second port to the first with Traefik, whatever host is asked for', async () => {
    await inProject(traefik, async (project) => {
      await withPreview(project, { path: bare }, async (run) => {
        const to = (name: string): string => `https://${name}.example.test:${run.port}/page`;
        const greeting = (name: string): string => `Hello, I am ${name} for ingress-controller demo!`;
        for (const name of ['svc7', 'svc8'])
          expect(await follow(project, run, `${name}.example.test`, '--location')).toBe(
            `301 ${to(name)} 200 ${greeting(name)}`,
          );
        expect(await follow(project, run, 'svc9.example.test', ...client)).toBe(
          `301 ${to('svc9')} 200 ${greeting('svc9')}`,
        );
        expect(await follow(project, run, 'svc7.example.test', '--request', 'POST')).toBe(
          `308 ${to('svc7')} Permanent Redirect`,
        );
        expect(await follow(project, run, 'none.example.test')).toBe(`301 ${to('none')} Moved Permanently`);
        const hosts = ['svc7', 'svc8', 'svc9'].map((name) => `${name}.example.test`);
        expect(await redirects(project)).toEqual(
          Object.fromEntries(hosts.map((host) => [host, `301 to https://${host}:${run.port}/`])),
        );
        // Another address than the preview's has a port that nobody knows of.
        expect(await redirects(project, 'svc7', '--address', `127.0.0.1:${run.port}`)).toEqual({
          'svc7.example.test': 'not looked for: where plain HTTP is spoken is known of a preview and a cluster alone',
        });
      });
    });
  });

  it('leads there with ingress-nginx for the hosts that it has, and names the port of the preview', async () => {
    await inProject(balanced, async (project) => {
      await withPreview(project, { path: bare }, async (run) => {
        const to = (name: string): string => `308 https://${name}.example.test:${run.port}/page`;
        expect(await follow(project, run, 'svc7.example.test', '--location')).toMatch(
          `${to('svc7')} 200 Hello, I am svc7`,
        );
        expect(await follow(project, run, 'svc9.example.test', ...client)).toMatch(
          `${to('svc9')} 200 Hello, I am svc9`,
        );
        expect(await follow(project, run, 'none.example.test')).toMatch(/^404 <html>/);
        expect(await redirects(project, 'svc9')).toEqual({
          'svc9.example.test': `308 to https://svc9.example.test:${run.port}`,
        });

        const text = readFileSync(join(project, 'ingress-tls.yaml'), 'utf8');
        writeFileSync(join(project, 'ingress-tls.yaml'), text.replace(', http: {}', ''));
        expect(await run.event('complaint')).toEqual({
          event: 'complaint',
          message: `there is no port for plain HTTP any more; the preview answers nobody on ${plainPortOf(run)}`,
        });
        expect(await follow(project, run, 'svc7.example.test')).toMatch(/^curl: \((?:52|56)\) /);
        expect((await redirects(project, 'svc7'))['svc7.example.test']).toMatch(/^no answer to plain HTTP: /);
      });
    });
  });

  it('has no second port where the file asks for none, and nobody looked for it', async () => {
    await inProject(threeModes, async (project) => {
      await withPreview(project, { path: bare }, async (run) => {
        expect(run.events()[0]).not.toHaveProperty('plainPort');
        expect(await redirects(project, 'svc7')).toEqual({
          'svc7.example.test': 'not looked for: the preview was started without a port for plain HTTP',
        });
      });
    });
  });

  it('takes the port after the one that is said, and says where it listens', async () => {
    await inProject(traefik, async (project) => {
      await withPreview(project, { args: [], path: bare }, (run) => {
        expect(run.stdout()).toMatch(/^Plain HTTP on 127\.0\.0\.1:\d+ is redirected there\.$/m);
        return Promise.resolve();
      });
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const taken = runProgram(['preview', '--port', String(port - 1)], { cwd: project, env: { PATH: bare } });
      other.close();
      expect([taken.exitCode, taken.stdout]).toEqual([3, '']);
      expect(taken.stderr).toContain(`port ${port} of 127.0.0.1 not opened: another program listens there`);
    });
  });
});
