import { describe, expect, it } from 'vitest';
import { findEntry, sortNeeds } from '../../../src/cluster/existing-controller.ts';
import { explainClass, findController } from '../../../src/controllers/find-controller.ts';
import { withoutController } from '../../../src/controllers/not-installed.ts';
import type { Config, ControllerIntent, ServiceIntent } from '../../../src/model/config.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { needPeers } from '../../../src/project/expected-controller.ts';
import { config, planned, service, threeServices } from '../../support/controllers/three-services.ts';
import { ingressProfiles, profiles } from '../../support/profiles.ts';

const there = (services: readonly ServiceIntent[] = threeServices, more: Partial<ControllerIntent> = {}): Config =>
  config(services, { install: false, className: 'shared', namespace: 'edge', ...more });

const ingressClass = (name: string, controller: string): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller },
});

const workload = (...args: readonly string[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'c', namespace: 'edge' },
  spec: {
    template: {
      metadata: { labels: { app: 'c', pod: 'yes' } },
      spec: { containers: [{ name: 'c', args: [...args] }] },
    },
  },
});

/** As the chart of ingress-nginx 4.15 prints them. */
const nginxArgs = [
  ...['/nginx-ingress-controller', '--publish-service=$(POD_NAMESPACE)/c', '--election-id=c-leader'],
  ...['--controller-class=k8s.io/ingress-nginx', '--ingress-class=shared', '--configmap=$(POD_NAMESPACE)/c'],
];
/** As the chart of Traefik 40 prints them. */
const traefikArgs = [
  ...['--entryPoints.websecure.address=:8443/tcp', '--providers.kubernetesingress'],
  ...['--providers.kubernetesIngressNGINX', '--providers.kubernetesIngressNGINX.ingressClass=shared'],
];
const shared = ingressClass('shared', 'k8s.io/ingress-nginx');

const find = (profile: string, args: readonly string[], classes: readonly KubeObject[] = [shared]) =>
  findController(profiles[profile]!, there(), { classes, workloads: [workload(...args)] });

describe.each(ingressProfiles)('a controller as $name installs it', (profile) => {
  it('brings nothing where it is there already', () => {
    const target = withoutController(profile);
    expect(target.manifests(there(), { own: {}, shared: {} })).toEqual({ before: [], after: [] });
    expect([...target.workloads(there()), ...(target.elections?.(there()) ?? [])]).toEqual([]);
    const svc7 = planned(profile, service('svc7', 'terminate'));
    expect(target.routes(there(), svc7)).toEqual(profile.routes(there(), svc7));
  });

  it('is recognized, and lacks nothing of what is looked up', () => {
    const elsewhere = service('far', 'passthrough', { namespace: 'far', host: 'far.direct.example.test' });
    const wanted = there([...threeServices, elsewhere]);
    const target = withoutController(profile);
    const objects = target.standIns?.(wanted) ?? [];
    const found = findController(target, wanted, { classes: objects, workloads: objects });
    expect(found?.workload.metadata.name).toBe('nginx-ingress-controller-ic3');
    expect(
      explainClass(target, wanted, { classes: objects.filter(({ kind }) => kind === 'IngressClass') }, found),
    ).toBe(undefined);
    const settings = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'nginx-configuration-ic3',
    ) as { readonly data?: Readonly<Record<string, string>> } | undefined;
    const { unmet } = sortNeeds(profile.existing?.needs(wanted) ?? [], found, settings?.data ?? {});
    expect(unmet).toEqual([]);
  });
});

it.each(['ingress-nginx', 'ingress-nginx-0.15'])('%s that is there has no image of ours to set', (name) => {
  const { knownLimits } = withoutController(profiles[name]!).behaviour(there());
  const ofHellos = knownLimits.filter(({ check }) => check !== 'foreign-host');
  expect(ofHellos.map(({ check }) => check)).toEqual(['split-hello', 'large-hello']);
  for (const { remedy } of ofHellos) expect(remedy).toMatch(/^Have the controller that is there run a fork/);
  for (const { remedy } of knownLimits) expect(remedy).not.toContain('profile');
});

it.each([
  ['ingress-nginx', true],
  // It came with 1.1.
  ['ingress-nginx-0.15', false],
])('%s has a selector of namespaces: %s', (name, has) => {
  const settings = (profiles[name]!.existing?.needs(there()) ?? []).map(({ setting }) => setting);
  expect(settings.find((setting) => setting.startsWith('--watch-namespace '))).toBeDefined();
  expect(settings.some((setting) => setting.includes('--watch-namespace-selector'))).toBe(has);
});

describe('a controller of somebody else', () => {
  it('is told by its program, and by the class that it reads', () => {
    expect(find('ingress-nginx', nginxArgs)).toBeDefined();
    expect(find('traefik', traefikArgs)).toBeDefined();
    expect(find('ingress-nginx', traefikArgs)).toBeUndefined();
    expect(find('traefik', nginxArgs)).toBeUndefined();
    // Without the provider that reads the annotations of ingress-nginx.
    expect(
      find('traefik', ['--providers.kubernetesingress', '--providers.kubernetesingress.ingressclass=shared']),
    ).toBeUndefined();
    expect(find('traefik', ['--providers.kubernetesIngressNGINX=false'])).toBeUndefined();
    // The first argument of the controller of F5.
    expect(find('ingress-nginx', ['-nginx-configmaps=edge/c', '-ingress-class=shared'])).toBeUndefined();
  });

  it('reads another class than ours where its arguments say so', () => {
    const internal = [ingressClass('shared', 'k8s.io/internal-ingress-nginx')];
    expect(find('ingress-nginx', nginxArgs, internal)).toBeUndefined();
    expect(find('ingress-nginx', [...nginxArgs, '--ingress-class-by-name'], internal)).toBeDefined();
    const own = ['--providers.kubernetesIngressNGINX.controllerClass=k8s.io/internal-ingress-nginx'];
    expect(find('traefik', [...traefikArgs, ...own], internal)).toBeDefined();
    expect(find('traefik', traefikArgs, internal)).toBeUndefined();
  });

  it('goes by the names of classes where nobody may look at them', () => {
    expect(find('ingress-nginx', nginxArgs, [])).toBeDefined();
    expect(find('ingress-nginx', ['/nginx-ingress-controller'], [])).toBeUndefined();
  });

  it.each([
    ['traefik.io/ingress-controller', true],
    ['nginx.org/ingress-controller', true],
    ['ingress.k8s.aws/alb', true],
    ['k8s.io/ingress-nginx', false],
    ['example.org/ingress-nginx-internal', false],
  ])('with class %s is refused: %s', (controller, isRefused) => {
    const target = withoutController(profiles['ingress-nginx']!);
    const why = explainClass(target, there(), { classes: [ingressClass('shared', controller)] }, undefined);
    expect(why !== undefined).toBe(isRefused);
  });
});

describe('what a controller must have set', () => {
  const judge = (profile: string, wanted: Config, args: readonly string[], data?: Readonly<Record<string, string>>) => {
    const target = profiles[profile]!;
    const found = findController(target, wanted, { classes: [shared], workloads: [workload(...args)] });
    const { unmet, open } = sortNeeds(target.existing?.needs(wanted) ?? [], found, data);
    return { unmet: unmet.map(({ setting }) => setting), open: open.map(({ setting }) => setting) };
  };
  const svc7 = there([service('svc7', 'terminate')]);

  it('is next to nothing for a service that ends at it', () => {
    expect(judge('ingress-nginx', svc7, nginxArgs, {})).toEqual({ unmet: [], open: [] });
    expect(judge('traefik', svc7, traefikArgs)).toEqual({ unmet: [], open: [] });
  });

  it.each([
    ['Low', { mode: 'terminate', key: 'auth-secret' }, true],
    ['Medium', { mode: 'terminate', key: 'auth-secret' }, false],
    ['Medium', { mode: 'terminate', key: 'auth-url' }, true],
    ['critical', { mode: 'reencrypt', key: 'affinity' }, false],
    ['Medium', { mode: 'reencrypt', key: 'affinity' }, true],
    // force-ssl-redirect is of level Medium.
    ['Low', { mode: 'passthrough', key: 'affinity' }, true],
    ['High, really', { mode: 'passthrough', key: 'affinity' }, true],
  ] as const)('with annotations-risk-level %s and %o: refused %s', (level, { mode, key }, isRefused) => {
    const annotations = { [`nginx.ingress.kubernetes.io/${key}`]: 'x' };
    const wanted = there([service('own', mode, { host: 'own.direct.example.test', annotations })]);
    const { unmet } = judge('ingress-nginx', wanted, [...nginxArgs, '--enable-ssl-passthrough'], {
      'annotations-risk-level': level,
    });
    expect(unmet.some((setting) => setting.startsWith('annotations-risk-level'))).toBe(isRefused);
  });

  it.each([
    ['Low', true],
    ['Medium', false],
  ])('with annotations-risk-level %s and clientAuth: refused %s', (level, isRefused) => {
    const wanted = there([service('asked', 'terminate', { clientAuth: true })]);
    const { unmet } = judge('ingress-nginx', wanted, nginxArgs, { 'annotations-risk-level': level });
    expect(unmet.some((setting) => setting.startsWith('annotations-risk-level'))).toBe(isRefused);
  });

  it('says whose hop it is on a host that a reencrypt service shares, and on no other', () => {
    const pay = service('pay', 'reencrypt', { host: 'shop.example.test' });
    const both = there([service('cart', 'terminate', { host: 'shop.example.test' }), pay]);
    const setting = 'proxy-ssl-location-only: "true" in its ConfigMap';
    expect(judge('ingress-nginx', both, nginxArgs, {}).unmet).toEqual([setting]);
    expect(judge('ingress-nginx', both, nginxArgs).open).toContain(setting);
    expect(judge('ingress-nginx', both, nginxArgs, { 'proxy-ssl-location-only': 'true' }).unmet).toEqual([]);
    expect(judge('ingress-nginx', there([pay]), nginxArgs, {}).unmet).toEqual([]);
  });

  it('is advice where a browser could reuse a connection: nothing is refused for it', () => {
    const args = [...nginxArgs, '--enable-ssl-passthrough'];
    expect(judge('ingress-nginx', there(), args, {})).toEqual({
      unmet: [],
      open: [expect.stringContaining('use-http2: "false"')],
    });
    expect(judge('ingress-nginx', there(), args, { 'use-http2': 'false' })).toEqual({ unmet: [], open: [] });
  });

  it.each([
    ['protocol', { protocol: 'grpc' }],
    ['an annotation', { annotations: { 'nginx.ingress.kubernetes.io/backend-protocol': 'GRPC' } }],
  ] as const)('is another host where gRPC, by %s, needs the HTTP/2 that should be off', (_by, changes) => {
    const wanted = there([service('chat', 'terminate', changes), service('svc9', 'passthrough')]);
    for (const name of ['ingress-nginx', 'traefik']) {
      const target = withoutController(profiles[name]!);
      expect(target.notices(wanted).filter(({ level }) => level === 'error')).toEqual([]);
      // A controller of the project's own has HTTP/2 off.
      const ofOwn = profiles[name]!.notices(config(wanted.services));
      expect(ofOwn.some(({ level }) => level === 'error')).toBe(true);
    }
    const args = [...nginxArgs, '--enable-ssl-passthrough'];
    for (const data of [{}, { 'use-http2': 'false' }]) {
      const { unmet, open } = judge('ingress-nginx', wanted, args, data);
      expect(unmet).toEqual([]);
      expect(open.join('\n')).toMatch(
        /^HTTP\/2 both on, for the gRPC of chat, and off: [^\n]*svc9\.direct\.example\.test$/,
      );
    }
  });

  it('is not known of a ConfigMap that could not be read', () => {
    const { unmet, open } = judge('ingress-nginx', there(), [...nginxArgs, '--enable-ssl-passthrough']);
    expect(unmet).toEqual([]);
    expect(open.map((setting) => setting.split(':')[0])).toEqual(['annotations-risk-level', 'use-http2']);
  });

  const flag = '--providers.kubernetesIngressNGINX.watchNamespace';
  it.each([
    [[`${flag}=default`], 'met'],
    [[`${flag}=edge`], 'unmet'],
    [[`${flag.toLowerCase()}=edge`], 'unmet'],
    [[`${flag}Selector=kubernetes.io/metadata.name in (shop, default)`], 'met'],
    [[`${flag}Selector=kubernetes.io/metadata.name=shop`], 'unmet'],
    [[`${flag}Selector=team=shop`], 'unknown'],
    [[], 'met'],
  ])('of the namespaces, with %s, is %s', (args, expected) => {
    const { unmet, open } = judge('traefik', svc7, [...traefikArgs, ...args]);
    expect(unmet.length > 0 ? 'unmet' : open.length > 0 ? 'unknown' : 'met').toBe(expected);
  });
});

describe('a controller on the network of its nodes', () => {
  const onNodes = (isOn: boolean): KubeObject => ({
    ...workload(),
    spec: { template: { spec: { hostNetwork: isOn, containers: [] } } },
  });
  const ask = (isOn: boolean, ...services: readonly ServiceIntent[]): readonly string[] =>
    needPeers(there(services), { workload: onNodes(isOn), settings: { argument: () => undefined } }).map(
      ({ setting }) => setting,
    );
  const peers = [{ ipBlock: { cidr: '192.0.2.0/24' } }];
  const named = service('named', 'terminate', { values: { networkPolicy: { extraFrom: peers } } });
  const off = service('off', 'terminate', { values: { networkPolicy: { enabled: false } } });
  const led = service('led', 'terminate', { service: { name: 'x', port: 80 } });

  it('is let in by networkPolicy.extraFrom of the services that lack it, and of no others', () => {
    const emptied = service('emptied', 'terminate', { values: { networkPolicy: { extraFrom: [] } } });
    expect(ask(true, service('svc7', 'terminate'), named, off, led, emptied)).toEqual([
      expect.stringContaining('networkPolicy.extraFrom in `values` of svc7, emptied,'),
    ]);
    expect(ask(true, named, off, led)).toEqual([]);
  });

  it('else comes from its namespace', () => {
    expect(ask(false, service('svc7', 'terminate'))).toEqual([]);
  });
});

describe('the way in to a controller of somebody else', () => {
  const serviceOf = (
    name: string,
    type: string | undefined,
    selector: object,
    ...ports: readonly object[]
  ): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'edge' },
    spec: JSON.parse(JSON.stringify({ type, selector, ports })) as Readonly<Record<string, never>>,
  });
  const https = { name: 'https', port: 443, nodePort: 31_443 };
  const entryOf = (...services: readonly KubeObject[]) =>
    findEntry({ workload: workload(), settings: { argument: () => undefined } }, services);

  it('is the Service that selects its pods and has a port for HTTPS, a load balancer first', () => {
    const nodes = serviceOf('nodes', 'NodePort', { app: 'c' }, { name: 'web', port: 80, nodePort: 31_080 }, https);
    const balancer = serviceOf(
      'balancer',
      'LoadBalancer',
      { app: 'c', pod: 'yes' },
      { ...https, name: 'websecure', port: 8443 },
    );
    const service = { name: 'nodes', namespace: 'edge' };
    const onNodes = { kind: 'node-port', service, port: 31_443, plainPort: 31_080, isOthers: true };
    expect(entryOf(nodes)).toEqual(onNodes);
    expect(entryOf(nodes, balancer)).toMatchObject({ kind: 'load-balancer', port: 8443 });
    expect(entryOf(serviceOf('inside', undefined, { app: 'c' }, https))).toMatchObject({
      kind: 'cluster-ip',
      port: 443,
    });
  });

  it.each([
    [{ name: 'http', port: 8080 }, 8080],
    [{ name: 'anything', port: 80 }, 80],
    [{ name: 'metrics', port: 9090 }, undefined],
  ])('has beside it, with %o, port %s for plain HTTP', (port, expected) => {
    expect(entryOf(serviceOf('inside', undefined, { app: 'c' }, port, https))?.plainPort).toBe(expected);
  });

  it.each([
    ['selects other pods', serviceOf('a', 'NodePort', { app: 'other' }, https)],
    ['selects none', serviceOf('a', 'NodePort', {}, https)],
    ['has no such port', serviceOf('a', 'NodePort', { app: 'c' }, { name: 'metrics', port: 10_254 })],
    ['is an alias', serviceOf('a', 'ExternalName', { app: 'c' }, https)],
  ])('is none that %s', (_title, found) => {
    expect(entryOf(found)).toBeUndefined();
  });
});
