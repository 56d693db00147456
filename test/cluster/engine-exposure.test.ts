import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl, readObject } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { EngineProject } from './engine/project.ts';

interface Service {
  readonly spec: {
    readonly type: string;
    readonly externalTrafficPolicy?: string;
    readonly ports: readonly { readonly name: string; readonly port: number; readonly nodePort?: number }[];
  };
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
  const askPlain = (host: string, port: number, ...options: readonly string[]): string =>
    spawnSync(
      'curl',
      [
        ...['--disable', '--silent', '--show-error', '--output', '/dev/null', '--max-time', '10', ...options],
        ...['--write-out', '%{http_code} %{redirect_url}', '--resolve', `${host}:${port}:${nodeAddress()}`],
        `http://${host}:${port}/x?y=1`,
      ],
      { encoding: 'utf8' },
    ).stdout;
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
