import { textField } from '../../kube/object-fields.ts';
import { indexObjects, printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { Config } from '../../model/config.ts';
import type { Complaint, GatewayTable } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { readArguments, type ControllerArguments } from '../ingress/controller-arguments.ts';
import { classAnnotation, nginxKey, nginxPrefix } from '../ingress/nginx-annotations.ts';
import { readIngresses, type IngressFacts } from '../ingress/read-ingresses.ts';
import { reportUnread } from '../ingress/unread-annotations.ts';
import { buildHosts, isTrue, type ServedIngress } from './build-table.ts';
import { poolCertificates } from './certificate-pool.ts';
import { namespaceNameLabel } from './command-line.ts';
import { controllerNames } from './names.ts';
import { readClientAuth } from './read-client-auth.ts';
import { readRedirection } from './read-redirection.ts';
import { readHttp2 } from './read-settings.ts';
import { readUpstream } from './read-upstream.ts';
import { complainOf, ignore } from '../complaint.ts';

/** What v3.7.13 makes of objects, with the arguments of its Deployment and the file that they name. */
export function readRoutes(objects: readonly KubeObject[], config: Config): GatewayTable {
  const index = indexObjects(objects);
  const { namespace } = config.controller;
  const names = controllerNames(config);
  const deployment = { namespace, name: names.deployment };
  // Traefik takes its arguments in any case (github.com/traefik/paerser@v0.2.2 parser/node.go).
  const given = readArguments(index, deployment, (name) => name.toLowerCase());
  if (given === undefined)
    return {
      hosts: [],
      offersHttp2: true,
      complaints: [{ text: `there is no Deployment ${printName(deployment)}: no controller would run` }],
    };
  const read = readIngresses(index, 'networking.k8s.io/v1');
  const complaints: Complaint[] = [...read.complaints];
  const served = read.ingresses.flatMap((ingress): readonly ServedIngress[] => {
    const refusal = refuseClass(index, given, ingress) ?? refuseContent(given, ingress);
    const mayCrossNamespaces = isOn(given, 'allowCrossNamespaceResources');
    const hop = readUpstream(index, mayCrossNamespaces, ingress);
    const clients = readClientAuth(index, mayCrossNamespaces, ingress);
    if (refusal === undefined && !('skipped' in hop) && !('skipped' in clients)) {
      for (const text of hop.complaints) complaints.push(complainOf('Ingress', ingress.object, text));
      return [{ ingress, upstream: hop.upstream, ...clients }];
    }
    // For a host that is passed through the hop does not matter (build.go: the TCP router is made all the same).
    if (refusal === undefined && isTrue(ingress, 'ssl-passthrough')) return [{ ingress, upstream: { scheme: 'http' } }];
    const skipped = [hop, clients].flatMap((each) => ('skipped' in each ? [each.skipped] : []));
    const why = refusal ?? skipped[0] ?? '';
    complaints.push(ignore('Ingress', ingress.object, why));
    return [];
  });
  const ingresses = served.map(({ ingress }) => ingress);
  const pool = poolCertificates(
    index,
    ingresses.map(({ object, tls }) => ({
      ...{ kind: 'Ingress', object },
      secrets: tls.flatMap(({ secretName: name }) => (name === undefined ? [] : [{ ...object, name }])),
    })),
  );
  const hosts = buildHosts({ index, served, pool, complain: (text) => complaints.push({ text }) });
  const settings = readHttp2(index, deployment, given);
  const { plainHttp, complaints: ofPlainHttp } = readRedirection(
    { index, deployment, service: { namespace, name: names.service } },
    given,
  );
  return {
    hosts,
    offersHttp2: settings.offersHttp2,
    ...(plainHttp !== undefined && { plainHttp }),
    complaints: [
      ...complaints,
      ...pool.complaints,
      ...ofPlainHttp,
      ...settings.complaints.map((text) => ({ text })),
      ...reportUnread(ingresses, nginxPrefix, imitatedKeys),
    ],
  };
}

/**
 * Read here, moot where every request to port 80 is redirected, about the handshake with the pod, which preview does not imitate, or about
 * the choice between pods, of which it has one.
 */
export const imitatedKeys: ReadonlySet<string> = new Set([
  ...['secret', 'verify-client', 'pass-certificate-to-upstream'].map((key) => `auth-tls-${key}`),
  ...['ssl-passthrough', 'backend-protocol', 'ssl-redirect', 'force-ssl-redirect'],
  'service-upstream',
  ...['secret', 'verify', 'name', 'server-name', 'protocols', 'verify-depth', 'ciphers'].map(
    (key) => `proxy-ssl-${key}`,
  ),
]);

function option(given: ControllerArguments, name: string): string | undefined {
  return given.text(`providers.kubernetesIngressNGINX.${name}`);
}

function isOn(given: ControllerArguments, name: string): boolean {
  return option(given, name)?.toLowerCase() === 'true';
}

/**
 * Why an Ingress is none of the controller's; undefined when it is. ingressClassName counts only where the controller has found a
 * class of its own; else the annotation does (v3.7.13 pkg/provider/kubernetes/ingress-nginx/build.go, shouldProcess).
 */
function refuseClass(
  index: ObjectIndex,
  given: ControllerArguments,
  { object, className, annotations }: IngressFacts,
): string | undefined {
  const watched = readWatched(given);
  if (watched !== undefined && !watched.includes(object.namespace))
    return `the controller watches ${watched.length === 1 ? 'namespace' : 'the namespaces'} ${watched.join(', ')}`;
  const ownController = option(given, 'controllerClass') ?? 'k8s.io/ingress-nginx';
  const ownName = option(given, 'ingressClass') ?? 'nginx';
  const byName = isOn(given, 'ingressClassByName');
  const own = index
    .list('IngressClass')
    .filter(
      (each) => textField(each, 'spec', 'controller') === ownController || (byName && each.metadata.name === ownName),
    )
    .map(({ metadata }) => metadata.name);
  if (own.length > 0 && className !== undefined) {
    return own.includes(className)
      ? undefined
      : `it is of class ${className}, and the controller's are ${own.join(', ')}`;
  }
  const annotation = annotations[classAnnotation];
  if (annotation !== undefined)
    return annotation === ownName
      ? undefined
      : `its annotation names class ${annotation}, and the controller's is ${ownName}`;
  if (isOn(given, 'watchIngressWithoutClass')) return undefined;
  return className === undefined
    ? 'it names no class'
    : `there is no IngressClass of ${ownController}, so ingressClassName is not looked at`;
}

/** Namespaces that are watched; undefined: all. Of selectors the form that command-line.ts writes is read, any other watches nothing. */
function readWatched(given: ControllerArguments): readonly string[] | undefined {
  const selector = option(given, 'watchNamespaceSelector') ?? '';
  const namespace = option(given, 'watchNamespace') ?? '';
  if (selector === '') return namespace === '' ? undefined : [namespace];
  const [start, end] = [`${namespaceNameLabel} in (`, ')'];
  return selector.startsWith(start) && selector.endsWith(end)
    ? selector.slice(start.length, -end.length).split(',')
    : [];
}

/** Why the provider leaves out a whole Ingress because of what stands in it (build.go, validateIngress). */
function refuseContent(given: ControllerArguments, ingress: IngressFacts): string | undefined {
  const snippet = ['server-snippet', 'configuration-snippet', 'auth-snippet'].find(
    (key) => (ingress.annotations[nginxKey(key)] ?? '') !== '',
  );
  if (snippet !== undefined && !isOn(given, 'allowSnippetAnnotations')) return `${snippet} is not allowed`;
  if (isTrue(ingress, 'canary')) return 'canary makes it a variant of another Ingress, which preview does not imitate';
  if (option(given, 'strictValidatePathType')?.toLowerCase() === 'false') return undefined;
  const odd = ingress.rules
    .flatMap(({ paths }) => paths)
    .find(
      ({ path, pathType }) =>
        path !== '' && pathType !== 'ImplementationSpecific' && !/^\/[A-Za-z0-9._/-]*$/.test(path),
    );
  return odd === undefined
    ? undefined
    : `path ${JSON.stringify(odd.path)} has characters that type ${odd.pathType} may not have`;
}
