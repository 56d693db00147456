import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { runProgram, startProgram } from '../support/program.ts';
import { createRawServer, listen } from '../support/reference-server.ts';
import { besideGateway, hideRun, poseAsPreview, readKeyMaterial, run } from '../support/running-gateway.ts';
import { nodePortUser, refusedConnection } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';
import { until } from '../support/until.ts';

interface Check {
  readonly check: string;
  readonly status: string;
  readonly seen: string;
}

interface Document {
  readonly address: unknown;
  readonly holds: boolean;
  readonly services: readonly { readonly service: string; readonly checks: readonly Check[] }[];
  readonly controller: readonly Check[];
}

const readDocument = (stdout: string): Document => JSON.parse(stdout) as Document;

/** The order that README and scripts rely on. */
const order = [
  'certificate',
  'trust',
  'validity',
  'answer',
  'tls-versions',
  'plain-http',
  'client-certificate-none',
  'client-certificate-foreign',
  'client-certificate-right',
  'split-hello',
  'large-hello',
  'foreign-host',
  'coalescing',
  'upstream-verification',
];

describe('verify --facts', () => {
  interface Facts {
    readonly services: readonly { readonly facts?: readonly { readonly fact: string; readonly seen: string }[] }[];
  }
  const read = (stdout: string): readonly Readonly<Record<string, string>>[] =>
    (JSON.parse(stdout) as Facts).services.map(({ facts = [] }) =>
      Object.fromEntries(facts.map(({ fact, seen }) => [fact, seen])),
    );

  it('says what a client sees of each host, and judges nothing by it', async () => {
    await besideGateway(threeModes, {}, async ({ project, address }) => {
      const [edge, , pod] = read((await run(['verify', '--facts', '--json', '--address', address], project)).stdout);
      expect(edge).toMatchObject({
        chain: expect.stringMatching(/^CN=\*\.example\.test.*issued by itself; 1 certificate shown$/) as string,
        tls: expect.stringMatching(/^TLS 1\.3, TLS_[A-Z0-9_]+, \S+$/) as string,
        'client-certificates': 'not asked for',
        redirect: expect.stringContaining('not looked for') as string,
      });
      expect(pod).toMatchObject({
        chain: expect.stringContaining('issued by CN=example.test ingress-tls CA') as string,
        'client-certificates': 'asked for, of CN=svc9 client CA',
      });
      const plain = await run(['verify', '--json', '--address', address], project);
      expect(plain.stdout).not.toContain('"facts"');
      const shown = await run(['verify', 'svc9', '--facts', '--address', address], project);
      expect(shown.stdout).toMatch(/fact +client-certificates +asked for, of CN=svc9 client CA/);
    });
  });
});

describe('verify', () => {
  it('finds three modes right: one JSON document, each check once and in order, no key shown', async () => {
    await besideGateway(threeModes, {}, async ({ project, address, port }) => {
      const { exitCode, stdout, stderr } = await run(['verify', '--address', address, '--json'], project);
      expect(stderr).toBe(`Address: ${address} (--address)\n`);
      const found = readDocument(stdout);
      expect(found.address).toEqual({ host: '127.0.0.1', port, source: 'option' });
      expect(found.services.map(({ service }) => service)).toEqual(['svc7', 'svc8', 'svc9']);
      for (const { checks } of found.services) {
        const ids = checks.map(({ check }) => check);
        expect(ids).toEqual(order.filter((id) => ids.includes(id)));
      }
      expect(found.services[2]?.checks).toHaveLength(order.length - 1);
      expect(found.controller.map(({ check }) => check)).toEqual(['unknown-name', 'no-name']);
      const others = [...found.services.flatMap(({ checks }) => checks), ...found.controller].filter(
        ({ status }) => status !== 'ok',
      );
      expect(others.map(({ check, status }) => [check, status])).toEqual([['upstream-verification', 'skipped']]);
      expect({ holds: found.holds, exitCode }).toEqual({ holds: true, exitCode: 0 });
      expect(readKeyMaterial(project).filter((text) => (stdout + stderr).includes(text))).toEqual([]);
    });
  });

  it('prints a line for each check, and for one that fails what was expected, why and what to do', async () => {
    await besideGateway(threeModes, { edgeCertificates: { svc7: 'fake' } }, async ({ project, address, port }) => {
      const args = ['verify', 'svc8', 'svc7', '--address', address];
      const result = await run(args, project);
      expectGolden('verify', args.with(-1, '127.0.0.1:PORT'), project, hideRun(result, port));
      expect(result.exitCode).toBe(1);
    });
  });

  it('tells more services than fit on a screen in a line each', async () => {
    const many = `${threeModes}${['a', 'b', 'c'].map((name) => `  - name: ${name}\n    mode: terminate\n`).join('')}`;
    await besideGateway(many, {}, async ({ project, address }) => {
      const { stdout } = await run(['verify', '--address', address], project);
      expect(stdout).toMatch(/^svc7 {2}terminate {2}svc7\.example\.test {2}holds {2}\(6 checks\)$/m);
      // The gateway has no such host.
      expect(stdout).toMatch(/^a {2}terminate {2}a\.example\.test {2}does not hold\n {2}FAILED +certificate /m);
      expect(stdout).toMatch(/\n3 of 6 services do not hold\n$/);
    });
  });

  it('is done by a preview that runs here', async () => {
    await besideGateway(threeModes, {}, async ({ project, address, port }) => {
      poseAsPreview(project, port);
      const { exitCode, stdout, stderr } = await run(['verify', 'svc7', '--json'], project, { PATH: '' });
      expect(stderr).toBe(`Address: ${address} (the preview that runs here, process ${process.pid})\n`);
      expect({ exitCode, address: readDocument(stdout).address }).toEqual({
        exitCode: 0,
        address: { host: '127.0.0.1', port, source: 'preview' },
      });
    });
  });

  it('--path and --status are asked for, and the body is nobody’s business then', async () => {
    await inProject(threeModes, async (project) => {
      const seen: (string | undefined)[] = [];
      const pair = {
        cert: readFileSync(join(project, 'certs/wildcard.crt')),
        key: readFileSync(join(project, 'certs/wildcard.key')),
      };
      const server = await listen(
        createServer(pair, (request, response) => {
          seen.push(request.url);
          response.writeHead(request.url === '/a%20b?c' ? 204 : 500).end();
        }),
      );
      try {
        const args = ['verify', 'svc7', '--address', `127.0.0.1:${server.port}`, '--json'];
        const asked = readDocument((await run([...args, '--path', '/a b?c', '--status', '204'], project)).stdout);
        expect(asked.services[0]?.checks.find(({ check }) => check === 'answer')).toMatchObject({ status: 'ok' });
        expect(seen).toContain('/a%20b?c');
        const unasked = readDocument((await run(args, project)).stdout);
        expect(unasked.services[0]?.checks.find(({ check }) => check === 'answer')).toMatchObject({ status: 'failed' });
      } finally {
        await server.close();
      }
    });
  });

  it('exits 3 where nothing listens, in one sentence; --json has the document all the same', async () => {
    await inProject(threeModes, async (project) => {
      const gone = await listen(createRawServer(() => undefined));
      await gone.close();
      const args = ['verify', '--address', `127.0.0.1:${gone.port}`];
      const result = runProgram(args, { cwd: project });
      expectGolden('verify-unreachable', args.with(-1, '127.0.0.1:PORT'), project, hideRun(result, gone.port));
      expect(result.exitCode).toBe(3);
      const json = runProgram([...args, '--json'], { cwd: project });
      expect({ exitCode: json.exitCode, holds: readDocument(json.stdout).holds }).toEqual({
        exitCode: 3,
        holds: false,
      });
    });
  });

  it('comes to an end at a server that says nothing, and Ctrl-C ends it before', async () => {
    await inProject(threeModes, async (project) => {
      const sockets: unknown[] = [];
      const silent = await listen(createRawServer((socket) => void sockets.push(socket.resume())));
      try {
        const args = ['verify', '--address', `127.0.0.1:${silent.port}`];
        const { exitCode, stdout } = await run([...args, '--timeout', '1s'], project);
        expect({ exitCode, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
          exitCode: 1,
          last: '3 of 3 services do not hold',
        });
        for (const [signal, code] of [
          ['SIGINT', 130],
          ['SIGTERM', 143],
        ] as const) {
          const before = sockets.length;
          const stopped = startProgram([...args, '--timeout', '1h'], { cwd: project });
          await until(() => sockets.length > before);
          stopped.kill(signal);
          expect(await stopped.ended).toMatchObject({
            exitCode: code,
            stdout: '',
            stderr: expect.stringContaining('error: stopped\n') as string,
          });
        }
      } finally {
        await silent.close();
      }
    });
  });

  it.each([
    ['an unknown service', ['verify', 'svc1', '--address', '127.0.0.1:1']],
    ['an address without a port', ['verify', '--address', 'example.test']],
    ['an IPv6 address without brackets', ['verify', '--address', '::1:443']],
    ['a port beyond all ports', ['verify', '--address', '127.0.0.1:65536']],
    ['no time', ['verify', '--timeout', '0s']],
    ['a whole URL for a path', ['verify', '--path', 'https://svc7.example.test/', '--address', '127.0.0.1:1']],
    ['a path with a line end', ['verify', '--path', '/a\nb', '--address', '127.0.0.1:1']],
    ['a status that does not exist', ['verify', '--status', '99', '--address', '127.0.0.1:1']],
    ['--deep at a bare address', ['verify', '--deep', '--address', '127.0.0.1:1']],
    ['--logs at a bare address', ['verify', '--logs', '--address', '127.0.0.1:1']],
  ])('refuses %s', async (title, args) => {
    await inProject(threeModes, (project) => {
      const result = runProgram(args, { cwd: project, env: { PATH: '' } });
      if (title === 'an unknown service') expectGolden('verify-no-such-service', args, project, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(result.stderr).toMatch(/error: /);
    });
  });

  it.each([
    ['without certs/wildcard.crt', 'certs/wildcard.crt', undefined],
    ['with a client’s key that is another’s', 'certs/svc9-client.key', 'certs/svc9.key'],
  ])('%s says how to have it made', async (_title, path, other) => {
    await inProject(threeModes, (project) => {
      if (other === undefined) rmSync(join(project, path));
      else copyFileSync(join(project, other), join(project, path));
      const { exitCode, stderr } = runProgram(['verify', '--address', '127.0.0.1:1'], { cwd: project });
      expect(exitCode).toBe(2);
      expect(stderr).toContain(path);
      expect(stderr).toContain('ingress-tls render');
    });
  });

  it('verifies all that it can where a client’s key is not, as in a clone of the project', async () => {
    await besideGateway(threeModes, {}, async ({ project, address }) => {
      rmSync(join(project, 'certs/svc9-client.key'));
      const { exitCode, stdout } = await run(['verify', '--address', address, '--json'], project);
      expect(exitCode).toBe(0);
      const { services } = readDocument(stdout);
      const skipped = services[2]?.checks.filter(({ status }) => status === 'skipped').map(({ check }) => check);
      expect(skipped).toEqual(expect.arrayContaining(['answer', 'client-certificate-right']));
      expect(services.flatMap(({ checks }) => checks).filter(({ status }) => status === 'failed')).toEqual([]);
    });
  });

  it('does not wait again and again where whoever listens says nothing', async () => {
    await inProject(threeModes, async (project) => {
      let connections = 0;
      const server = await listen(
        createRawServer((socket) => {
          connections += 1;
          socket.resume();
        }),
      );
      try {
        const { exitCode, stdout } = await run(
          ['verify', '--address', `127.0.0.1:${server.port}`, '--timeout', '1s', '--json'],
          project,
        );
        expect(exitCode).toBe(1);
        expect(readDocument(stdout).holds).toBe(false);
        // One for each service, and one for a name that nobody has.
        expect(connections).toBe(4);
      } finally {
        await server.close();
      }
    });
  });

  it('without services says so', async () => {
    await inProject(noServices, (project) => {
      expect(runProgram(['verify'], { cwd: project, env: { PATH: '' } })).toEqual({
        exitCode: 0,
        stdout: 'There are no services to verify yet: ingress-tls add-service\n',
        stderr: '',
      });
      expect(JSON.parse(runProgram(['verify', '--json'], { cwd: project, env: { PATH: '' } }).stdout)).toEqual({
        holds: true,
        services: [],
        controller: [],
      });
    });
  });
});

describe('verify looks for the address', () => {
  const controllerService = nodePortUser(30_092, 'ingress-nginx-demo', 'ingress-nginx-ic3');
  // Nobody listens on port 1; a node port stands for it.
  const onLoopback = { tool: 'kubectl', when: ['get', 'nodes'], stdout: 'InternalIP\t127.0.0.1\n' } as const;

  it('on the cluster: the node port of the controller’s own Service, only reading', async () => {
    await inProject(
      threeModes.replace('certificate:', 'controller:\n  nodePort: 30001\ncertificate:'),
      (project, outside) => {
        const cluster = installStandInCluster(outside);
        cluster.answer(nodePortUser(30_001, 'ingress-nginx-demo', 'ingress-nginx-ic3'), onLoopback);
        const { exitCode, stderr } = runProgram(['verify', '--context', 'demo'], { cwd: project, env: cluster.env });
        expect(stderr).toContain(
          'Address: 127.0.0.1:30001 (node port of Service ingress-nginx-ic3; context demo, server https://192.0.2.1:6443, Kubernetes v1.35.4)\n',
        );
        expect(exitCode).toBe(3);
        expect(cluster.calls().filter(isWrite)).toEqual([]);
      },
    );
  });

  it.each([
    [
      'where the controller is not applied',
      { ...controllerService, stdout: '{"items":[]}' },
      'no Service has node port 30092',
    ],
    ['where the node port is another’s', nodePortUser(30_092, 'shop', 'front'), 'Service front in namespace shop'],
    ['where no node has an address', { ...onLoopback, stdout: '' }, 'no node of context demo has an address'],
  ])('and says what is missing %s', async (_title, answer, message) => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(answer, controllerService, onLoopback);
      const { exitCode, stderr } = runProgram(['verify', '--context', 'demo'], { cwd: project, env: cluster.env });
      expect(exitCode).toBe(3);
      expect(stderr).toContain(message);
      expect(stderr).toContain('\nnext: ');
    });
  });

  it('and names both ways when there is neither', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({
        tool: 'kubectl',
        when: ['version', '--request-timeout'],
        stderr: refusedConnection,
        exitCode: 1,
      });
      const result = runProgram(['verify'], { cwd: project, env: cluster.env });
      expectGolden('verify-nothing-runs', ['verify'], project, result);
      expect(result.exitCode).toBe(3);
    });
  });

  it.each([
    ['whose process is gone', { pid: 2 ** 22 + 1 }],
    ['of another machine', { hostname: 'elsewhere.example.test' }],
    ['that is no address', { host: 'example.test\u001b[2J' }],
    ['whose process number was given to another program', { startTicks: '1' }],
  ])('not at a preview %s', async (_title, state) => {
    await inProject(threeModes, (project) => {
      poseAsPreview(project, 1, state);
      const { exitCode, stderr } = runProgram(['verify'], { cwd: project, env: { PATH: '' } });
      expect(exitCode).toBe(3);
      expect(stderr).toContain('no preview runs in this folder');
      expect(stderr).not.toContain('\u001b');
    });
  });

  it('not in a file that is garbage', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(join(project, '.ingress-tls/preview.json'), '{"pid":');
      expect(runProgram(['verify'], { cwd: project, env: { PATH: '' } }).stderr).toContain(
        'no preview runs in this folder',
      );
    });
  });
});

describeUnless(terminalMissing(), 'verify at a terminal', () => {
  it('stays within 80 columns and colours what it says', async () => {
    await besideGateway(
      threeModes,
      { passthroughPod: { clients: 'any' }, offersHttp2: true },
      async ({ project, address }) => {
        const { exitCode, raw, text } = await startAtTerminal(['verify', '--address', address], { cwd: project }).ended;
        expect(exitCode).toBe(1);
        expect(text.split('\r\n').filter((line) => line.length > 80)).toEqual([]);
        for (const word of ['ok', 'FAILED', 'warn']) expect(text).toMatch(new RegExp(`^ {2}${word} `, 'm'));
        expect(raw).toContain('\u001b[31m');
      },
    );
  });
});
