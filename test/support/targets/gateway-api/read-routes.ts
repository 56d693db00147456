import { complainOf, ignore } from '../../../../src/controllers/complaint.ts';
import { formatPort } from '../../../../src/controllers/ingress/service-ports.ts';
import { fieldAt, listField, numberField, textField, textListField } from '../../../../src/kube/object-fields.ts';
import { indexObjects, locateObject, printName, type ObjectIndex } from '../../../../src/kube/object-index.ts';
import type {
  Complaint,
  GatewayBackend,
  GatewayHost,
  GatewayTable,
  GatewayUpstream,
  NamedObject,
} from '../../../../src/model/gateway.ts';
import type { KubeObject } from '../../../../src/model/kube-object.ts';
import { controllerName } from './names.ts';

/** What the controller makes of Gateways of its class and of the routes that name their listeners. */
export function readRoutes(objects: readonly KubeObject[]): GatewayTable {
  const index = indexObjects(objects);
  const complaints: Complaint[] = [];
  const hosts = ['HTTPRoute', 'TLSRoute'].flatMap((kind) =>
    index.list(kind).flatMap((route): readonly GatewayHost[] => {
      const made = readRoute(index, route, (text) => complaints.push(complainOf(kind, locateObject(route), text)));
      if (typeof made !== 'string') return made;
      complaints.push(ignore(kind, locateObject(route), made));
      return [];
    }),
  );
  return { hosts, offersHttp2: true, complaints };
}

/** The hosts that it serves, or why none. */
function readRoute(
  index: ObjectIndex,
  route: KubeObject,
  complain: (text: string) => void,
): readonly GatewayHost[] | string {
  const { namespace } = locateObject(route);
  const [protocol, mode] = route.kind === 'TLSRoute' ? ['TLS', 'Passthrough'] : ['HTTPS', 'Terminate'];
  const parents = listField(route, 'spec', 'parentRefs').map((parent) => ({
    gateway: { namespace: textField(parent, 'namespace') ?? namespace, name: textField(parent, 'name') ?? '' },
    section: textField(parent, 'sectionName'),
  }));
  const refusals = parents.flatMap(({ gateway }) => refuseGateway(index, gateway) ?? []);
  const listeners = parents
    .filter(({ gateway }) => refuseGateway(index, gateway) === undefined)
    .flatMap(({ gateway, section }) =>
      listField(index.find('Gateway', gateway), 'spec', 'listeners')
        .filter((listener) => section === undefined || textField(listener, 'name') === section)
        .filter(
          (listener) =>
            textField(listener, 'protocol') === protocol &&
            (textField(listener, 'tls', 'mode') ?? 'Terminate') === mode,
        )
        .map((listener) => ({ gateway, listener })),
    );
  if (listeners.length === 0)
    return refusals[0] ?? `no listener of its Gateway is of protocol ${protocol} in mode ${mode}`;
  const ref = fieldAt(route, 'spec', 'rules', 0, 'backendRefs', 0);
  const backend: GatewayBackend = {
    service: { namespace: textField(ref, 'namespace') ?? namespace, name: textField(ref, 'name') ?? '' },
    port: numberField(ref, 'port') ?? 0,
  };
  const problem = formatPort(index, backend);
  if (problem !== undefined) complain(problem);
  const served = textListField(route, 'spec', 'hostnames').flatMap((hostname): readonly GatewayHost[] => {
    const name = hostname.toLowerCase();
    const found = listeners.find(({ listener }) => admits(textField(listener, 'hostname'), name));
    if (found === undefined) return [];
    if (mode === 'Passthrough') return [{ name, connection: 'passed-through', backend, locations: [] }];
    const secret = textField(found.listener, 'tls', 'certificateRefs', 0, 'name');
    const certificate =
      secret === undefined ? {} : { certificate: { namespace: found.gateway.namespace, name: secret } };
    const location = { path: '/', type: 'start', backend, upstream: readUpstream(index, backend) } as const;
    return [{ name, connection: 'terminated', ...certificate, locations: [location] }];
  });
  return served.length === 0 ? 'no listener has its host name' : served;
}

function refuseGateway(index: ObjectIndex, gateway: NamedObject): string | undefined {
  const object = index.find('Gateway', gateway);
  if (object === undefined) return `there is no Gateway ${printName(gateway)}`;
  const className = textField(object, 'spec', 'gatewayClassName') ?? '';
  const found = textField(index.find('GatewayClass', { namespace: '', name: className }), 'spec', 'controllerName');
  return found === controllerName
    ? undefined
    : `Gateway ${printName(gateway)} is of class ${className}, which is not the controller's`;
}

/** A listener's wildcard stands for one label or more (gateway-api@v1.6.1 apis/v1/shared_types.go, Hostname). */
function admits(hostname: string | undefined, name: string): boolean {
  if (hostname === undefined || hostname === '') return true;
  return hostname.startsWith('*.') ? name.endsWith(hostname.slice(1)) : name === hostname;
}

/** The hop is TLS where a policy says so, and its certificate is always verified. */
function readUpstream(index: ObjectIndex, { service, port }: GatewayBackend): GatewayUpstream {
  const portName = listField(index.find('Service', service), 'spec', 'ports').flatMap((each) =>
    numberField(each, 'port') === port ? (textField(each, 'name') ?? '') : [],
  )[0];
  const policy = index.list('BackendTLSPolicy').find(
    (each) =>
      locateObject(each).namespace === service.namespace &&
      listField(each, 'spec', 'targetRefs').some((target) => {
        const section = textField(target, 'sectionName');
        return (
          textField(target, 'kind') === 'Service' &&
          textField(target, 'name') === service.name &&
          (section === undefined || section === portName)
        );
      }),
  );
  if (policy === undefined) {
    // traefik@v3.7.13 pkg/provider/kubernetes/gateway/httproute.go: TLS is guessed from the port, and the system's authorities are asked.
    return port === 443 || portName?.startsWith('https') === true
      ? { scheme: 'none', reason: 'no BackendTLSPolicy names its authority' }
      : { scheme: 'http' };
  }
  const name = textField(policy, 'spec', 'validation', 'hostname') ?? '';
  const ref = fieldAt(policy, 'spec', 'validation', 'caCertificateRefs', 0);
  const kind = textField(ref, 'kind') === 'Secret' ? 'Secret' : 'ConfigMap';
  const authority = { namespace: service.namespace, name: textField(ref, 'name') ?? '', kind, key: 'ca.crt' } as const;
  return { scheme: 'https', serverName: name, verification: { authority, name } };
}
