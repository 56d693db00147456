import { fieldAt, listField, numberField, textField, textMapField } from '../../kube/object-fields.ts';
import { indexObjects, locateObject, printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { Config } from '../../model/config.ts';
import type { Complaint, GatewayBackend, GatewayHost, GatewayLocation, GatewayTable } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { attachRoutes, type AttachedRoute, type Listener } from '../gateway/attached-routes.ts';
import { readArguments, type ControllerArguments } from '../ingress/controller-arguments.ts';
import { formatPort } from '../ingress/service-ports.ts';
import { poolCertificates, type CertificatePool } from '../traefik/certificate-pool.ts';
import { controllerNames } from '../traefik/names.ts';
import { readRedirection } from '../traefik/read-redirection.ts';
import { readHttp2 } from '../traefik/read-settings.ts';
import { controllerName } from './names.ts';
import { readUpstream } from './read-upstream.ts';

/** What v3.7.13 makes of Gateways, routes and policies, with the arguments of its Deployment and the file that they name. */
export function readRoutes(objects: readonly KubeObject[], config: Config): GatewayTable {
  const index = indexObjects(objects);
  const { namespace } = config.controller;
  const names = controllerNames(config);
  const deployment = { namespace, name: names.deployment };
  const given = readArguments(index, deployment, (name) => name.toLowerCase());
  if (given === undefined)
    return {
      hosts: [],
      offersHttp2: true,
      complaints: [{ text: `there is no Deployment ${printName(deployment)}: no controller would run` }],
    };
  const { listeners, routes, complaints } = attachRoutes(
    index,
    (gatewayClass) => isOwnClass(given, gatewayClass),
    (listener) => refuseListener(index, given, listener),
  );
  const pool = poolCertificates(
    index,
    listeners.map(({ gateway, certificates }) => ({ kind: 'Gateway', object: gateway, secrets: certificates })),
  );
  const found: Complaint[] = [];
  const hosts = buildHosts(index, routes, pool, (text) => found.push({ text }));
  const settings = readHttp2(index, deployment, given);
  const { plainHttp, complaints: ofPlainHttp } = readRedirection(
    { index, deployment, service: { namespace, name: names.service } },
    given,
  );
  return {
    hosts,
    offersHttp2: settings.offersHttp2,
    ...(plainHttp !== undefined && { plainHttp }),
    complaints: [
      ...complaints,
      ...pool.complaints,
      ...found,
      ...ofPlainHttp,
      ...settings.complaints.map((text) => ({ text })),
    ],
  };
}

/** Its controllerName, and the labels of the selector that the arguments give, of the form key=value. */
function isOwnClass(given: ControllerArguments, gatewayClass: KubeObject): boolean {
  const labels = textMapField(gatewayClass, 'metadata', 'labels');
  const selector = given.text('providers.kubernetesGateway.labelSelector') ?? '';
  const isSelected = selector
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [key = '', wanted = ''] = term.split('=');
      return labels[key] === wanted;
    });
  return textField(gatewayClass, 'spec', 'controllerName') === controllerName && isSelected;
}

/** v3.7.13 pkg/provider/kubernetes/gateway/kubernetes.go, loadGatewayListeners. */
function refuseListener(index: ObjectIndex, given: ControllerArguments, listener: Listener): string | undefined {
  const watched = given.text('providers.kubernetesGateway.namespaces')?.split(',');
  const { gateway, port, protocol, mode, certificates } = listener;
  if (watched !== undefined && !watched.includes(gateway.namespace))
    return `the controller watches ${watched.join(', ')}`;
  const isOpen = [...given.all].some(
    ([name, value]) => /^entrypoints\.[^.]+\.address$/.test(name) && value.endsWith(`:${port}`),
  );
  if (!isOpen) return `no entry point of Traefik has its port ${port}`;
  if (protocol === 'HTTPS' && mode === 'Passthrough') return 'Traefik passes nothing on by protocol HTTPS';
  if (mode === 'Passthrough') return undefined;
  if (certificates.length === 0) return 'it names no certificate';
  const missing = certificates.find((secret) => {
    const data = index.findData('Secret', secret);
    return (data?.['tls.crt'] ?? '') === '' || (data?.['tls.key'] ?? '') === '';
  });
  return missing && `Secret ${printName(missing)} is not there, or has no key pair (tls.crt, tls.key)`;
}

/** As for Ingresses: a passthrough route is looked for only where no other has the host (traefik/build-table.ts). */
function buildHosts(
  index: ObjectIndex,
  routes: readonly AttachedRoute[],
  pool: CertificatePool,
  complain: (text: string) => void,
): readonly GatewayHost[] {
  const locations = new Map<string, RankedLocation[]>();
  const passed = new Map<string, GatewayHost>();
  for (const { route, hostnames } of routes.filter((each) => each.route.kind === 'HTTPRoute')) {
    for (const name of hostnames) {
      const made = buildLocations(index, route, (text) => {
        complain(`${name}: ${text}`);
      });
      locations.set(name, [...(locations.get(name) ?? []), ...made]);
    }
  }
  for (const { route, hostnames } of routes.filter((each) => each.route.kind === 'TLSRoute')) {
    const backend = readBackend(route, fieldAt(route, 'spec', 'rules', 0, 'backendRefs', 0));
    const problem = formatPort(index, backend);
    for (const name of hostnames) {
      if (problem !== undefined) complain(`${name}: ${problem}`);
      if (locations.has(name)) complain(`${name}: an HTTPRoute ends TLS for it, so nothing is passed through`);
      else if (passed.has(name)) complain(`${name}: two TLSRoutes want it; which of them has it is not certain`);
      else passed.set(name, { name, connection: 'passed-through', backend, locations: [] });
    }
  }
  const terminated = [...locations].map(([name, ranked]): GatewayHost => {
    const certificate = pool.find(name);
    return {
      ...{ name, connection: 'terminated' },
      ...(certificate !== undefined && { certificate }),
      locations: ranked.toSorted((one, other) => other.priority - one.priority).map(({ location }) => location),
    };
  });
  return [...terminated, ...passed.values()];
}

interface RankedLocation {
  readonly location: GatewayLocation;
  readonly priority: number;
}

/** v3.7.13 pkg/provider/kubernetes/gateway/httproute.go, buildPathRule: an exact path first, then the longest prefix, the root at last. */
function buildLocations(
  index: ObjectIndex,
  route: KubeObject,
  complain: (text: string) => void,
): readonly RankedLocation[] {
  return listField(route, 'spec', 'rules').flatMap((rule): readonly RankedLocation[] => {
    const refs = listField(rule, 'backendRefs');
    const backend = readBackend(route, refs[0]);
    const problem = formatPort(index, backend);
    if (problem !== undefined) complain(problem);
    const way = { backend, upstream: readUpstream(index, backend) };
    if (way.upstream.scheme === 'none') complain(way.upstream.reason);
    const matches = listField(rule, 'matches');
    return (matches.length === 0 ? [undefined] : matches).flatMap((match): readonly RankedLocation[] => {
      const path = textField(match, 'path', 'value') ?? '/';
      const type = textField(match, 'path', 'type') ?? 'PathPrefix';
      if (type === 'Exact') return [{ location: { path, type: 'exact', ...way }, priority: 100_000 }];
      if (path === '/') return [{ location: { path, type: 'start', ...way }, priority: 1 }];
      const element = path.replace(/\/$/, '');
      const priority = 10_000 + path.length * 100;
      return [
        { location: { path: element, type: 'exact', ...way }, priority },
        { location: { path: `${element}/`, type: 'start', ...way }, priority },
      ];
    });
  });
}

function readBackend(route: KubeObject, ref: unknown): GatewayBackend {
  const { namespace } = locateObject(route);
  return {
    service: { namespace: textField(ref, 'namespace') ?? namespace, name: textField(ref, 'name') ?? '' },
    port: numberField(ref, 'port') ?? 0,
  };
}
