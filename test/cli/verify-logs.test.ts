import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { startProgram } from '../support/program.ts';
import type { Answer } from '../support/reference-quirks.ts';
import { listen } from '../support/reference-server.ts';
import { besideGateway, run } from '../support/running-gateway.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { until } from '../support/until.ts';

const oneService = `${noServices}services:\n  - name: svc7\n    mode: terminate\n`;

interface Found {
  readonly services: readonly {
    readonly checks: readonly { readonly check: string; readonly status: string; readonly seen: string }[];
  }[];
}

function findCheck(stdout: string, id: string): { readonly status: string; readonly seen: string } | undefined {
  return (JSON.parse(stdout) as Found).services[0]?.checks.find(({ check }) => check === id);
}

function serveGreeting(project: string, onRequest: (url: string) => void): Server {
  const pair = {
    cert: readFileSync(join(project, 'certs/wildcard.crt')),
    key: readFileSync(join(project, 'certs/wildcard.key')),
  };
  return createServer(pair, (request, response) => {
    onRequest(request.url ?? '');
    response.end('Hello, I am svc7 for ingress-controller demo!\n');
  });
}

describe('verify --logs', () => {
  it('finds its own request in the logs of controller and pod, by a path that nobody else asks for', async () => {
    await inProject(oneService, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'kubectl', when: ['logs'], stdout: 'I0101 00:00:00.000000 1 main.go:1] ready\n' });
      const paths: string[] = [];
      const server = await listen(
        serveGreeting(project, (url) => {
          if (!url.startsWith('/ingress-tls-verify-')) return;
          paths.push(url);
          void answerLater(url);
        }),
      );
      /** The lines come a while after the request, as they do: the first look at the log finds none. */
      const answerLater = async (url: string): Promise<void> => {
        await until(() => cluster.events().includes('end kubectl logs'));
        const caddy = { request: { remote_ip: '10.0.0.9', uri: url, headers: { 'X-Forwarded-For': ['192.0.2.77'] } } };
        cluster.answer(
          { tool: 'kubectl', when: ['logs', '--namespace=default'], stdout: `${JSON.stringify(caddy)}\n` },
          {
            tool: 'kubectl',
            when: ['logs'],
            stdout: `192.0.2.77 - - [01/Jan/2026:00:00:00 +0000] "GET ${url} HTTP/2.0" 200 46\n`,
          },
        );
      };
      try {
        const args = ['verify', '--logs', '--address', `127.0.0.1:${server.port}`, '--context', 'demo', '--json'];
        const { stdout } = await run(args, project, cluster.env);
        const [accessLog, clientAddress] = ['access-log', 'client-address'].map((id) => findCheck(stdout, id));
        expect(paths).toHaveLength(1);
        expect(paths[0]).toMatch(/^\/ingress-tls-verify-[0-9a-f]{16}$/);
        expect(accessLog).toMatchObject({
          status: 'ok',
          seen: expect.stringContaining('GET /ingress-tls-verify-') as string,
        });
        expect(clientAddress).toMatchObject({ status: 'ok', seen: expect.stringContaining('192.0.2.77') as string });
        const asked = cluster
          .calls('kubectl')
          .filter(({ args: words }) => words.includes('logs'))
          .map(({ args: words }) => words.filter((word) => /^--(?:namespace|selector)=/.test(word)).join(' '));
        expect([...new Set(asked)].sort()).toEqual([
          '--namespace=default --selector=app.kubernetes.io/name=svc7,app.kubernetes.io/instance=ic3-svc7',
          '--namespace=ingress-nginx-demo --selector=app.kubernetes.io/name=ingress-nginx,app.kubernetes.io/instance=ingress-nginx-ic3',
        ]);
      } finally {
        await server.close();
      }
    });
  });

  it('exits 3 when the controller’s log cannot be read', async () => {
    await inProject(oneService, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({
        tool: 'kubectl',
        when: ['logs'],
        stderr: 'Error from server (Forbidden): pods is forbidden: User "eve" cannot list resource "pods"\n',
        exitCode: 1,
      });
      const server = await listen(serveGreeting(project, () => undefined));
      try {
        const args = ['verify', '--logs', '--address', `127.0.0.1:${server.port}`, '--context', 'demo', '--json'];
        const { exitCode, stdout, stderr } = await run(args, project, cluster.env);
        expect({ exitCode, stderr }).toEqual({
          exitCode: 3,
          stderr: expect.stringContaining('may not do this') as string,
        });
        // What was seen without the log is told all the same.
        expect(findCheck(stdout, 'answer')).toMatchObject({ status: 'ok' });
        expect(findCheck(stdout, 'access-log')).toMatchObject({
          status: 'skipped',
          seen: expect.stringContaining('cannot read the logs') as string,
        });
      } finally {
        await server.close();
      }
    });
  });

  it('asks, where no service ends at the controller, for one that nobody has: its line is the witness', async () => {
    for (const isLogged of [true, false]) {
      const asked: string[] = [];
      const note = (response: Answer): void => {
        asked.push((response as ServerResponse).req.url ?? '');
        (response as ServerResponse).writeHead(404).end();
      };
      await besideGateway(
        threeModes,
        { backends: { unknown: 'svc7' }, answers: { svc7: note } },
        async ({ project, outside, address }) => {
          writeFileSync(
            join(project, 'ingress-tls.yaml'),
            threeModes.replace(/ {2}- name: svc7[^]*(?= {2}- name: svc9)/, ''),
          );
          const cluster = installStandInCluster(outside);
          cluster.answer({ tool: 'kubectl', when: ['logs'], stdout: 'a line\n' });
          const started = startProgram(['verify', '--logs', '--address', address, '--context', 'demo', '--json'], {
            cwd: project,
            env: cluster.env,
          });
          await until(() => asked.some((path) => path.startsWith('/ingress-tls-verify-')));
          if (isLogged)
            cluster.answer({
              tool: 'kubectl',
              when: ['logs'],
              stdout: `${asked.map((path) => `"GET ${path} HTTP/1.1" 404`).join('\n')}\n`,
            });
          const { stdout } = await started.ended;
          expect(findCheck(stdout, 'access-log')).toMatchObject({ status: isLogged ? 'ok' : 'skipped' });
        },
      );
    }
  });

  it('ends at once at Ctrl-C, and kubectl with it', async () => {
    await inProject(oneService, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'kubectl', when: ['logs'], seconds: 600 });
      const server = await listen(serveGreeting(project, () => undefined));
      try {
        const started = startProgram(
          ['verify', '--logs', '--address', `127.0.0.1:${server.port}`, '--context', 'demo'],
          { cwd: project, env: cluster.env },
        );
        await until(() => cluster.calls('kubectl').some(({ args }) => args.includes('logs')));
        started.kill('SIGINT');
        expect(await started.ended).toMatchObject({ exitCode: 130, stdout: '' });
        expect(cluster.events()).toContain('SIGTERM kubectl logs');
      } finally {
        await server.close();
      }
    });
    // Not told, kubectl would end by its own time limit of 25 seconds.
  }, 20_000);
});
