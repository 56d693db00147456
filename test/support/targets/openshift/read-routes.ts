import { ignore } from '../../../../src/controllers/complaint.ts';
import { listField, textField } from '../../../../src/kube/object-fields.ts';
import { indexObjects, locateObject, printName, type ObjectIndex } from '../../../../src/kube/object-index.ts';
import type { Complaint, GatewayHost, GatewayTable, GatewayUpstream } from '../../../../src/model/gateway.ts';
import type { KubeObject } from '../../../../src/model/kube-object.ts';

/** What the router makes of Routes. */
export function readRoutes(objects: readonly KubeObject[]): GatewayTable {
  const index = indexObjects(objects);
  const complaints: Complaint[] = [];
  const hosts = index.list('Route').flatMap((route): readonly GatewayHost[] => {
    const host = readRoute(index, route);
    if (typeof host !== 'string') return [host];
    complaints.push(ignore('Route', locateObject(route), host));
    return [];
  });
  return { hosts, offersHttp2: false, complaints };
}

/** The host, or why there is none. */
function readRoute(index: ObjectIndex, route: KubeObject): GatewayHost | string {
  const { namespace } = locateObject(route);
  const service = { namespace, name: textField(route, 'spec', 'to', 'name') ?? '' };
  const target = textField(route, 'spec', 'port', 'targetPort') ?? '';
  const port = listField(index.find('Service', service), 'spec', 'ports').find((each) =>
    [textField(each, 'name'), textField(each, 'targetPort')].includes(target),
  );
  if (port === undefined) return `Service ${printName(service)} has no port ${target}`;
  const name = (textField(route, 'spec', 'host') ?? '').toLowerCase();
  const backend = { service, port: textField(port, 'name') ?? '' };
  const termination = textField(route, 'spec', 'tls', 'termination');
  if (termination === 'passthrough') return { name, connection: 'passed-through', backend, locations: [] };
  if (termination !== 'edge' && termination !== 'reencrypt') return 'it says nothing of TLS';
  const secret = textField(route, 'spec', 'tls', 'externalCertificate', 'name');
  if (secret !== undefined && !mayRead(index, namespace, secret)) return `the router may not read Secret ${secret}`;
  return {
    name,
    connection: 'terminated',
    ...(secret === undefined ? {} : { certificate: { namespace, name: secret } }),
    locations: [
      {
        path: '/',
        type: 'start',
        backend,
        upstream: termination === 'edge' ? { scheme: 'http' } : readUpstream(route),
      },
    ],
  };
}

/** With an authority of the Route's own no name is asked for (openshift/router pkg/router/template/router.go, VerifyServiceHostname). */
function readUpstream(route: KubeObject): GatewayUpstream {
  const pem = textField(route, 'spec', 'tls', 'destinationCACertificate') ?? '';
  if (pem === '')
    return {
      scheme: 'none',
      reason: "it names no authority, and that of the cluster's own Services did not sign the pod's certificate",
    };
  return { scheme: 'https', verification: { authority: { kind: 'inline', pem } } };
}

function mayRead(index: ObjectIndex, namespace: string, secret: string): boolean {
  return index.list('RoleBinding').some((binding) => {
    const isRouters = listField(binding, 'subjects').some(
      (each) => textField(each, 'name') === 'router' && textField(each, 'namespace') === 'openshift-ingress',
    );
    const role = index.find('Role', { namespace, name: textField(binding, 'roleRef', 'name') ?? '' });
    return (
      isRouters &&
      locateObject(binding).namespace === namespace &&
      listField(role, 'rules').some((rule) => listField(rule, 'resourceNames').includes(secret))
    );
  });
}
