import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { EngineProject } from './engine/project.ts';

const loop = fileURLToPath(new URL('engine/request-loop.js', import.meta.url));

interface Asked {
  readonly asked: Readonly<Record<string, number>>;
  readonly failed: readonly string[];
}

/** Certificates, keys and authorities exchanged below a controller and pods that are in use all the time. */
describeWithCluster('renewal and rotation under load', (cluster) => {
  let project: EngineProject;

  const run = (...args: readonly string[]) => ingressTls(cluster, project.folder, ...args);
  const succeed = (...args: readonly string[]): void => {
    const { exitCode, stderr, stdout } = run(...args);
    expect([args.join(' '), exitCode, exitCode === 0 ? '' : stdout + stderr]).toEqual([args.join(' '), 0, '']);
  };

  const readLeaves = (): readonly string[] =>
    ['svc8', 'svc9'].map((service) => readFileSync(join(project.folder, `certs/${service}.crt`), 'utf8'));

  /** Does all of that while others ask. */
  const underLoad = async (change: () => void): Promise<Asked> => {
    const { folder, port } = project;
    const node = kubectl(
      cluster,
      ...['get', 'nodes', '--output=jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}'],
    ).trim();
    const target = (service: string, ca: string): object => ({
      ...{ host: `${service}.example.test`, address: node, port, ca: join(folder, 'certs', ca) },
      body: `Hello, I am ${service} for ingress-controller demo!\n`,
    });
    const client = { cert: join(folder, 'certs/svc9-client.crt'), key: join(folder, 'certs/svc9-client.key') };
    const targets = [target('svc8', 'wildcard.crt'), { ...target('svc9', 'ca.crt'), ...client }];
    const asking = spawn(process.execPath, [loop, JSON.stringify(targets)], { stdio: ['pipe', 'pipe', 'inherit'] });
    let answer = '';
    asking.stdout.setEncoding('utf8').on('data', (part: string) => (answer += part));
    const ended = new Promise((resolve) => asking.once('close', resolve));
    try {
      change();
    } finally {
      asking.stdin.end();
      await ended;
    }
    return JSON.parse(answer) as Asked;
  };

  beforeAll(async () => {
    project = new EngineProject(cluster, 'ict', 31595);
    await project.apply();
  }, 600_000);

  afterAll(() => {
    project.remove();
  });

  it.each(['ca', 'svc9-client-ca'])(
    'rotate-ca %s with an apply after each step: no request fails, and no step is taken before the one before it is there',
    async (authority) => {
      const { asked, failed } = await underLoad(() => {
        for (const step of [1, 2, 3]) {
          succeed('rotate-ca', authority);
          if (step < 3) expect(run('rotate-ca', authority)).toMatchObject({ exitCode: 1 });
          succeed('apply', '--timeout', '5m');
        }
      });
      expect(failed).toEqual([]);
      for (const count of Object.values(asked)) expect(count).toBeGreaterThan(50);
      succeed('verify');
      expect(run('status')).toMatchObject({ exitCode: 0 });
    },
    900_000,
  );

  it('renew: pods show the new certificate after apply, and no request fails meanwhile', async () => {
    const before = readLeaves();
    const { failed } = await underLoad(() => {
      succeed('renew', 'svc8', 'svc9', 'svc9-client', '--all');
      succeed('apply', '--timeout', '5m');
    });
    expect(failed).toEqual([]);
    const after = readLeaves();
    expect(after.filter((text) => before.includes(text))).toEqual([]);
    // The check `certificate` compares what the pod of svc9 shows.
    succeed('verify');
  }, 600_000);
});
