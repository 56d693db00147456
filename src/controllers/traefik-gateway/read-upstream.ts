import { fieldAt, listField, numberField, textField } from '../../kube/object-fields.ts';
import { locateObject, printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { GatewayBackend, GatewayUpstream } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';

/**
 * How v3.7.13 speaks to a backend: TLS with verification where a policy is about the port, else by what the Service's port says
 * (pkg/provider/kubernetes/gateway/httproute.go, loadHTTPServers and getHTTPServiceProtocol).
 */
export function readUpstream(index: ObjectIndex, { service, port }: GatewayBackend): GatewayUpstream {
  const ports = listField(index.find('Service', service), 'spec', 'ports');
  const found = ports.find((each) => numberField(each, 'port') === port);
  const portName = textField(found, 'name') ?? '';
  const policies = index
    .list('BackendTLSPolicy')
    .filter(
      (policy) =>
        locateObject(policy).namespace === service.namespace &&
        listField(policy, 'spec', 'targetRefs').some((target) => {
          const section = textField(target, 'sectionName');
          return (
            textField(target, 'kind') === 'Service' &&
            textField(target, 'name') === service.name &&
            (section === undefined || section === portName)
          );
        }),
    )
    .toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
  const [policy] = policies;
  if (policy !== undefined) return readPolicy(index, policy);
  switch (textField(found, 'appProtocol')?.toLowerCase()) {
    case undefined:
      return port === 443 || portName.startsWith('https') ? bySystemRoots : { scheme: 'http' };
    case 'https':
    case 'kubernetes.io/wss':
      return bySystemRoots;
    case 'kubernetes.io/h2c':
      return { scheme: 'http', isGrpc: true };
    case 'http':
    case 'kubernetes.io/ws':
      return { scheme: 'http' };
    default:
      return { scheme: 'none', reason: 'Traefik does not know the appProtocol of its port' };
  }
}

/** No pod of ours has a certificate of a public authority. */
const bySystemRoots: GatewayUpstream = {
  scheme: 'none',
  reason: 'no BackendTLSPolicy is about its port, so that its certificate is verified by public authorities',
};

function readPolicy(index: ObjectIndex, policy: KubeObject): GatewayUpstream {
  const { namespace } = locateObject(policy);
  const name = textField(policy, 'spec', 'validation', 'hostname') ?? '';
  const ref = fieldAt(policy, 'spec', 'validation', 'caCertificateRefs', 0);
  if (ref === undefined) return bySystemRoots;
  const kind = textField(ref, 'kind');
  if (kind !== 'ConfigMap' && kind !== 'Secret')
    return { scheme: 'none', reason: 'its BackendTLSPolicy names what is no ConfigMap and no Secret' };
  const place = { namespace, name: textField(ref, 'name') ?? '' };
  if ((index.findData(kind, place)?.['ca.crt'] ?? '') === '')
    return {
      scheme: 'none',
      reason: `${kind} ${printName(place)} of its BackendTLSPolicy is not there, or has no ca.crt`,
    };
  return { scheme: 'https', serverName: name, verification: { authority: { ...place, kind, key: 'ca.crt' }, name } };
}
