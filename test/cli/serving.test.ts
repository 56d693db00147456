import { mkdirSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { startProgram } from '../support/program.ts';
import { CertificateMaker } from '../support/reference-certificates.ts';
import { startReferenceGateway } from '../support/reference-gateway.ts';
import type { Quirks } from '../support/reference-quirks.ts';
import { run } from '../support/running-gateway.ts';
import { nodePortUser, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { until } from '../support/until.ts';

interface Behind {
  readonly project: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Connections that came until now. */
  readonly connections: () => number;
}

/** Opens a free port of the range that Kubernetes gives to Services. */
async function openNodePort(server: Server): Promise<number> {
  // Runs beside this one begin elsewhere, and what they have taken is passed over.
  for (let port = 32_767 - (process.pid % 1000); port > 30_000; port -= 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        resolve(true);
      });
    });
    if (isOpen) return port;
  }
  throw new Error('no free port');
}

/**
 * A stand-in cluster whose node port is a controller that needs a moment: it is `early` until so many connections came, and then right.
 */
async function behindController(
  early: Quirks,
  earlyConnections: number,
  body: (behind: Behind) => Promise<void>,
  answers: (port: number) => readonly Answer[] = () => [],
): Promise<void> {
  let connections = 0;
  let ports: readonly number[] = [];
  const front = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    connections += 1;
    const controller = connect({
      host: '127.0.0.1',
      port: ports[connections > earlyConnections ? 1 : 0] ?? 0,
      allowHalfOpen: true,
      noDelay: true,
    });
    for (const [one, other] of [
      [client, controller],
      [controller, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  const port = await openNodePort(front);
  try {
    await inProject(
      threeModes.replace('certificate:', `controller:\n  nodePort: ${port}\ncertificate:`),
      async (project, outside) => {
        mkdirSync(join(outside, 'workshop'));
        const maker = new CertificateMaker(join(outside, 'workshop'));
        const gateways = [
          await startReferenceGateway(project, maker, early),
          await startReferenceGateway(project, maker),
        ];
        ports = gateways.map((gateway) => gateway.port);
        const cluster = installStandInCluster(outside);
        cluster.answer(...answers(port), {
          tool: 'kubectl',
          when: ['get', 'nodes'],
          stdout: 'InternalIP\t127.0.0.1\n',
        });
        try {
          await body({
            project,
            port,
            env: { ...process.env, ...cluster.env } as Readonly<Record<string, string>>,
            connections: () => connections,
          });
        } finally {
          await Promise.all(gateways.map((gateway) => gateway.close()));
        }
      },
    );
  } finally {
    front.close();
  }
}

const ready: Quirks = {};
/** As ingress-nginx before it has read a Secret, and its route. */
const unread: Quirks = {
  edgeCertificates: { svc7: 'fake' },
  answers: {
    svc8: (response) => {
      response.writeHead(404).end('<html><head><title>404 Not Found</title></head></html>');
    },
  },
};

/** Three connections show whether one of the three hosts is served. */
const oneLook = 9;

const title = 'wait until ic3 serves 3 hosts';

describe('apply', () => {
  it('ends when the hosts are served, as far as one look tells', () =>
    behindController(ready, 0, async ({ project, env }) => {
      const { exitCode, stdout, stderr } = await run(['apply'], project, env);
      expect(stderr).toMatch(new RegExp(`✔ wait for 3 Deployments\n❯ ${title}\n✔ ${title}\n$`));
      expect(stdout).toContain('To try them:');
      expect(exitCode).toBe(0);
    }));

  it('asks those again, twice, that are not served at first', () =>
    behindController(unread, oneLook, async ({ project, env, connections }) => {
      const { exitCode, stderr } = await run(['apply'], project, env);
      expect(stderr).toContain(`✔ ${title}\n`);
      expect(exitCode).toBe(0);
      expect(connections()).toBeGreaterThanOrEqual(oneLook + 2 * 6);
    }));

  it('says which host is not served, what it shows and what to type, when the time is over', () =>
    behindController(unread, Infinity, async ({ project, env }) => {
      const { exitCode, stdout, stderr } = await run(['apply', '--timeout', '1s'], project, env);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`✖ ${title}\n`);
      expect(stderr).toMatch(/svc7\.example\.test: .*Kubernetes Ingress Controller Fake Certificate/);
      expect(stderr).toMatch(/svc8\.example\.test: status 404/);
      expect(stderr).not.toMatch(/svc9\.example\.test: /);
      expect(stderr).toContain(
        'all is applied, but 2 hosts are not served as it should be\nnext: ingress-tls verify svc7 svc8\n',
      );
      expect(stdout).toContain('To try them:');
    }));

  it('stops asking when the person wants it, and says that all is applied', () =>
    behindController(unread, Infinity, async ({ project, env }) => {
      const program = startProgram(['apply'], { cwd: project, env });
      await until(() => program.stderr().includes(`❯ ${title}`));
      program.kill('SIGINT');
      const { exitCode, stderr } = await program.ended;
      expect(stderr).toContain(
        'stopped: all is applied, and nobody saw whether it is served\nnext: ingress-tls verify\n',
      );
      expect(stderr).not.toContain('waiting for the running tool');
      expect(exitCode).toBe(130);
    }));

  it('tells programs what was seen of each host', () =>
    behindController(unread, Infinity, async ({ project, env }) => {
      const { exitCode, stdout } = await run(['apply', '--timeout', '1s', '--json'], project, env);
      const { serving } = JSON.parse(stdout) as {
        readonly serving: { readonly hosts: readonly { readonly service: string; readonly status: string }[] };
      };
      expect(serving.hosts.map(({ service, status }) => [service, status])).toEqual([
        ['svc7', 'failed'],
        ['svc8', 'failed'],
        ['svc9', 'ok'],
      ]);
      expect(exitCode).toBe(1);
    }));
});

describe('verify', () => {
  const controllersOwn = (port: number): readonly Answer[] => [
    nodePortUser(port, 'ingress-nginx-demo', 'ingress-nginx-ic3'),
  ];
  /** The most ordinary connection of each service and of the controller, which come first. */
  const firstOfAll = 4;

  it('on a cluster looks again before it says that a service does not hold, and says so', () =>
    behindController(
      unread,
      firstOfAll,
      async ({ project, env }) => {
        const { exitCode, stdout, stderr } = await run(['verify', '--context', 'demo'], project, env);
        expect(stderr).toContain(
          '2 services do not hold: looking again for at most 5 s, since the controller may not have read a change yet.',
        );
        expect(stdout).toContain('3 services verified: all hold');
        expect(exitCode).toBe(0);
      },
      controllersOwn,
    ));

  it('elsewhere takes what it sees as it is', () =>
    behindController(unread, firstOfAll, async ({ project, port, env }) => {
      const { exitCode, stderr } = await run(['verify', '--address', `127.0.0.1:${port}`], project, env);
      expect(stderr).not.toContain('looking again');
      expect(exitCode).toBe(1);
    }));
});
