import type { ChartValue, PlannedService, RouteNode, RouteObject, UpstreamCaPlacement } from '../../model/chart.ts';
import type { Config } from '../../model/config.ts';
import { listHosts } from '../../model/hosts.ts';
import { endsInPod } from '../../model/mode.ts';
import { routeBackend, routePaths, type RoutePath } from '../route-backend.ts';
import { apiGroup, apiVersion, gatewayPlace, listenerOf } from './names.ts';

/** What every implementation has to take: one certificate under ca.crt of a ConfigMap (gateway-api@v1.6.1 apis/v1/backendtlspolicy_types.go). */
export function upstreamCa({
  release,
  namespace,
}: Pick<PlannedService, 'release' | 'namespace'>): Extract<UpstreamCaPlacement, { kind: 'ConfigMap' }> {
  return { kind: 'ConfigMap', name: `${release}-upstream-ca`, namespace, key: 'ca.crt' };
}

/** A route, and in reencrypt the policy that makes TLS of the hop. They share the chart's full name. */
export function gatewayRoutes(config: Config, service: PlannedService): readonly RouteObject[] {
  const { kind } = listenerOf(service.mode);
  const section = kind === 'TLSRoute' ? 'tlsRoute' : 'httpRoute';
  const route: RouteObject = {
    apiVersion,
    kind,
    section,
    annotations: value(`${section}.annotations`, service.annotations, 'annotations of the route.'),
    spec: {
      parentRefs: [parentRef(config, service, section)],
      hostnames: listHosts(service).map((host, index) =>
        value(
          `${section}.host${index === 0 ? '' : index + 1}`,
          host,
          `${index === 0 ? '' : 'another '}host name that clients ask for.`,
        ),
      ),
      rules: endsInPod(service.mode)
        ? [{ backendRefs: [backendRef(service, routeBackend(service))] }]
        : routePaths(service, section).map(({ path, type, backend }) => ({
            matches: [{ path: { type: type === 'Exact' ? 'Exact' : 'PathPrefix', value: path } }],
            backendRefs: [backendRef(service, backend)],
          })),
    },
  };
  return service.mode === 'reencrypt' ? [route, policy(service)] : [route];
}

function value(path: string, given: ChartValue['value'], comment: string): ChartValue {
  return { leaf: 'value', path, value: given, comment };
}

function parentRef(config: Config, service: PlannedService, section: string): RouteNode {
  const { name, namespace } = gatewayPlace(config);
  return {
    group: apiGroup,
    kind: 'Gateway',
    name: value(`${section}.gateway`, name, 'Gateway that serves the hosts.'),
    ...(namespace !== service.namespace && {
      namespace: value(`${section}.gatewayNamespace`, namespace, 'namespace of that Gateway.'),
    }),
    sectionName: listenerOf(service.mode).listener,
  };
}

/** A reference takes no port by name; which ones are given so is refused (gateway-notices.ts). */
function backendRef({ servicePort }: PlannedService, { name, port }: RoutePath['backend']): RouteNode {
  return { kind: 'Service', name, port: 'number' in port ? port.number : servicePort.number };
}

/** Of a Service that is there already the name of the port is not known: the policy then holds for all of its ports. */
function policy(service: PlannedService): RouteObject {
  const { servicePort, upstreamName = '' } = service;
  const { name } = routeBackend(service);
  const section = 'backendTlsPolicy';
  return {
    apiVersion,
    kind: 'BackendTLSPolicy',
    section,
    spec: {
      // With a name that no port has the policy counts for nothing, and no status says so.
      targetRefs: [
        { group: '', kind: 'Service', name, ...(service.service === undefined && { sectionName: servicePort.name }) },
      ],
      validation: {
        caCertificateRefs: [
          {
            ...{ group: '', kind: 'ConfigMap' },
            name: value(
              `${section}.authority`,
              upstreamCa(service).name,
              "ConfigMap with the authority of the pod's certificate, in ca.crt.",
            ),
          },
        ],
        hostname: value(`${section}.hostname`, upstreamName, "name that the pod's certificate must have."),
      },
    },
  };
}
