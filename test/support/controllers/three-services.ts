import type { PlannedService, RouteNode } from '../../../src/model/chart.ts';
import type { Config, ControllerIntent, ServiceIntent } from '../../../src/model/config.ts';
import type { ControllerProfile, ProfileManifests } from '../../../src/model/controller-profile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import type { Mode } from '../../../src/model/mode.ts';

export const labels = { own: { 'test/owner': 'ic3' }, shared: { 'test/owner': 'many' } };

/** A service of the article: svc7 terminate, svc8 reencrypt, svc9 passthrough. */
export function service(name: string, mode: Mode, changes: Partial<ServiceIntent> = {}): ServiceIntent {
  return {
    name,
    mode,
    host: `${name}.example.test`,
    port: 8080,
    clientAuth: mode === 'passthrough',
    annotations: {},
    ...changes,
  };
}

export const threeServices = [
  service('svc7', 'terminate'),
  service('svc8', 'reencrypt'),
  service('svc9', 'passthrough'),
];

export function config(
  services: readonly ServiceIntent[] = threeServices,
  controller: Partial<ControllerIntent> = {},
): Config {
  return {
    domain: 'example.test',
    namespace: 'default',
    controller: {
      profile: 'ingress-nginx',
      name: 'ic3',
      namespace: 'ingress-nginx-demo',
      nodePort: 30092,
      sharedWith: [],
      ...controller,
    },
    certificate: { secretName: 'ingress-controller-demo-tls-secret', days: 365, keyType: 'rsa-2048' },
    services,
  };
}

/** The service with the names that the planner gives it. */
export function planned(profile: ControllerProfile, intent: ServiceIntent): PlannedService {
  const release = `ic3-${intent.name}`;
  return {
    ...intent,
    release,
    namespace: 'default',
    servicePort: profile.servicePort(intent.mode),
    ...(intent.mode === 'passthrough' ? {} : { hostSecret: 'ingress-controller-demo-tls-secret' }),
    ...(intent.mode === 'reencrypt' ? { upstreamName: `${release}.default.svc` } : {}),
  };
}

export function allObjects({ before, after }: ProfileManifests): readonly KubeObject[] {
  return [...before, ...after].flatMap(({ objects }) => objects);
}

/** The one object of that kind and name, as untyped as a reader of its YAML would see it. */
export function find(objects: readonly KubeObject[], kind: string, name: string): JsonObject & KubeObject {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return JSON.parse(JSON.stringify(found[0])) as JsonObject & KubeObject;
}

/** What the chart's template gives for a node when nobody changes the values. */
export function resolve(node: RouteNode | undefined, fullname: string): unknown {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return (node as readonly RouteNode[]).map((item) => resolve(item, fullname));
  if ('leaf' in node && node.leaf === 'value') return node['value'];
  if ('leaf' in node && node.leaf === 'fullname') return fullname;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value as RouteNode, fullname)]));
}

/** All text that stands outside of leaves and so becomes part of a template. */
export function templateText(node: RouteNode | undefined): readonly string[] {
  if (typeof node === 'string') return [node];
  if (node === null || typeof node !== 'object') return [];
  if (Array.isArray(node)) return (node as readonly RouteNode[]).flatMap(templateText);
  if ('leaf' in node) return [];
  return Object.entries(node).flatMap(([key, value]) => [key, ...templateText(value)]);
}
