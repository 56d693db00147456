import { describe, expect, it } from 'vitest';
import { buildGeneratedChart } from '../../../src/app/cluster/chart-objects.ts';
import { printComplaint } from '../../../src/controllers/complaint.ts';
import type { GatewayTable } from '../../../src/model/gateway.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { profiles } from '../../support/profiles.ts';
import { issue } from '../../support/certs/fixtures.ts';
import { requestHostCertificate } from '../../../src/certs/requests.ts';
import { load, withLines } from '../config/refusal.ts';

const profile = profiles['traefik-gateway']!;
const services = [
  'services:',
  '  - {name: svc7, mode: terminate}',
  '  - {name: svc8, mode: reencrypt}',
  '  - {name: svc9, mode: passthrough}',
];
const elsewhere = [
  'hostCertificates:',
  '  - {name: shop}',
  ...services,
  '  - {name: web, mode: terminate, host: www.shop.test, hostCertificate: shop, namespace: far}',
];

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** All that lies on a cluster after apply, with certificates that name what the Secrets are for. */
function build(lines: readonly string[] = services, controller = 'controller: {profile: traefik-gateway}') {
  const config = load(withLines(controller, ...lines));
  const project = buildDesiredProject(config, profile);
  const names: Readonly<Record<string, readonly string[]>> = { 'shop-tls': ['www.shop.test'] };
  const made = project.objects.map(({ content: { object, data } }): KubeObject => {
    const certificate = issue(
      requestHostCertificate(names[object.metadata.name] ?? ['*.example.test', 'example.test'], 30, 'ecdsa-p256'),
    );
    const text = (key: string): string => (key === 'tls.key' ? 'key' : certificate);
    const isSecret = object.kind === 'Secret';
    return {
      ...object,
      data: Object.fromEntries(Object.keys(data).map((key) => [key, isSecret ? encode(text(key)) : text(key)])),
    };
  });
  const { before, after } = project.manifests;
  const objects = [
    ...[...before, ...after].flatMap((file) => file.objects),
    ...made,
    ...project.services.flatMap((service) => buildGeneratedChart(profile.workload, service)),
  ];
  return { config, project, objects, table: profile.readRoutes(objects, config) };
}

const find = (objects: readonly KubeObject[], kind: string) => objects.find((object) => object.kind === kind)!;
const hostsOf = ({ hosts }: GatewayTable) =>
  hosts.map(({ name, connection, certificate }) => [name, connection, certificate?.name].join(' ').trim());

/** The table once an object was changed as by JSON Merge Patch, or taken away. */
function change(kind: string, patch: ((object: KubeObject) => KubeObject) | 'delete', lines = services) {
  const { objects, config } = build(lines);
  const changed = objects.flatMap((object) => {
    if (object.kind !== kind) return [object];
    return patch === 'delete' ? [] : [patch(object)];
  });
  const table = profile.readRoutes(changed, config);
  return { table, hosts: hostsOf(table), complaints: table.complaints.map(printComplaint) };
}

const withSpec =
  (patch: (spec: Record<string, unknown>) => Record<string, unknown>) =>
  (object: KubeObject): KubeObject =>
    ({ ...object, spec: patch(object['spec'] as Record<string, unknown>) }) as KubeObject;

describe('the Gateway', () => {
  it('has one listener where TLS ends at the controller, and one where it is passed through', () => {
    const { objects } = build();
    expect(find(objects, 'Gateway')['spec']).toEqual({
      gatewayClassName: 'ic3',
      listeners: [
        {
          name: 'https',
          port: 8443,
          protocol: 'HTTPS',
          tls: {
            mode: 'Terminate',
            certificateRefs: [{ group: '', kind: 'Secret', name: 'ingress-controller-demo-tls-secret' }],
          },
          allowedRoutes: {
            kinds: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }],
            namespaces: { from: 'Same' },
          },
        },
        {
          name: 'tls',
          port: 8443,
          protocol: 'TLS',
          tls: { mode: 'Passthrough' },
          allowedRoutes: {
            kinds: [{ group: 'gateway.networking.k8s.io', kind: 'TLSRoute' }],
            namespaces: { from: 'Same' },
          },
        },
      ],
    });
    const terminated = build(['services: [{name: svc7, mode: terminate}]']);
    expect(JSON.stringify(find(terminated.objects, 'Gateway'))).not.toContain('Passthrough');
  });

  it('is granted the certificate of another namespace, whose routes it takes', () => {
    const { objects, table } = build(elsewhere);
    expect(find(objects, 'ReferenceGrant')).toMatchObject({
      metadata: { name: 'ic3-shop', namespace: 'far' },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default' }],
        to: [{ group: '', kind: 'Secret', name: 'shop-tls' }],
      },
    });
    expect(table.complaints).toEqual([]);
    expect(hostsOf(table)).toContain('www.shop.test terminated shop-tls');
  });
});

describe('read as Traefik reads it', () => {
  it('serves the three modes, and complains of nothing', () => {
    const { table } = build();
    expect(hostsOf(table)).toEqual([
      'svc7.example.test terminated ingress-controller-demo-tls-secret',
      'svc8.example.test terminated ingress-controller-demo-tls-secret',
      'svc9.example.test passed-through',
    ]);
    expect(table.complaints).toEqual([]);
    expect(table.hosts[1]?.locations[0]?.upstream).toEqual({
      scheme: 'https',
      serverName: 'ic3-svc8.default.svc',
      verification: {
        authority: { kind: 'ConfigMap', namespace: 'default', name: 'ic3-svc8-upstream-ca', key: 'ca.crt' },
        name: 'ic3-svc8.default.svc',
      },
    });
    // RFC 9113, 9.1.1: the wildcard covers svc9.
    expect(table.offersHttp2).toBe(false);
  });

  it.each<readonly [string, Parameters<typeof change>, readonly string[], string]>([
    [
      'the class is gone',
      ['GatewayClass', 'delete'],
      [],
      'Gateway default/ic3 is ignored: there is no GatewayClass ic3',
    ],
    [
      "the class has another Traefik's labels",
      ['GatewayClass', (object) => ({ ...object, metadata: { name: 'ic3', labels: {} } })],
      [],
      "Gateway default/ic3 is ignored: it is of class ic3, another's",
    ],
    [
      'the class is for another controller',
      ['GatewayClass', withSpec(() => ({ controllerName: 'example.test/x' }))],
      [],
      "Gateway default/ic3 is ignored: it is of class ic3, another's",
    ],
    ['the Gateway is gone', ['Gateway', 'delete'], [], 'no listener that is served is named by its parentRefs'],
    [
      'a listener has a port that Traefik does not open',
      ['Gateway', withSpec((spec) => JSON.parse(JSON.stringify(spec).replace('8443', '443')) as typeof spec)],
      ['svc9.example.test passed-through'],
      'listener https is not served: no entry point of Traefik has its port 443',
    ],
    [
      'a listener takes routes of no such kind',
      [
        'Gateway',
        withSpec((spec) => JSON.parse(JSON.stringify(spec).replace('HTTPRoute', 'GRPCRoute')) as typeof spec),
      ],
      ['svc9.example.test passed-through'],
      'HTTPRoute default/ic3-svc7 is ignored: the listener that it names takes no such route from its namespace',
    ],
    [
      'a listener is for another host',
      [
        'Gateway',
        withSpec(
          (spec) => JSON.parse(JSON.stringify(spec).replace('"https"', '"https","hostname":"x.test"')) as typeof spec,
        ),
      ],
      ['svc9.example.test passed-through'],
      'HTTPRoute default/ic3-svc7 is ignored: the listener that it names has none of its hosts',
    ],
    [
      'the certificate is gone',
      ['Secret', (object) => ({ ...object, data: {} })],
      ['svc9.example.test passed-through'],
      'listener https is not served: Secret default/ingress-controller-demo-tls-secret is not there, or has no key pair',
    ],
  ])('%s', (_, [kind, patch], hosts, complaint) => {
    const seen = change(kind, patch);
    expect(seen.hosts).toEqual(hosts);
    expect(seen.complaints.join('\n')).toContain(complaint);
  });

  it.each<readonly [string, Parameters<typeof change>, string]>([
    ['its policy is gone', ['BackendTLSPolicy', 'delete'], 'no BackendTLSPolicy is about its port'],
    [
      'its policy is about another port',
      [
        'BackendTLSPolicy',
        withSpec((spec) => JSON.parse(JSON.stringify(spec).replace('"https"', '"other"')) as typeof spec),
      ],
      'no BackendTLSPolicy is about its port',
    ],
    [
      'its authority is gone',
      ['ConfigMap', 'delete'],
      'ConfigMap default/ic3-svc8-upstream-ca of its BackendTLSPolicy is not there',
    ],
  ])('answers a hop with an error where %s', (_, [kind, patch], complaint) => {
    const { objects, config } = build();
    const changed = objects.flatMap((object) => {
      const isIt = object.kind === kind && (kind !== 'ConfigMap' || object.metadata.name === 'ic3-svc8-upstream-ca');
      if (!isIt) return [object];
      return patch === 'delete' ? [] : [patch(object)];
    });
    const table = profile.readRoutes(changed, config);
    const [location] = table.hosts.find(({ name }) => name === 'svc8.example.test')?.locations ?? [];
    expect(location?.upstream).toMatchObject({ scheme: 'none' });
    expect(table.complaints.map(printComplaint).join('\n')).toContain(complaint);
  });

  it('shows no certificate of another namespace without a grant', () => {
    const { hosts, complaints } = change('ReferenceGrant', 'delete', elsewhere);
    expect(hosts).toEqual(['svc9.example.test passed-through']);
    expect(complaints.join('\n')).toContain('no ReferenceGrant lets it show Secret far/shop-tls');
  });

  it('has an exact path before the longest prefix, and the root at last', () => {
    const { table } = build([
      'services:',
      '  - {name: a, mode: terminate, host: x.example.test}',
      '  - {name: b, mode: terminate, host: x.example.test, paths: [{path: /b}, {path: /b/c/d}, {path: /b/c, type: Exact}]}',
    ]);
    const [host] = table.hosts;
    expect(host?.locations.map(({ path, type }) => `${type} ${path}`)).toEqual([
      'exact /b/c',
      'exact /b/c/d',
      'start /b/c/d/',
      'exact /b',
      'start /b/',
      'start /',
    ]);
  });
});

it('may write nothing but status, and read no Secret but those of the services', () => {
  const { objects } = build(elsewhere);
  const rules = objects
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
    .flatMap(({ kind, metadata, rules: given }) =>
      (given as unknown as { resources: readonly string[]; verbs: readonly string[] }[]).map((rule) => ({
        ...rule,
        place: kind === 'Role' ? metadata.namespace : 'cluster',
      })),
    );
  const writing = rules.filter(({ verbs }) => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)));
  expect(writing.flatMap(({ resources }) => resources).every((resource) => resource.endsWith('/status'))).toBe(true);
  const ofSecrets = rules.filter(({ resources }) => resources.includes('secrets'));
  expect(ofSecrets.map(({ place }) => place).sort()).toEqual(['default', 'far']);
});

it.each([
  ['{name: a, mode: terminate, clientAuth: true}', 'client-auth'],
  ['{name: a, mode: reencrypt, upstreamClientCertificate: true}', 'upstream-client-certificate'],
  ['{name: a, mode: terminate, protocol: grpc, image: x/y:1}', 'grpc-route'],
  ['{name: a, mode: terminate, service: {name: s, port: http}}', 'port-by-name'],
  ['{name: a, mode: terminate, namespace: near, service: {name: s, port: 80, namespace: far}}', 'service-namespace'],
  ['{name: a, mode: terminate, annotations: {nginx.ingress.kubernetes.io/proxy-body-size: 1m}}', 'annotation-refused'],
])('refuses %s', (service, code) => {
  const { project } = build([`services: [${service}]`]);
  expect(project.notices.filter(({ level }) => level === 'error').map((each) => each.code)).toEqual([code]);
});

it('is for a controller of its own alone', () => {
  const { project } = build(services, 'controller: {profile: traefik-gateway, install: false, namespace: edge}');
  expect(project.notices.filter(({ level }) => level === 'error').map(({ code }) => code)).toEqual([
    'existing-gateway',
  ]);
});
