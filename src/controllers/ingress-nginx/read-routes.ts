import { textField } from '../../kube/object-fields.ts';
import type { ObjectIndex } from '../../kube/object-index.ts';
import type { Config } from '../../model/config.ts';
import type { GatewayTable } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { clientAuthKeys } from '../ingress/client-auth.ts';
import { readBoolean } from '../ingress/annotation-values.ts';
import type { ControllerArguments } from '../ingress/controller-arguments.ts';
import { classAnnotation } from '../ingress/nginx-annotations.ts';
import { nginxRedirect } from '../ingress/nginx-plain-http.ts';
import { readNginxRoutes } from '../ingress/nginx-routes.ts';
import type { IngressFacts } from '../ingress/read-ingresses.ts';
import { configMap } from './config-map.ts';
import { style } from './behaviour.ts';
import { deployment } from './deployment.ts';
import { controllerNames } from './names.ts';
import { readUpstream } from './read-upstream.ts';

/** What v1.15.1 makes of objects, with the arguments of its Deployment and the settings of the ConfigMap that they name. */
export function readRoutes(objects: readonly KubeObject[], config: Config): GatewayTable {
  const names = controllerNames(config);
  return readNginxRoutes(objects, {
    deployment: { namespace: config.controller.namespace, name: names.deployment },
    service: { namespace: config.controller.namespace, name: names.fullName },
    redirect: { ...nginxRedirect(style), cutsSlash: true },
    certifiedBy: 'tls-section',
    ingressApiVersion: 'networking.k8s.io/v1',
    passthroughBy: 'any',
    hasPathTypes: true,
    knownSettings: { ...readSettings, imitated: [deployment(config, names, {}), configMap(config, names, {})] },
    readAnnotations: imitatedKeys,
    refuseClass,
    mayCrossNamespaces,
    prepareUpstreams: ({ index, prefix, settings }) => {
      const upstreamSettings = {
        index,
        prefix,
        mayCrossNamespaces: mayCrossNamespaces(settings),
        isOfLocations: readBoolean(settings, 'proxy-ssl-location-only') ?? false,
      };
      return ({ ingress, ingresses: ofHost }) => readUpstream(upstreamSettings, ingress, ofHost);
    },
  });
}

function mayCrossNamespaces(settings: Readonly<Record<string, string>>): boolean {
  return readBoolean(settings, 'allow-cross-namespace-resources') ?? false;
}

const readSettings = {
  flags: new Set([
    ...['annotations-prefix', 'configmap', 'controller-class', 'enable-ssl-passthrough'],
    ...['ingress-class', 'ingress-class-by-name', 'watch-ingress-without-class'],
  ]),
  keys: new Set(['allow-cross-namespace-resources', 'proxy-ssl-location-only', 'use-http2']),
  // v1.15.1 internal/ingress/controller/config/config.go.
  defaults: { 'hsts-include-subdomains': 'true' },
};

/** Read here, about the handshake with the pod, which preview does not imitate, or about the choice between pods, of which it has one. */
export const imitatedKeys: ReadonlySet<string> = new Set([
  ...clientAuthKeys,
  ...['ssl-passthrough', 'backend-protocol', 'secure-backends', 'ssl-redirect', 'force-ssl-redirect'],
  'service-upstream',
  ...['secret', 'verify', 'name', 'server-name', 'protocols', 'verify-depth', 'ciphers'].map(
    (key) => `proxy-ssl-${key}`,
  ),
]);

/**
 * Why an Ingress is none of the controller's; undefined when it is. ingressClassName goes first, and the annotation counts only
 * without it (v1.15.1 internal/ingress/controller/store/store.go, GetIngressClass).
 */
function refuseClass(
  index: ObjectIndex,
  given: ControllerArguments,
  { className, annotations }: IngressFacts,
): string | undefined {
  const ownName = given.text('ingress-class') ?? 'nginx';
  if (className !== undefined) {
    const ingressClass = index.find('IngressClass', { namespace: '', name: className });
    if (ingressClass === undefined) return `there is no IngressClass ${className}`;
    const ownController = given.text('controller-class') ?? 'k8s.io/ingress-nginx';
    const controller = textField(ingressClass, 'spec', 'controller') ?? '';
    const isOwn = controller === ownController || (given.isOn('ingress-class-by-name') && className === ownName);
    return isOwn
      ? undefined
      : `IngressClass ${className} belongs to ${controller}, and the controller is ${ownController}`;
  }
  const annotation = annotations[classAnnotation];
  if (annotation === ownName || (annotation === undefined && given.isOn('watch-ingress-without-class')))
    return undefined;
  return annotation === undefined
    ? 'it names no class'
    : `its annotation names class ${annotation}, and the controller's is ${ownName}`;
}
