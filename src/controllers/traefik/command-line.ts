import { listServiceNamespaces } from '../../kube/namespace.ts';
import type { Config } from '../../model/config.ts';
import { clientPort, readExposure } from '../exposure.ts';
import type { ControllerNames } from './names.ts';
import { settingsPlace } from './tls-settings.ts';

/** Above 1023, so that the pod needs no capability; the Service leads to them by name. */
export const ports = { http: 8000, https: 8443, health: 8082 };

/** Seconds: how long a pod that is to end takes new connections, and how long it then waits for open ones. */
export const ending = { accept: 5, drain: 50 };

/**
 * The arguments of profile traefik. Class and annotation class are set together, as for ingress-nginx. Both entry points are named because without
 * that every route lies on both, and plain HTTP on the TLS port is answered with a redirect instead of 404. There is an entry
 * point for plain HTTP whether or not the Service leads to it, so that a route for it does not end up on the other one.
 */
export function commandLine(config: Config, names: ControllerNames): readonly string[] {
  return [
    ...baseArguments(config),
    ...provider({
      httpEntryPoint: 'web',
      httpsEntryPoint: 'websecure',
      controllerClass: names.controllerClass,
      ingressClass: names.ingressClass,
      ...watched(config),
      disableSvcExternalName: 'true',
      // Defaults of v3.7.13 that are stated because security rests on them.
      allowCrossNamespaceResources: 'false',
      allowSnippetAnnotations: 'false',
      strictValidatePathType: 'true',
    }),
  ];
}

/** What is the same whatever it reads: entry points, health, settings of TLS. */
export function baseArguments(config: Config): readonly string[] {
  return [
    '--global.checkNewVersion=false',
    '--global.sendAnonymousUsage=false',
    '--log.level=INFO',
    '--log.noColor=true',
    '--accessLog=true',
    ...entryPoint('web', ports.http),
    ...redirection(config),
    ...entryPoint('websecure', ports.https),
    ...lifeCycle('websecure'),
    ...entryPoint('health', ports.health),
    '--ping=true',
    '--ping.entryPoint=health',
    // A changed file takes a new pod (deployment.ts), which apply waits for; kubelet would bring it a minute later.
    `--providers.file.filename=${settingsPlace.folder}/${settingsPlace.file}`,
    '--providers.file.watch=false',
  ];
}

/**
 * The one namespace of the services, or those that have one of the names, by the label that the API server sets: the provider reads
 * which these are when it starts (v3.7.13 pkg/provider/kubernetes/ingress-nginx/client.go, WatchAll), and another list of names starts it
 * anew.
 */
function watched(config: Config): Readonly<Record<string, string>> {
  const [only = config.namespace, ...others] = listServiceNamespaces(config);
  if (others.length === 0) return { watchNamespace: only };
  return { watchNamespaceSelector: `${namespaceNameLabel} in (${[only, ...others].join(',')})` };
}

/** Of every namespace since Kubernetes 1.21. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name';

/**
 * A header such as X_Auth_User is dropped, as nginx drops it: many programs behind a proxy take it for X-Auth-User, which a client
 * may not set (v3.7.13 pkg/config/static/entrypoints.go; the default forwards it).
 */
function entryPoint(name: string, port: number): readonly string[] {
  return [`--entryPoints.${name}.address=:${port}`, `--entryPoints.${name}.http.aliasHeadersStrategy=delete`];
}

/**
 * Every request to port 80 is sent to the port for HTTPS that clients see. The provider's own redirects name no port
 * (v3.7.13 pkg/provider/kubernetes/ingress-nginx/), and the entry point's come first (docs/content/reference/install-configuration/
 * entrypoints.md, redirections, priority).
 */
function redirection(config: Config): readonly string[] {
  if (readExposure(config).http === undefined) return [];
  const flag = '--entryPoints.web.http.redirections.entryPoint';
  return [`${flag}.to=:${clientPort(config)}`, `${flag}.scheme=https`, `${flag}.permanent=true`, ...lifeCycle('web')];
}

function lifeCycle(name: string): readonly string[] {
  const flag = `--entryPoints.${name}.transport.lifeCycle`;
  return [`${flag}.requestAcceptGraceTimeout=${ending.accept}s`, `${flag}.graceTimeOut=${ending.drain}s`];
}

/** The provider that reads Ingresses with the annotations of ingress-nginx. */
function provider(options: Readonly<Record<string, string>>): readonly string[] {
  const flag = '--providers.kubernetesIngressNGINX';
  return [`${flag}=true`, ...Object.entries(options).map(([name, value]) => `${flag}.${name}=${value}`)];
}
