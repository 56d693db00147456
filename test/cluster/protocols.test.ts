import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubectl, kubectlWithInput, programEnvironment } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { sayByOpenSsl, spoken } from '../support/openssl.ts';
import { callEcho, startGrpcServer } from '../support/grpc.ts';
import { startProgram, type ProgramResult } from '../support/program.ts';

/** gRPC in every mode and a protocol of no HTTP, behind a real Traefik. The pods are servers of this process, which Services lead to. */
describeWithCluster('what is no page', (cluster) => {
  const name = 'icg';
  const namespace = `${name}-services`;
  const nodePort = 31596;
  let folder = '';
  let node = '';
  const ends: (() => void)[] = [];

  const run = (...args: readonly string[]): Promise<ProgramResult> =>
    startProgram(args, { cwd: folder, env: programEnvironment(cluster) }).ended;
  const read = (file: string): string => readFileSync(join(folder, 'certs', file), 'utf8');
  const pairOf = (pair: string): { readonly certificate: string; readonly key: string } => ({
    certificate: read(`${pair}.crt`),
    key: read(`${pair}.key`),
  });
  const call = (service: string, trust: string, client?: string): Promise<string> =>
    callEcho(
      {
        ...{ at: node, port: nodePort, host: `${service}.direct.example.test`, trust: read(trust) },
        ...(client !== undefined && { client: pairOf(client) }),
      },
      'said over gRPC',
    );
  const lead = (service: string, port: number): readonly object[] => [
    { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: service }, spec: { ports: [{ port }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace, name: service, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      ports: [{ port }],
      endpoints: [{ addresses: [node], conditions: { ready: true } }],
    },
  ];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    node = kubectl(
      cluster,
      'get',
      'nodes',
      '--output=jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
    );
    const write = (ports: Readonly<Record<string, number>>): void => {
      const service = (each: string): string => `service: {name: ${each}, port: ${String(ports[each] ?? 1)}}`;
      writeFileSync(
        join(folder, 'ingress-tls.yaml'),
        `apiVersion: ingress-tls/v1
domain: direct.example.test
namespace: ${namespace}
controller:
  profile: traefik
  name: ${name}
  namespace: ${name}-controller
  nodePort: ${String(nodePort)}
certificate:
  keyType: ecdsa-p256
services:
  - {name: plain, mode: terminate, protocol: grpc, ${service('plain')}}
  - {name: hop, mode: reencrypt, protocol: grpc, ${service('hop')}}
`,
      );
    };
    write({});
    const { exitCode, stderr } = await run('render');
    if (exitCode !== 0) throw new Error(stderr);
    const servers = {
      plain: await startGrpcServer(undefined, undefined, '0.0.0.0:0'),
      hop: await startGrpcServer(pairOf('hop'), undefined, '0.0.0.0:0'),
    };
    for (const server of Object.values(servers))
      ends.push(() => {
        server.close();
      });
    write(Object.fromEntries(Object.entries(servers).map(([each, { port }]) => [each, port])));
    kubectl(cluster, 'create', 'namespace', namespace);
    const items = Object.entries(servers).flatMap(([each, { port }]) => lead(each, port));
    kubectlWithInput(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'create', '-f', '-');
  }, 120_000);

  afterAll(async () => {
    for (const end of ends) end();
    if (folder === '') return;
    await run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', namespace, '--ignore-not-found', '--wait=false');
  }, 240_000);

  it('is brought, answered and proved', { timeout: 300_000 }, async () => {
    const { exitCode, stderr } = await run('apply', '--timeout', '180s');
    expect(exitCode, stderr).toBe(0);
    expect(await call('plain', 'wildcard.crt')).toBe('said over gRPC');
    expect(await call('hop', 'wildcard.crt')).toBe('said over gRPC');
    for (const command of [['verify'], ['status'], ['diff']]) {
      const result = await run(...command);
      expect([command, result.exitCode], result.stdout + result.stderr).toEqual([command, 0]);
    }
  });

  it('is refused at the hop while another authority lies there', { timeout: 180_000 }, async () => {
    const { exitCode, stdout, stderr } = await run('verify', 'hop', '--deep');
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/ok\s+upstream-verification/);
  });

  it('is passed through, and the pod sees who comes', { timeout: 300_000 }, async () => {
    const config = readFileSync(join(folder, 'ingress-tls.yaml'), 'utf8');
    const passed = (ports: Readonly<Record<'git' | 'broker', number>>): string =>
      `${config.slice(0, config.indexOf('  - {name: plain'))}${(['git', 'broker'] as const)
        .map(
          (each) =>
            `  - {name: ${each}, mode: passthrough, protocol: ${each === 'git' ? 'grpc' : 'tcp'}, clientAuth: true, service: {name: ${each}, port: ${String(ports[each])}}}\n`,
        )
        .join('')}`;
    writeFileSync(join(folder, 'ingress-tls.yaml'), passed({ git: 1, broker: 1 }));
    await run('render');
    const git = await startGrpcServer(pairOf('git'), read('git-client-ca.crt'), '0.0.0.0:0');
    const { certificate, key } = pairOf('broker');
    const echo = createServer(
      { cert: certificate, key, ca: read('broker-client-ca.crt'), requestCert: true, rejectUnauthorized: true },
      (socket) => void socket.on('error', () => undefined).pipe(socket),
    ).on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => {
      echo.listen(0, '0.0.0.0', resolve);
    });
    ends.push(
      () => {
        git.close();
      },
      () => void echo.close(),
    );
    const ports = { git: git.port, broker: (echo.address() as AddressInfo).port };
    writeFileSync(join(folder, 'ingress-tls.yaml'), passed(ports));
    const items = [...lead('git', ports.git), ...lead('broker', ports.broker)];
    kubectlWithInput(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'create', '-f', '-');
    const { exitCode, stderr } = await run('apply', '--prune', '--timeout', '180s');
    expect(exitCode, stderr).toBe(0);
    expect(await call('git', 'ca.crt', 'git-client')).toBe('said over gRPC');
    expect(await call('git', 'ca.crt')).toMatch(/^UNAVAILABLE/);
    const verified = await run('verify');
    expect(verified.exitCode, verified.stdout + verified.stderr).toBe(0);
    for (const check of ['none', 'foreign', 'right'])
      expect(verified.stdout.match(new RegExp(`ok +client-certificate-${check}`, 'g'))).toHaveLength(2);
    const say = (...identity: readonly string[]): Promise<string> =>
      sayByOpenSsl(folder, `${node}:${String(nodePort)}`, 'broker.direct.example.test', identity);
    expect(await say('-cert', 'certs/broker-client.crt', '-key', 'certs/broker-client.key')).toContain(spoken);
    expect(await say()).toBe('');
  });
});
