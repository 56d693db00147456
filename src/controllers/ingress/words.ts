import { className, type Config } from '../../model/config.ts';
import type { ControllerWords } from '../../model/controller-profile.ts';

/** Words of the targets that read Ingresses with the annotations of ingress-nginx. */
export const nginxWords: ControllerWords = {
  routeResources: 'ingress',
  routeResource: () => 'ingress',
  whyUnrouted: (config) => `the Ingress is missing, or is of another class than ${className(config)}`,
  whyNotPassedThrough:
    'the annotation ssl-passthrough on its Ingress or --enable-ssl-passthrough on the controller is missing',
  whyPlainToPod: 'the annotation backend-protocol: "HTTPS" is missing or has another value',
  whyUnverified: (source) =>
    `The annotation proxy-ssl-secret or proxy-ssl-verify: "on" is missing, names another Secret than ${source}`,
  undoPassthrough: (host) => `take the annotation for passthrough off the route of ${host}`,
  keepToPassthrough: 'take backend-protocol and other annotations off the Ingress of a passthrough host',
  undoClientAuth: 'take the annotations auth-tls-* off the route',
  undoRedirect: 'look for a redirect among the annotations',
  http2Setting: (config) => `use-http2: "false" ${inConfigMap(config)}`,
  allowTlsVersions: (config, versions) => `set ssl-protocols: "${versions.join(' ')}" ${inConfigMap(config)}`,
  tellClientAddress: (config) =>
    `set enable-real-ip: "true" and forwarded-for-header: "proxy_protocol" ${inConfigMap(config)}`,
  unknownNamesSetting: (config) =>
    `--default-backend-service among the arguments of controller ${config.controller.name}`,
};

function inConfigMap({ controller }: Config): string {
  return `in the ConfigMap of controller ${controller.name}`;
}
