import { textField } from '../../kube/object-fields.ts';
import type { ObjectIndex } from '../../kube/object-index.ts';
import type {
  Complaint,
  GatewayBackend,
  GatewayHost,
  GatewayLocation,
  GatewayTable,
  GatewayUpstream,
} from '../../model/gateway.ts';
import { readBoolean } from './annotation-values.ts';
import { chooseCertificate } from './ingress-certificate.ts';
import { isChallenge, type StaysInClear } from './nginx-plain-http.ts';
import type { ReadClientAuth } from './read-client-auth.ts';
import type { IngressFacts } from './read-ingresses.ts';
import { formatPort } from './service-ports.ts';
import { complainOf } from '../complaint.ts';

/** What the versions of ingress-nginx have in common, and where they differ. */
export interface NginxReading {
  readonly index: ObjectIndex;
  /** Those of the controller's class, the oldest first. */
  readonly ingresses: readonly IngressFacts[];
  /** The annotation's key, with its prefix. */
  readonly passthroughKey: string;
  /** `--enable-ssl-passthrough`. */
  readonly isPassthroughOn: boolean;
  /** Which Ingress of a host switches it to passthrough: any one of them, or the oldest alone. */
  readonly passthroughBy: 'any' | 'oldest';
  /** Whether a location's type counts; otherwise each path stands for all that begin with its characters. */
  readonly hasPathTypes: boolean;
  readonly offersHttp2: boolean;
  /** How requests for a location go on; `ingresses` are all of the host, `ingress` is the location's own. */
  readonly readUpstream: (location: {
    readonly ingress: IngressFacts;
    readonly ingresses: readonly IngressFacts[];
    readonly backend: GatewayBackend;
  }) => { readonly upstream: GatewayUpstream; readonly complaints: readonly string[] };
  /** Where plain HTTP is not redirected; absent: there is no port for it. */
  readonly readClear?: (host: string, ingresses: readonly IngressFacts[]) => StaysInClear;
  /** Which clients the host lets in; `ingresses` are all of it. */
  readonly readClientAuth: (ingresses: readonly IngressFacts[]) => ReadClientAuth;
}

type Location = IngressFacts['rules'][number]['paths'][number] & { readonly ingress: IngressFacts };

/** What the controller makes of its Ingresses. */
export function buildTable(reading: NginxReading): GatewayTable {
  const complaints: Complaint[] = [];
  const byHost = new Map<string, Location[]>();
  for (const ingress of reading.ingresses) {
    for (const { host, paths } of ingress.rules) {
      const locations = byHost.get(host) ?? [];
      byHost.set(host, [...locations, ...paths.map((path) => ({ ...path, ingress }))]);
      if (paths.length === 0) complaints.push(complainOf('Ingress', ingress.object, `no backend for ${host}`));
    }
  }
  const hosts = [...byHost].flatMap(([name, locations]) =>
    buildHost(reading, name, locations, (text) => complaints.push({ text: `${name}: ${text}` })),
  );
  return { hosts, offersHttp2: reading.offersHttp2, complaints };
}

/** Passthrough looks at the path / alone. */
function buildHost(
  reading: NginxReading,
  name: string,
  wanted: readonly Location[],
  complainAgain: (text: string) => void,
): readonly GatewayHost[] {
  const said = new Set<string>();
  const complain = (text: string): void => {
    if (!said.has(text)) complainAgain(text);
    said.add(text);
  };
  const root = wanted.find(({ path, pathType }) => path === '/' && pathType !== 'Exact');
  const [first] = wanted;
  if (first === undefined) return [];
  const ingresses = [...new Set(wanted.map(({ ingress }) => ingress))];
  const stays = reading.readClear?.(name, ingresses) ?? (() => false);
  const locations = buildLocations(reading, { ingresses, wanted, stays }, complain);
  const { certificate, complaint } = chooseCertificate(reading.index, name, ingresses);
  if (complaint !== undefined) complain(complaint);
  const connection = decideConnection(reading, name, { root, ingresses }, complain);
  const { clientAuth, complaints: ofClientAuth } = reading.readClientAuth(ingresses);
  for (const text of ofClientAuth) complain(text);
  return [
    {
      name,
      connection,
      ...(certificate === undefined ? {} : { certificate }),
      ...(connection === 'terminated' ? {} : { backend: (root ?? first).backend }),
      locations,
      // What stands in no path has the annotations of the first (controller.go, createServers).
      ...(stays(first.ingress, '/') && { inClear: true as const }),
      ...(clientAuth === undefined ? {} : { clientAuth }),
    },
  ];
}

/** nginx looks for an exact location first, then for the longest with which the path begins (nginx.org, ngx_http_core_module: location). */
function buildLocations(
  reading: NginxReading,
  given: {
    readonly ingresses: readonly IngressFacts[];
    readonly wanted: readonly Location[];
    readonly stays: StaysInClear;
  },
  complain: (text: string) => void,
): readonly GatewayLocation[] {
  const { ingresses, wanted, stays } = given;
  const taken = new Map<string, Location>();
  for (const location of wanted) {
    const { path, pathType } = location;
    const isExact = reading.hasPathTypes && pathType === 'Exact';
    const key = `${isExact ? '=' : ''}${path}`;
    if (taken.has(key)) complain(`two Ingresses want the path ${path}; the first has it`);
    else taken.set(key, location);
  }
  const locations = [...taken].flatMap(([key, { path, backend, ingress }]): readonly GatewayLocation[] => {
    const { upstream, complaints } = reading.readUpstream({ ingress, ingresses, backend });
    for (const text of complaints) complain(text);
    const problem = formatPort(reading.index, backend);
    if (problem !== undefined) complain(problem);
    const inClear = stays(ingress, path);
    if (inClear && !isChallenge(path)) complain(`plain HTTP for ${path} is not redirected and goes on to the pod`);
    const way = { backend, upstream, ...(inClear && { inClear: true as const }) };
    if (key.startsWith('=')) return [{ path, type: 'exact', ...way }];
    if (!reading.hasPathTypes || path === '/') return [{ path, type: 'start', ...way }];
    // v1.15.1 internal/ingress/controller/location.go, updateServerLocations: a prefix is two locations, so that it ends with an element.
    const below: GatewayLocation = { path: path.endsWith('/') ? path : `${path}/`, type: 'start', ...way };
    return taken.has(`=${path}`) || path.endsWith('/') ? [below] : [{ path, type: 'exact', ...way }, below];
  });
  const rank = ({ type, path }: GatewayLocation): number => (type === 'exact' ? Infinity : path.length);
  return locations.toSorted((one, other) => (rank(one) === rank(other) ? 0 : rank(other) - rank(one)));
}

/**
 * v1.15.1 internal/ingress/controller/controller.go (getConfiguration, createServers) and pkg/tcpproxy/tcp.go; 0.15.0 the same
 * but for `passthroughBy`.
 */
function decideConnection(
  { index, passthroughKey, isPassthroughOn, passthroughBy }: NginxReading,
  host: string,
  { root, ingresses }: { readonly root: Location | undefined; readonly ingresses: readonly IngressFacts[] },
  complain: (text: string) => void,
): GatewayHost['connection'] {
  const deciding = passthroughBy === 'any' ? ingresses : ingresses.slice(0, 1);
  for (const { annotations } of deciding) {
    if (annotations[passthroughKey] !== undefined && readBoolean(annotations, passthroughKey) === undefined) {
      complain(
        `${passthroughKey}: ${JSON.stringify(annotations[passthroughKey])} is neither true nor false, so TLS ends at the controller`,
      );
    }
  }
  if (!deciding.some(({ annotations }) => readBoolean(annotations, passthroughKey) === true)) return 'terminated';
  if (!isPassthroughOn) {
    complain(`${passthroughKey} does nothing: the controller runs without --enable-ssl-passthrough`);
    return 'terminated';
  }
  if (host.startsWith('*')) {
    complain(
      `passthrough knows exact names only, so TLS ends at the controller for what ${host} covers (kubernetes/ingress-nginx#9473)`,
    );
    return 'terminated';
  }
  if (root === undefined) {
    complain(
      'passthrough looks at the prefix / only and there is none: every TLS connection to the host is ended (kubernetes/ingress-nginx#5257)',
    );
    return 'dead';
  }
  const service = index.find('Service', root.backend.service);
  if (textField(service, 'spec', 'type') === 'ExternalName') {
    complain(
      'passthrough to a Service of type ExternalName takes the whole controller down (kubernetes/ingress-nginx#9642)',
    );
    return 'dead';
  }
  if (textField(service, 'spec', 'clusterIP') === 'None') {
    complain(
      "passthrough goes to the Service's cluster address and a headless one has none: every connection is ended (kubernetes/ingress-nginx#1718)",
    );
    return 'dead';
  }
  return 'passed-through';
}
