import type { Config, ExposureIntent } from '../model/config.ts';
import type { Entry } from '../model/controller-profile.ts';
import type { NamedObject } from '../model/gateway.ts';
import type { JsonObject } from '../model/json.ts';

/** What a controller's Service leads to. */
export interface ExposedPorts {
  /** Of the pod, by name or number. */
  readonly http: string | number;
  readonly https: string | number;
  /** Whether the port for HTTPS says what it speaks: the field came with Kubernetes 1.18. */
  readonly hasAppProtocol: boolean;
}

const usual: ExposureIntent = { type: 'NodePort', https: 443, annotations: {}, ipFamilies: [] };

/** How clients reach the controller, whether the file says so or not. */
export function readExposure({ controller }: Config): ExposureIntent {
  return controller.service ?? usual;
}

/** The port for HTTPS that clients see, and that a redirect has to name. */
export function clientPort(config: Config): number {
  const { type, https } = readExposure(config);
  return type === 'NodePort' ? config.controller.nodePort : https;
}

/** Where clients reach a controller whose Service this is. */
export function serviceEntry(config: Config, service: NamedObject): Entry {
  const { type, http } = readExposure(config);
  const plainPort = type === 'NodePort' ? http?.nodePort : http?.port;
  const kinds = { NodePort: 'node-port', LoadBalancer: 'load-balancer', ClusterIP: 'cluster-ip' } as const;
  return {
    kind: kinds[type],
    service,
    port: clientPort(config),
    ...(plainPort === undefined ? {} : { plainPort }),
  };
}

/** The Service's file, named after its type as the article names it: `service-nodeport`. */
export function serviceFile(config: Config): string {
  return `service-${readExposure(config).type.toLowerCase()}`;
}

/** Annotations of the Service; absent where there are none. */
export function serviceAnnotations(config: Config): { readonly annotations?: Readonly<Record<string, string>> } {
  const { annotations } = readExposure(config);
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/**
 * What a controller's Service says. Node ports are named where they are ours to choose. Azure's load balancer takes the kind of its
 * health probe from appProtocol and would ask for / (cloud-provider-azure site/content/en/topics/loadbalancer.md), which no
 * controller answers with 200: for a load balancer the field is left out, and the probe is whether the port opens.
 */
export function serviceSpec(
  config: Config,
  ports: ExposedPorts,
  selector: Readonly<Record<string, string>>,
): JsonObject {
  const { type, https, http, externalTrafficPolicy, ipFamilies } = readExposure(config);
  const nodePort = type === 'NodePort' ? { nodePort: config.controller.nodePort } : {};
  const appProtocol = ports.hasAppProtocol && type !== 'LoadBalancer' ? { appProtocol: 'https' } : {};
  const plain = http && {
    name: 'http',
    port: http.port,
    targetPort: ports.http,
    ...(http.nodePort === undefined ? {} : { nodePort: http.nodePort }),
    protocol: 'TCP',
  };
  return {
    type,
    ...(externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy }),
    ...(ipFamilies.length === 0
      ? {}
      : { ipFamilyPolicy: ipFamilies.length === 1 ? 'SingleStack' : 'RequireDualStack', ipFamilies: [...ipFamilies] }),
    ports: [
      { name: 'https', port: https, targetPort: ports.https, ...nodePort, protocol: 'TCP', ...appProtocol },
      ...(plain === undefined ? [] : [plain]),
    ],
    selector,
  };
}
