import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl, readObject } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { withPreview } from '../cli/preview-run.ts';
import { EngineProject } from './engine/project.ts';

interface Service {
  readonly spec: {
    readonly type: string;
    readonly externalTrafficPolicy?: string;
    readonly ports: readonly { readonly name: string; readonly port: number; readonly nodePort?: number }[];
  };
}

/** What `verify --facts` saw of plain HTTP. */
function readRedirects(stdout: string): readonly (string | undefined)[] {
  const { services } = JSON.parse(stdout) as {
    readonly services: readonly { readonly facts: readonly { readonly fact: string; readonly seen: string }[] }[];
  };
  return services.map(({ facts }) => facts.find(({ fact }) => fact === 'redirect')?.seen);
}

/** The one Service goes from type to type, and curl and kubectl say what came of it. */
describeWithCluster('the controller is reached as controller.service says', (cluster) => {
  let project: EngineProject;
  let nodePorts: string;
  const nodePort = 31_591;
  const plainPort = 31_592;

  beforeAll(() => {
    project = new EngineProject(cluster, 'icl', nodePort);
    nodePorts = readFileSync(join(project.folder, 'ingress-tls.yaml'), 'utf8');
  });

  afterAll(() => {
    project.remove();
  });

  const apply = (controller: string) => {
    const text = nodePorts.replace(`  nodePort: ${nodePort}\n`, controller);
    writeFileSync(join(project.folder, 'ingress-tls.yaml'), text);
    const result = ingressTls(cluster, project.folder, 'apply', '--prune', '--timeout', '120s');
    expect(result.exitCode, result.stderr).toBe(0);
    // What the API server filled in is no difference.
    const diff = ingressTls(cluster, project.folder, 'diff');
    expect(diff.exitCode, diff.stdout).toBe(0);
    return result;
  };
  const service = (): Service['spec'] =>
    (readObject(cluster, 'service', 'ingress-nginx-icl', '--namespace', 'icl-controller') as unknown as Service).spec;
  const nodeAddress = (): string =>
    kubectl(
      cluster,
      ...['get', 'nodes', '--output'],
      'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
    );
  /** What curl is answered on the port for plain HTTP: the status, and where to. */
  const askAt = (address: string, host: string, port: number, ...options: readonly string[]): string =>
    spawnSync(
      'curl',
      [
        ...['--disable', '--silent', '--show-error', '--output', '/dev/null', '--max-time', '10', ...options],
        ...['--write-out', '%{http_code} %{redirect_url}', '--resolve', `${host}:${port}:${address}`],
        `http://${host}:${port}/x?y=1`,
      ],
      { encoding: 'utf8' },
    ).stdout;
  const askPlain = (host: string, port: number, ...options: readonly string[]): string =>
    askAt(nodeAddress(), host, port, ...options);
  const hosts = ['svc7.example.test', 'svc8.example.test', 'svc9.example.test'];

  it('behind a load balancer on 443, with a redirect from 80 and two pods', { timeout: 400_000 }, () => {
    const { stderr, stdout } = apply(
      '  replicas: 2\n  service: {type: LoadBalancer, http: {}, externalTrafficPolicy: Local}\n',
    );
    expect(service()).toMatchObject({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    if (stdout.includes('LOAD_BALANCER_ADDRESS')) {
      // Nothing gives addresses here: it is said, and a person gives the node's.
      expect(stderr).toContain(
        'the load balancer of Service ingress-nginx-icl in namespace icl-controller has no address yet',
      );
      expect(ingressTls(cluster, project.folder, 'status').exitCode).toBe(1);
      kubectl(
        cluster,
        ...['patch', 'service', 'ingress-nginx-icl', '--namespace', 'icl-controller', '--subresource=status'],
        ...['--type=merge', `--patch={"status":{"loadBalancer":{"ingress":[{"ip":"${nodeAddress()}"}]}}}`],
      );
    }
    const verify = ingressTls(cluster, project.folder, 'verify');
    expect(verify.exitCode, verify.stdout + verify.stderr).toBe(0);
    expect(verify.stderr).toContain(':443 (load balancer of Service ingress-nginx-icl;');
    for (const host of hosts) expect(askPlain(host, 80)).toBe(`301 https://${host}/x?y=1`);
    expect(askPlain('svc7.example.test', 80, '--request', 'POST')).toBe('308 https://svc7.example.test/x?y=1');
    const status = ingressTls(cluster, project.folder, 'status');
    expect(status.exitCode, status.stdout).toBe(0);
    expect(status.stdout).toContain(', load balancer ');
    const budget = readObject(cluster, 'pdb', 'nginx-ingress-controller-icl', '--namespace', 'icl-controller') as {
      readonly status?: { readonly expectedPods?: number };
    };
    expect(budget.status?.expectedPods).toBe(2);
  });

  it('then by node ports, where the redirect names that for HTTPS', { timeout: 400_000 }, () => {
    apply(`  nodePort: ${nodePort}\n  replicas: 1\n  service: {http: {nodePort: ${plainPort}}}\n`);
    expect(service()).toMatchObject({
      type: 'NodePort',
      ports: [
        { port: 443, nodePort },
        { port: 80, nodePort: plainPort },
      ],
    });
    expect(ingressTls(cluster, project.folder, 'verify').exitCode).toBe(0);
    for (const host of hosts) expect(askPlain(host, plainPort)).toBe(`301 https://${host}:${nodePort}/x?y=1`);
    expect(kubectl(cluster, 'get', 'pdb', '--namespace', 'icl-controller', '--output', 'name')).toBe('');
  });

  it('where preview redirects as the controller does, for the port of its own', { timeout: 400_000 }, async () => {
    const questions: readonly (readonly [string, ...string[]])[] = [
      ...hosts.map((host) => [host] as const),
      ['none.example.test'],
      ['svc7.example.test', '--request', 'POST'],
      ['svc7.example.test', '--head'],
    ];
    const real = questions.map(([host, ...options]) => askPlain(host, plainPort, ...options));
    const facts = readRedirects(ingressTls(cluster, project.folder, 'verify', '--facts', '--json').stdout);
    expect(facts).toEqual(hosts.map((host) => `301 to https://${host}:${nodePort}/`));
    await withPreview(project.folder, { path: process.env['PATH'] ?? '' }, (run) => {
      const port = Number(run.events()[0]?.['plainPort']);
      const imitated = questions.map(([host, ...options]) => askAt('127.0.0.1', host, port, ...options));
      expect(imitated.map((text) => text.replace(`:${run.port}/`, `:${nodePort}/`))).toEqual(real);
      return Promise.resolve();
    });
  });

  it('then from inside alone', { timeout: 400_000 }, () => {
    const { stdout } = apply('  service: {type: ClusterIP, https: 8443}\n');
    expect(stdout).toContain('kubectl port-forward --namespace icl-controller service/ingress-nginx-icl 8443:8443\n');
    const { type, ports } = service();
    expect([type, ports.map(({ port, nodePort: opened }) => [port, opened])]).toEqual([
      'ClusterIP',
      [[8443, undefined]],
    ]);
    const verify = ingressTls(cluster, project.folder, 'verify');
    expect(verify.exitCode).toBe(3);
    expect(verify.stderr).toContain('reached from inside the cluster alone');
  });

  it('and by a node port again, as if nothing had been', { timeout: 400_000 }, () => {
    apply(`  nodePort: ${nodePort}\n`);
    expect(service()).toMatchObject({ type: 'NodePort', ports: [{ name: 'https', port: 443, nodePort }] });
    expect(service().ports).toHaveLength(1);
    expect(ingressTls(cluster, project.folder, 'verify').exitCode).toBe(0);
  });
});
