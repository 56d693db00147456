import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import { textField } from '../../kube/object-fields.ts';
import type { GatewayBackend, GatewayHost, GatewayUpstream } from '../../model/gateway.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';
import type { IngressFacts, IngressRule } from '../ingress/read-ingresses.ts';
import { formatPort } from '../ingress/service-ports.ts';
import type { CertificatePool } from './certificate-pool.ts';

/** An Ingress that is served, with how its pods are spoken to. */
export interface ServedIngress {
  readonly ingress: IngressFacts;
  readonly upstream: GatewayUpstream;
}

export interface TableInput {
  readonly index: ObjectIndex;
  /** The oldest first. */
  readonly served: readonly ServedIngress[];
  readonly pool: CertificatePool;
  readonly complain: (text: string) => void;
}

/** strings.EqualFold with "true"; every other word is false (v3.7.13 pkg/provider/kubernetes/ingress-nginx/annotations.go). */
export function isTrue({ annotations }: IngressFacts, key: string): boolean {
  return annotations[nginxKey(key)]?.toLowerCase() === 'true';
}

/**
 * The hosts. TLS that ends at the controller goes first: a passthrough route is looked for only where no such route has the host,
 * wildcards included (v3.7.13 pkg/server/router/tcp/router.go, ServeTCP).
 */
export function buildHosts(input: TableInput): readonly GatewayHost[] {
  const terminated = buildTerminated(input);
  return [...terminated, ...buildPassedThrough(input, new Set(terminated.map(({ name }) => name)))];
}

function buildTerminated({ index, served, pool, complain }: TableInput): readonly GatewayHost[] {
  const hosts = new Map<string, GatewayHost>();
  const rules = served
    .filter(({ ingress }) => !isTrue(ingress, 'ssl-passthrough'))
    .flatMap((each) => each.ingress.rules.map((rule) => ({ ...each, rule })));
  for (const { upstream, rule } of rules) {
    const name = rule.host;
    const taken = hosts.get(name);
    const root = rule.paths.find(({ path, pathType }) => path === '/' && pathType !== 'Exact');
    for (const { path, pathType } of rule.paths.filter((other) => other !== root))
      complain(`${name}: path ${path} (${pathType}): preview serves the prefix / only`);
    const backend = (root ?? rule.paths[0])?.backend;
    if (backend === undefined) continue;
    if (taken !== undefined && (root === undefined || taken.upstream.scheme !== 'none')) {
      if (root !== undefined) complain(`${name}: two Ingresses want the path /; which of them has it is not certain`);
      continue;
    }
    const problem = formatPort(index, backend);
    if (problem !== undefined) complain(`${name}: ${problem}`);
    const certificate = pool.find(name);
    hosts.set(name, {
      name,
      connection: 'terminated',
      ...(certificate === undefined ? {} : { certificate }),
      backend,
      upstream: root === undefined ? { scheme: 'none', reason: 'no Ingress has the path / for it' } : upstream,
    });
  }
  return [...hosts.values()];
}

/** Where no route is made the host is an unknown one (v3.7.13 pkg/provider/kubernetes/ingress-nginx/build.go, build). */
function buildPassedThrough(
  { index, served, pool, complain }: TableInput,
  terminated: ReadonlySet<string>,
): readonly GatewayHost[] {
  const hosts = new Map<string, GatewayHost>();
  for (const { ingress } of served.filter((each) => isTrue(each.ingress, 'ssl-passthrough'))) {
    for (const { host: name, paths } of ingress.rules) {
      const backend = paths.find(({ path }) => path === '/')?.backend;
      const problem =
        backend === undefined ? 'passthrough looks at the path / only and there is none' : buildBackend(index, backend);
      const wildcard = ['*', ...name.split('.').slice(1)].join('.');
      if (problem !== undefined || backend === undefined)
        complain(`${name}: ${problem ?? ''}, so it is answered as an unknown host`);
      else if (terminated.has(name)) complain(`${name}: another Ingress ends TLS for it, so nothing is passed through`);
      else if (terminated.has(wildcard))
        complain(`${name}: an Ingress for ${wildcard} ends TLS for it, so nothing is passed through`);
      else if (hosts.has(name)) complain(`${name}: two Ingresses pass it through; which of them has it is not certain`);
      else hosts.set(name, passThrough(name, backend, pool));
    }
  }
  return [...hosts.values()];
}

function buildBackend(index: ObjectIndex, backend: GatewayBackend): string | undefined {
  const isExternal = textField(index.find('Service', backend.service), 'spec', 'type') === 'ExternalName';
  return isExternal
    ? `Service ${printName(backend.service)} is of type ExternalName, which the controller refuses`
    : formatPort(index, backend);
}

/** No route for HTTPS is made beside it: what does not arrive by the host's own TLS name meets an unknown host. */
function passThrough(name: IngressRule['host'], backend: GatewayBackend, pool: CertificatePool): GatewayHost {
  const certificate = pool.find(name);
  return {
    name,
    connection: 'passed-through',
    ...(certificate === undefined ? {} : { certificate }),
    backend,
    upstream: { scheme: 'unrouted' },
  };
}
