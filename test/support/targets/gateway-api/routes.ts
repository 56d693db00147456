import { routeBackend } from '../../../../src/controllers/route-backend.ts';
import type { ChartValue, PlannedService, RouteObject, UpstreamCaPlacement } from '../../../../src/model/chart.ts';
import type { Config } from '../../../../src/model/config.ts';
import { apiVersion, listenerNames } from './names.ts';

/** What every controller must take: one certificate under ca.crt of a ConfigMap (gateway-api@v1.6.1 apis/v1/backendtlspolicy_types.go). */
export function upstreamCa({
  release,
  namespace,
}: Pick<PlannedService, 'release' | 'namespace'>): Extract<UpstreamCaPlacement, { kind: 'ConfigMap' }> {
  return { kind: 'ConfigMap', name: `${release}-upstream-ca`, namespace, key: 'ca.crt' };
}

/** One route, and in reencrypt the policy that makes TLS of the hop. They share the chart's full name. */
export function routes({ controller: { name: gateway } }: Config, service: PlannedService): readonly RouteObject[] {
  const backend = routeBackend(service);
  const isPassthrough = service.mode === 'passthrough';
  const section = isPassthrough ? 'tlsRoute' : 'httpRoute';
  const value = (path: string, given: ChartValue['value'], comment: string): ChartValue => ({
    leaf: 'value',
    path,
    value: given,
    comment,
  });
  const route: RouteObject = {
    apiVersion,
    kind: isPassthrough ? 'TLSRoute' : 'HTTPRoute',
    section,
    annotations: value(`${section}.annotations`, service.annotations, 'annotations of the route.'),
    spec: {
      parentRefs: [
        {
          name: value(`${section}.gateway`, gateway, 'Gateway that serves the host.'),
          sectionName: listenerNames[isPassthrough ? 'TLS' : 'HTTPS'],
        },
      ],
      hostnames: [value(`${section}.host`, service.host, 'host name of the service.')],
      rules: [{ backendRefs: [{ name: backend.name, port: service.service?.port ?? service.servicePort.number }] }],
    },
  };
  if (service.mode !== 'reencrypt') return [route];
  const policy: RouteObject = {
    apiVersion,
    kind: 'BackendTLSPolicy',
    section: 'backendTlsPolicy',
    spec: {
      // sectionName is the port's name: with another the policy counts for nothing.
      targetRefs: [{ group: '', kind: 'Service', name: backend.name, sectionName: service.servicePort.name }],
      validation: {
        caCertificateRefs: [
          {
            group: '',
            kind: 'ConfigMap',
            name: value(
              'backendTlsPolicy.authority',
              upstreamCa(service).name,
              "ConfigMap with the authority of the pod's certificate.",
            ),
          },
        ],
        hostname: value(
          'backendTlsPolicy.hostname',
          service.upstreamName ?? '',
          "name that the pod's certificate must have.",
        ),
      },
    },
  };
  return [route, policy];
}
