import { listServiceNamespaces } from '../../kube/namespace.ts';
import type { Config } from '../../model/config.ts';
import { listHostCertificates, wildcardName, type HostCertificate } from '../../model/host-certificate.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { endsInPod } from '../../model/mode.ts';
import { apiGroup, apiVersion, gatewayPlace, grantVersion, listenerNames } from './names.ts';

/** The class that the Gateway names. @param controllerName by which an implementation knows its own. */
export function gatewayClass(config: Config, controllerName: string, labels: Labels): KubeObject {
  const { name } = config.controller;
  return { apiVersion, kind: 'GatewayClass', metadata: { name, labels }, spec: { controllerName } };
}

/**
 * One listener for hosts whose TLS ends at the controller, and one for those that are passed through, where there are such. Neither has a
 * hostname: the routes do. @param port as the implementation opens it.
 */
export function gatewayObjects(config: Config, port: number, labels: Labels): readonly KubeObject[] {
  const place = gatewayPlace(config);
  const namespaces = listServiceNamespaces(config);
  const allowed = namespaces.every((each) => each === place.namespace)
    ? { from: 'Same' }
    : {
        from: 'Selector',
        // The label that the API server sets, which nobody can take.
        selector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }],
        },
      };
  const listener = (name: string, protocol: 'HTTPS' | 'TLS', kind: string, tls: JsonObject): JsonObject => ({
    ...{ name, port, protocol, tls },
    allowedRoutes: { kinds: [{ group: apiGroup, kind }], namespaces: allowed },
  });
  const shown = listShown(config);
  return [
    {
      apiVersion,
      kind: 'Gateway',
      metadata: { ...place, labels },
      spec: {
        gatewayClassName: config.controller.name,
        listeners: [
          listener(listenerNames.https, 'HTTPS', 'HTTPRoute', {
            mode: 'Terminate',
            certificateRefs: shown.map(({ secretName, namespace }) => ({
              ...{ group: '', kind: 'Secret', name: secretName },
              ...(namespace !== place.namespace && { namespace }),
            })),
          }),
          ...(config.services.some(({ mode }) => endsInPod(mode))
            ? [listener(listenerNames.tls, 'TLS', 'TLSRoute', { mode: 'Passthrough' })]
            : []),
        ],
      },
    },
    ...shown.filter(({ namespace }) => namespace !== place.namespace).map((each) => grant(config, each, labels)),
  ];
}

type Shown = HostCertificate & { readonly namespace: string };

/** Each certificate with a namespace in which it lies: that of the Gateway where it is there too. */
function listShown(config: Config): readonly Shown[] {
  const usual = config.namespace;
  return listHostCertificates(config).flatMap((certificate): readonly Shown[] => {
    const namespaces = certificate.services.map(({ namespace = usual }) => namespace);
    const [first] = namespaces;
    if (certificate.name === wildcardName || namespaces.includes(usual)) return [{ ...certificate, namespace: usual }];
    return first === undefined ? [] : [{ ...certificate, namespace: first }];
  });
}

/** Lets the Gateway show a certificate of another namespace. */
function grant(config: Config, { name, secretName, namespace }: Shown, labels: Labels): KubeObject {
  return {
    apiVersion: grantVersion,
    kind: 'ReferenceGrant',
    metadata: { name: `${config.controller.name}-${name}`, namespace, labels },
    spec: {
      from: [{ group: apiGroup, kind: 'Gateway', namespace: config.namespace }],
      to: [{ group: '', kind: 'Secret', name: secretName }],
    },
  };
}
