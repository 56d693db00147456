import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import { textField } from '../../kube/object-fields.ts';
import type {
  GatewayBackend,
  GatewayClientAuth,
  GatewayHost,
  GatewayLocation,
  GatewayUpstream,
} from '../../model/gateway.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';
import type { IngressFacts, IngressRule } from '../ingress/read-ingresses.ts';
import { formatPort } from '../ingress/service-ports.ts';
import { takesPath } from '../../model/paths.ts';
import type { CertificatePool } from './certificate-pool.ts';
import { rulePriority, withoutSlash } from './rule-priority.ts';

/** An Ingress that is served, with how its pods are spoken to. */
export interface ServedIngress {
  readonly ingress: IngressFacts;
  readonly upstream: GatewayUpstream;
  /** Which clients are let in to its hosts; absent: everybody. */
  readonly clientAuth?: GatewayClientAuth;
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
  const routers = new Map<string, Router[]>();
  for (const { ingress, upstream } of served.filter((each) => !isTrue(each.ingress, 'ssl-passthrough'))) {
    for (const { host, paths } of ingress.rules) {
      const ofHost = routers.get(host) ?? [];
      routers.set(host, [...ofHost, ...paths.map((path) => ({ ...path, upstream }))]);
    }
  }
  const hosts = [...routers].flatMap(([name, ofHost]): readonly GatewayHost[] => {
    if (ofHost.length === 0) return [];
    for (const problem of new Set(ofHost.flatMap(({ backend }) => formatPort(index, backend) ?? [])))
      complain(`${name}: ${problem}`);
    const certificate = pool.find(name);
    const locations = buildLocations(ofHost, (text) => {
      complain(`${name}: ${text}`);
    });
    return [{ name, connection: 'terminated', ...(certificate === undefined ? {} : { certificate }), locations }];
  });
  return hosts.map((host) => addClientAuth(host, served, complain));
}

/** Routes of one host that do not agree are served with the options that hold for every host (v3.7.13 pkg/server/router/tcp/manager.go). */
function addClientAuth(
  host: GatewayHost,
  served: readonly ServedIngress[],
  complain: (text: string) => void,
): GatewayHost {
  const ofHost = served.filter(
    ({ ingress }) => !isTrue(ingress, 'ssl-passthrough') && ingress.rules.some((rule) => rule.host === host.name),
  );
  const [first, ...others] = new Set(ofHost.map(({ clientAuth }) => clientAuth));
  if (others.length > 0)
    complain(`${host.name}: its Ingresses do not agree on auth-tls-*, so nobody is asked for a certificate`);
  return first === undefined || others.length > 0 ? host : { ...host, clientAuth: first };
}

/** What becomes a router: a path of an Ingress. */
type Router = IngressRule['paths'][number] & { readonly upstream: GatewayUpstream };

/**
 * The router with the longest rule goes first, of whatever type it is (v3.7.13 pkg/muxer/http/mux.go, GetRulePriority). The rule of a
 * prefix is longer than that of an exact path of the same length, and may go before a longer one.
 */
function buildLocations(routers: readonly Router[], complain: (text: string) => void): readonly GatewayLocation[] {
  const ranked = routers
    .map((router) => ({ ...router, priority: rulePriority(router.path, router.pathType) }))
    .toSorted((one, other) => other.priority - one.priority);
  for (const [index, router] of ranked.entries()) {
    const { path, priority } = router;
    const rival = ranked.slice(0, index).find((other) => other.priority === priority && overlap(other, router));
    if (rival?.path === path) complain(`two Ingresses want the path ${path}; which of them has it is not certain`);
    else if (rival !== undefined)
      complain(`the paths ${rival.path} and ${path} are of one rank; which of them goes first is not certain`);
  }
  return ranked.flatMap(({ path, pathType, backend, upstream }): readonly GatewayLocation[] => {
    const way = { backend, upstream };
    if (pathType === 'Exact') return [{ path, type: 'exact', ...way }];
    if (path === '/') return [{ path, type: 'start', ...way }];
    const element = withoutSlash(path);
    return [
      { path: element, type: 'exact', ...way },
      { path: `${element}/`, type: 'start', ...way },
    ];
  });
}

/** Whether two routers may want the same request. */
function overlap(one: Router, other: Router): boolean {
  const [ofOne, ofOther] = [one, other].map(({ path, pathType }) => ({
    path,
    type: pathType === 'Exact' ? ('Exact' as const) : ('Prefix' as const),
  }));
  if (ofOne === undefined || ofOther === undefined) return false;
  return takesPath(ofOne, other.path) || takesPath(ofOther, one.path);
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
    locations: [],
  };
}
