import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Cluster } from '../../support/cluster.ts';
import { helm, kubectl, programEnvironment, readObject } from '../../support/cluster-programs.ts';
import { startProgram } from '../../support/program.ts';
import { findTool } from '../../support/tools.ts';

/** A run of the built program that goes on. */
export type Run = ReturnType<typeof startProgram>;

export interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly description: string;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string; 'tls-server-name'?: string } }[];
}

/** The cluster's kubeconfig, with nothing of other clusters. */
function readKubeconfig(cluster: Cluster): Kubeconfig {
  return JSON.parse(
    kubectl(cluster, 'config', 'view', '--minify', '--flatten', '--raw', '--output=json'),
  ) as Kubeconfig;
}

/** Where the API server listens. */
export function addressOf(cluster: Cluster): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(readKubeconfig(cluster).clusters[0]?.cluster.server ?? '');
  return { host: hostname, port: Number(port || 443) };
}

const services = ['svc7', 'svc8', 'svc9'] as const;

/** A project of three services with a controller, namespaces and a node port that no other test uses. */
export class EngineProject {
  readonly cluster: Cluster;
  readonly name: string;
  readonly port: number;
  readonly folder: string;

  constructor(cluster: Cluster, name: string, port: number) {
    this.cluster = cluster;
    this.name = name;
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    this.write(1);
  }

  get namespace(): string {
    return `${this.name}-services`;
  }

  get releases(): readonly string[] {
    return services.map((service) => `${this.name}-${service}`);
  }

  /** Another number of replicas makes every chart another one. */
  write(replicas: number): void {
    const modes = { svc7: 'terminate', svc8: 'reencrypt', svc9: 'passthrough' } as const;
    writeFileSync(
      join(this.folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: example.test
namespace: ${this.namespace}
controller:
  profile: traefik
  name: ${this.name}
  namespace: ${this.name}-controller
  nodePort: ${this.port}
certificate:
  keyType: ecdsa-p256
services:
${services.map((service) => `  - name: ${service}\n    mode: ${modes[service]}\n    replicas: ${replicas}\n`).join('')}`,
    );
  }

  /** Applies, through another kubeconfig if one is given, and does not wait. */
  startApply(kubeconfig = this.cluster.kubeconfig): Run {
    return startProgram(['apply', '--verbose', '--timeout', '120s'], {
      cwd: this.folder,
      env: { ...programEnvironment(this.cluster), KUBECONFIG: kubeconfig },
    });
  }

  /** Applies and expects no trouble; returns what was said. */
  async apply(kubeconfig?: string): Promise<string> {
    const { exitCode, stderr } = await this.startApply(kubeconfig).ended;
    expect(exitCode, stderr).toBe(0);
    return stderr;
  }

  history(release: string): readonly Revision[] {
    return JSON.parse(
      helm(this.cluster, 'history', release, '--namespace', this.namespace, '--output', 'json'),
    ) as Revision[];
  }

  /** Kind and uid of what a release has. */
  uids(release: string): readonly string[] {
    const { items } = readObject(
      this.cluster,
      'services,deployments',
      '--namespace',
      this.namespace,
      `--selector=app.kubernetes.io/instance=${release}`,
    ) as { readonly items: readonly { readonly kind: string; readonly metadata: { readonly uid: string } }[] };
    return items.map(({ kind, metadata }) => `${kind} ${metadata.uid}`).sort();
  }

  /** Every release is deployed, with all pods and its whole history. */
  expectHealthy(): void {
    for (const release of this.releases) {
      const history = this.history(release);
      expect(history.at(-1)?.status, release).toBe('deployed');
      expect(history[0]?.revision, release).toBe(1);
      kubectl(
        this.cluster,
        'rollout',
        'status',
        `deployment/${release}`,
        '--namespace',
        this.namespace,
        '--timeout=60s',
      );
    }
  }

  /** A kubeconfig that leads to the cluster through a port of this machine. */
  writeKubeconfig(port: number): string {
    const kubeconfig = readKubeconfig(this.cluster);
    for (const { cluster } of kubeconfig.clusters) {
      cluster['tls-server-name'] ??= new URL(cluster.server).hostname;
      cluster.server = `https://127.0.0.1:${port}`;
    }
    const path = join(this.folder, '.kubeconfig');
    writeFileSync(path, JSON.stringify(kubeconfig), { mode: 0o600 });
    return path;
  }

  /** By kubectl, which lets go of both namespaces at once: three times as fast as `destroy`, which has tests of its own. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    kubectl(
      this.cluster,
      'delete',
      'namespaces',
      this.namespace,
      `${this.name}-controller`,
      '--ignore-not-found',
      '--timeout=120s',
    );
    kubectl(
      this.cluster,
      'delete',
      'clusterroles,clusterrolebindings,ingressclasses',
      `--selector=ingress-tls/controller=${this.name}`,
    );
  }

  /** What becomes of helm's records, as it happens: `ick-svc7 pending-install`. */
  watchRecords(): { readonly seen: (text: string) => boolean; readonly end: () => void } {
    const columns = '{.metadata.labels.name} {.metadata.labels.status}{"\\n"}';
    const child = spawn(
      findTool('kubectl') ?? 'kubectl',
      [
        'get',
        'secrets',
        '--namespace',
        this.namespace,
        '--selector=owner=helm',
        '--watch-only',
        `--output=jsonpath=${columns}`,
      ],
      { env: { ...process.env, KUBECONFIG: this.cluster.kubeconfig }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return { seen: (wanted) => text.includes(wanted), end: () => void child.kill() };
  }
}
