import type { CurlAnswer, OutsideView } from '../../../support/outside-view.ts';
import { kubectl, readObject, readSecret } from '../../../support/cluster-programs.ts';
import type { Cluster } from '../../../support/cluster.ts';

/** What the tests of the article's behaviours share; set before the first of them runs. */
export interface Story {
  readonly cluster: Cluster;
  /** A project of profile traefik, which is on the cluster. */
  project: string;
  /** The same services under profile ingress-nginx: rendered, not applied. */
  nginxProject: string;
  /** Where openssl may work. */
  workshop: string;
  /** What `apply` printed. */
  applied: string;
  outside: OutsideView;
}

export const domain = 'tonybai.com';
export const modes = { svc7: 'terminate', svc8: 'reencrypt', svc9: 'passthrough' } as const;
export const wildcardSecret = 'ingress-controller-demo-tls-secret';
export const controllerNamespace = 'ingress-nginx-demo';

export type ServiceName = keyof typeof modes;

/** The article's words, with its newline. */
export const greeting = (name: string): string => `Hello, I am ${name} for ingress-controller demo!\n`;

/** curl with what a client of this service has: the authority, and for svc9 its certificate. */
export function ask({ outside }: Story, name: ServiceName, path = '/', ...more: string[]): CurlAnswer {
  return outside.curl({ host: `${name}.${domain}`, path, options: [...clientOptions(name), ...more] });
}

/** Options of curl, names being those of the project's folder. */
export function clientOptions(name: ServiceName): readonly string[] {
  if (name !== 'svc9') return ['--cacert', 'certs/wildcard.crt'];
  return ['--cacert', 'certs/ca.crt', '--cert', 'certs/svc9-client.crt', '--key', 'certs/svc9-client.key'];
}

export function leafOf({ outside }: Story, name: string | undefined): string | undefined {
  return outside.leaf(name === undefined ? undefined : `${name}.${domain}`)?.fingerprint256;
}

/** What a pod of a service logged about the request for a path: Caddy's own record. */
export function readRequest({ cluster }: Story, name: ServiceName, path: string): PodRequest | undefined {
  const lines = kubectl(cluster, 'logs', `deployment/ic3-${name}`, '--namespace', 'default')
    .split('\n')
    .filter((line) => line.includes('"handled request"'));
  return lines
    .map((line) => (JSON.parse(line) as { readonly request: PodRequest }).request)
    .find(({ uri }) => uri === path);
}

interface PodRequest {
  readonly uri: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Absent: the request came without TLS. */
  readonly tls?: { readonly server_name: string; readonly client_common_name?: string };
}

/** The controller's access log of requests for a path. */
export function readAccessLog({ cluster }: Story, path: string): readonly string[] {
  const lines = kubectl(
    cluster,
    'logs',
    'deployment/nginx-ingress-controller-ic3',
    '--namespace',
    controllerNamespace,
  ).split('\n');
  return lines.filter((line) => line.includes(`"GET ${path} HTTP/`));
}

export function podCertificate({ cluster }: Story, name: 'svc8' | 'svc9'): string {
  return readSecret(cluster, `ic3-${name}-tls`, 'tls.crt');
}

/** The names of all pods of the cluster with these labels. */
export function podsWith({ cluster }: Story, labels: Readonly<Record<string, string>>): readonly string[] {
  const selector = Object.entries(labels)
    .map((label) => label.join('='))
    .join(',');
  const { items } = readObject(cluster, 'pods', '--all-namespaces', '--selector', selector) as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  return items.map(({ metadata }) => metadata.name);
}

/** Sets an annotation of ingress-nginx on the Ingress of a service, or takes it away. */
export function annotate({ cluster }: Story, name: ServiceName, annotation: string, value: string | undefined): void {
  const key = `nginx.ingress.kubernetes.io/${annotation}`;
  kubectl(
    cluster,
    'annotate',
    'ingress',
    `ic3-${name}`,
    '--namespace',
    'default',
    '--overwrite',
    value === undefined ? `${key}-` : `${key}=${value}`,
  );
}
