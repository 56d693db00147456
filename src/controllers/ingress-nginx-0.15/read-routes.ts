import { printName } from '../../kube/object-index.ts';
import type { Config } from '../../model/config.ts';
import type { GatewayBackend, GatewayTable } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { clientAuthKeys } from '../ingress/client-auth.ts';
import { readBoolean } from '../ingress/annotation-values.ts';
import { classAnnotation } from '../ingress/nginx-annotations.ts';
import { nginxRedirect } from '../ingress/nginx-plain-http.ts';
import { readNginxRoutes } from '../ingress/nginx-routes.ts';
import type { IngressFacts } from '../ingress/read-ingresses.ts';
import { style } from './behaviour.ts';
import { configMaps } from './config-maps.ts';
import { deployment } from './deployment.ts';
import { controllerNames } from './names.ts';

/** What 0.15.0 makes of objects, with the arguments of its Deployment and the settings of the ConfigMap that they name. */
export function readRoutes(objects: readonly KubeObject[], config: Config): GatewayTable {
  const names = controllerNames(config);
  return readNginxRoutes(objects, {
    deployment: { namespace: config.controller.namespace, name: names.deployment },
    service: { namespace: config.controller.namespace, name: names.service },
    redirect: nginxRedirect(style),
    certifiedBy: 'secret',
    ingressApiVersion: 'extensions/v1beta1',
    passthroughBy: 'oldest',
    // Types came with networking.k8s.io/v1beta1 of Kubernetes 1.18; here the path is nginx's own (nginx.tmpl, buildLocation).
    hasPathTypes: false,
    knownSettings: { ...readSettings, imitated: [deployment(config, names, {}), ...configMaps(config, names, {})] },
    readAnnotations: imitatedKeys,
    refuseClass: (_index, given, ingress) => refuseClass(given.text('ingress-class') ?? '', ingress),
    mayCrossNamespaces: () => true,
    // Nothing in nginx.tmpl of 0.15.0 verifies the pod or names it in the handshake.
    prepareUpstreams: ({ ingresses, prefix }) => {
      const encrypted = listEncryptedPorts(ingresses, prefix);
      return ({ ingress, backend }) => ({
        upstream: {
          scheme: encrypted.has(printPort(backend)) ? 'https' : 'http',
          // A route's own, as the class of its port is not (template.go, buildProxyPass).
          ...(readBoolean(ingress.annotations, `${prefix}grpc-backend`) === true && { isGrpc: true as const }),
        },
        complaints: [],
      });
    },
  });
}

const readSettings = {
  flags: new Set(['annotations-prefix', 'configmap', 'enable-ssl-passthrough', 'ingress-class']),
  keys: new Set(['use-http2']),
  defaults: {},
};

export const imitatedKeys: ReadonlySet<string> = new Set([
  ...clientAuthKeys,
  'ssl-passthrough',
  'secure-backends',
  'grpc-backend',
  'ssl-redirect',
  'force-ssl-redirect',
]);

/** An empty --ingress-class stands for the class nginx and for Ingresses without one (0.15.0 internal/ingress/annotations/class). */
function refuseClass(own: string, { annotations }: IngressFacts): string | undefined {
  const named = annotations[classAnnotation] ?? '';
  if (named === own || (own === '' && named === 'nginx') || (own === 'nginx' && named === '')) return undefined;
  return named === ''
    ? 'it names no class'
    : `its annotation names class ${named}, and the controller's is ${own === '' ? 'nginx' : own}`;
}

/**
 * Service ports that nginx speaks TLS to: 0.15.0 decides for a port, not for a route, so that one Ingress with secure-backends
 * or ssl-passthrough decides for all of them (internal/ingress/controller/template/template.go, buildProxyPass).
 */
function listEncryptedPorts(ingresses: readonly IngressFacts[], prefix: string): ReadonlySet<string> {
  const isEncrypted = ({ annotations }: IngressFacts): boolean =>
    readBoolean(annotations, `${prefix}secure-backends`) === true ||
    readBoolean(annotations, `${prefix}ssl-passthrough`) === true;
  const backends = ingresses
    .filter(isEncrypted)
    .flatMap(({ rules }) => rules.flatMap(({ paths }) => paths.map(({ backend }) => backend)));
  return new Set(backends.map(printPort));
}

function printPort({ service, port }: GatewayBackend): string {
  return `${printName(service)} ${port}`;
}
