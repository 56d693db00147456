import { fieldAt, listField, numberField, textField, textListField, textMapField } from '../../kube/object-fields.ts';
import { locateObject, printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { Complaint, NamedObject } from '../../model/gateway.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { complainOf, ignore } from '../complaint.ts';
import { apiGroup } from './names.ts';

/** A listener of a Gateway that the implementation serves. */
export interface Listener {
  readonly gateway: NamedObject;
  readonly name: string;
  readonly protocol: string;
  readonly mode: string;
  readonly port: number;
  /** Absent: every host. */
  readonly hostname?: string;
  /** Secrets of its certificates. */
  readonly certificates: readonly NamedObject[];
  readonly fields: unknown;
}

/** A route, with the hosts that a listener takes of it. */
export interface AttachedRoute {
  readonly route: KubeObject;
  readonly listener: Listener;
  /** Lower case. */
  readonly hostnames: readonly string[];
}

/** What keeps an implementation from serving a listener; undefined: nothing. */
export type RefuseListener = (listener: Listener) => string | undefined;

/**
 * Listeners of Gateways of the implementation's classes, and the routes that they take (gateway-api@v1.6.1 apis/v1/shared_types.go,
 * ParentReference; gateway_types.go, AllowedRoutes).
 * @param isOwnClass whether the implementation reads a class.
 */
export function attachRoutes(
  index: ObjectIndex,
  isOwnClass: (gatewayClass: KubeObject) => boolean,
  refuseListener: RefuseListener,
): {
  readonly listeners: readonly Listener[];
  readonly routes: readonly AttachedRoute[];
  readonly complaints: readonly Complaint[];
} {
  const complaints: Complaint[] = [];
  const listeners = index.list('Gateway').flatMap((gateway): readonly Listener[] => {
    const place = locateObject(gateway);
    const className = textField(gateway, 'spec', 'gatewayClassName') ?? '';
    const found = index.find('GatewayClass', { namespace: '', name: className });
    if (found === undefined || !isOwnClass(found)) {
      const why =
        found === undefined ? `there is no GatewayClass ${className}` : `it is of class ${className}, another's`;
      complaints.push(ignore('Gateway', place, why));
      return [];
    }
    return listField(gateway, 'spec', 'listeners').flatMap((fields): readonly Listener[] => {
      const listener = readListener(place, fields);
      const refusal = findUngranted(index, listener) ?? refuseListener(listener);
      if (refusal === undefined) return [listener];
      complaints.push(complainOf('Gateway', place, `listener ${listener.name} is not served: ${refusal}`));
      return [];
    });
  });
  const routes = ['HTTPRoute', 'TLSRoute'].flatMap((kind) =>
    index.list(kind).flatMap((route): readonly AttachedRoute[] => {
      const attached = attach(index, route, listeners);
      if (typeof attached !== 'string') return attached;
      complaints.push(ignore(kind, locateObject(route), attached));
      return [];
    }),
  );
  return { listeners, routes, complaints };
}

function readListener(gateway: NamedObject, fields: unknown): Listener {
  const hostname = textField(fields, 'hostname');
  return {
    ...{ gateway, fields },
    name: textField(fields, 'name') ?? '',
    protocol: textField(fields, 'protocol') ?? '',
    mode: textField(fields, 'tls', 'mode') ?? 'Terminate',
    port: numberField(fields, 'port') ?? 0,
    ...(hostname !== undefined && hostname !== '' && { hostname: hostname.toLowerCase() }),
    certificates: listField(fields, 'tls', 'certificateRefs').map((ref) => ({
      namespace: textField(ref, 'namespace') ?? gateway.namespace,
      name: textField(ref, 'name') ?? '',
    })),
  };
}

/** A reference to another namespace needs a ReferenceGrant there (gateway-api@v1.6.1 apis/v1beta1/referencegrant_types.go). */
function findUngranted(index: ObjectIndex, { gateway, certificates }: Listener): string | undefined {
  const ungranted = certificates.find(
    (secret) =>
      secret.namespace !== gateway.namespace &&
      !index.list('ReferenceGrant').some((grant) => {
        const isFrom = listField(grant, 'spec', 'from').some(
          (from) =>
            textField(from, 'group') === apiGroup &&
            textField(from, 'kind') === 'Gateway' &&
            textField(from, 'namespace') === gateway.namespace,
        );
        const isTo = listField(grant, 'spec', 'to').some(
          (to) => textField(to, 'kind') === 'Secret' && (textField(to, 'name') ?? secret.name) === secret.name,
        );
        return locateObject(grant).namespace === secret.namespace && isFrom && isTo;
      }),
  );
  return ungranted && `no ReferenceGrant lets it show Secret ${printName(ungranted)}`;
}

/** The listeners that take a route, or why none does. */
function attach(
  index: ObjectIndex,
  route: KubeObject,
  listeners: readonly Listener[],
): readonly AttachedRoute[] | string {
  const { namespace } = locateObject(route);
  const named = listField(route, 'spec', 'parentRefs').flatMap((parent) => {
    const gateway = { namespace: textField(parent, 'namespace') ?? namespace, name: textField(parent, 'name') ?? '' };
    const section = textField(parent, 'sectionName');
    const port = numberField(parent, 'port');
    return listeners.filter(
      (listener) =>
        (textField(parent, 'kind') ?? 'Gateway') === 'Gateway' &&
        printName(listener.gateway) === printName(gateway) &&
        (section === undefined || listener.name === section) &&
        (port === undefined || listener.port === port),
    );
  });
  if (named.length === 0) return 'no listener that is served is named by its parentRefs';
  const allowing = named.filter(
    (listener) => takesKind(listener, route.kind) && takesNamespace(index, listener, namespace),
  );
  if (allowing.length === 0) return 'the listener that it names takes no such route from its namespace';
  const asked = textListField(route, 'spec', 'hostnames').map((hostname) => hostname.toLowerCase());
  const attached = allowing.flatMap((listener): readonly AttachedRoute[] => {
    const hostnames = asked.filter((hostname) => admits(listener.hostname, hostname));
    return hostnames.length === 0 ? [] : [{ route, listener, hostnames }];
  });
  return attached.length === 0 ? 'the listener that it names has none of its hosts' : attached;
}

/** HTTPS ends TLS for HTTPRoutes, TLS in mode Passthrough passes it on for TLSRoutes. */
function takesKind({ protocol, mode, fields }: Listener, kind: string): boolean {
  const usual = protocol === 'HTTPS' ? 'HTTPRoute' : protocol === 'TLS' && mode === 'Passthrough' ? 'TLSRoute' : '';
  const allowed = listField(fields, 'allowedRoutes', 'kinds').map((each) => textField(each, 'kind'));
  return usual === kind && (allowed.length === 0 || allowed.includes(kind));
}

function takesNamespace(index: ObjectIndex, { gateway, fields }: Listener, namespace: string): boolean {
  switch (textField(fields, 'allowedRoutes', 'namespaces', 'from') ?? 'Same') {
    case 'All':
      return true;
    case 'Same':
      return namespace === gateway.namespace;
    default:
      return selects(
        fieldAt(fields, 'allowedRoutes', 'namespaces', 'selector'),
        textMapField(index.find('Namespace', { namespace: '', name: namespace }), 'metadata', 'labels'),
        namespace,
      );
  }
}

/** A selector of labels, of its operators those that a namespace's name can be asked by. */
function selects(selector: unknown, given: Readonly<Record<string, string>>, namespace: string): boolean {
  // The API server sets it (kubernetes@1.35 plugin/pkg/admission/namespace).
  const labels: Readonly<Record<string, string>> = { ...given, 'kubernetes.io/metadata.name': namespace };
  const equal = Object.entries(textMapField(selector, 'matchLabels')).every(([key, wanted]) => labels[key] === wanted);
  return (
    equal &&
    listField(selector, 'matchExpressions').every((expression) => {
      const label = labels[textField(expression, 'key') ?? ''];
      const isIn = label !== undefined && textListField(expression, 'values').includes(label);
      const operator = textField(expression, 'operator') ?? '';
      switch (operator) {
        case 'In':
          return isIn;
        case 'NotIn':
          return !isIn;
        case 'Exists':
          return label !== undefined;
        default:
          return label === undefined;
      }
    })
  );
}

/** A listener's wildcard stands for one label or more (gateway-api@v1.6.1 apis/v1/shared_types.go, Hostname). */
function admits(hostname: string | undefined, name: string): boolean {
  if (hostname === undefined) return true;
  return hostname.startsWith('*.') ? name.endsWith(hostname.slice(1)) : name === hostname;
}
