import { textField } from '../../kube/object-fields.ts';
import type { ObjectIndex } from '../../kube/object-index.ts';
import type { Complaint, GatewayBackend, GatewayHost, GatewayTable, GatewayUpstream } from '../../model/gateway.ts';
import { readBoolean } from './annotation-values.ts';
import { chooseCertificate } from './ingress-certificate.ts';
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
  readonly offersHttp2: boolean;
  /** How requests for a location go on; `ingresses` are all of the host, `ingress` is the location's own. */
  readonly readUpstream: (location: {
    readonly ingress: IngressFacts;
    readonly ingresses: readonly IngressFacts[];
    readonly backend: GatewayBackend;
  }) => { readonly upstream: GatewayUpstream; readonly complaints: readonly string[] };
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

/** The oldest Ingress wins a path. Only `/` counts here: passthrough looks at no other, and preview serves no other. */
function buildHost(
  reading: NginxReading,
  name: string,
  locations: readonly Location[],
  complain: (text: string) => void,
): readonly GatewayHost[] {
  const root = locations.find(({ path, pathType }) => path === '/' && pathType !== 'Exact');
  const location = root ?? locations[0];
  if (location === undefined) return [];
  const ingresses = [...new Set(locations.map(({ ingress }) => ingress))];
  const { upstream, complaints } = reading.readUpstream({
    ingress: location.ingress,
    ingresses,
    backend: location.backend,
  });
  for (const text of complaints) complain(text);
  for (const { path, pathType } of locations.filter((other) => other !== root)) {
    complain(
      path === '/' && pathType !== 'Exact'
        ? 'two Ingresses want the path /; the first has it'
        : `path ${path} (${pathType}): preview serves the prefix / only`,
    );
  }
  const problem = formatPort(reading.index, location.backend);
  if (problem !== undefined) complain(problem);
  const { certificate, complaint } = chooseCertificate(reading.index, name, ingresses);
  if (complaint !== undefined) complain(complaint);
  return [
    {
      name,
      connection: decideConnection(reading, name, { root, ingresses }, complain),
      ...(certificate === undefined ? {} : { certificate }),
      backend: location.backend,
      upstream: root === undefined ? { scheme: 'none', reason: 'no Ingress has the path / for it' } : upstream,
    },
  ];
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
