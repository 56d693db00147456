import { describe, expect, it } from 'vitest';
import { traefik } from '../../../src/controllers/traefik/index.ts';
import type { GatewayHost, GatewayLocation, GatewayTable } from '../../../src/model/gateway.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { certificateFor } from './foreign-certificates.ts';
import { config } from '../../support/controllers/three-services.ts';
import { ingress, ingressClass, secret, service } from './typed-objects.ts';
import { printComplaint } from '../../../src/controllers/complaint.ts';

// What v3.7.13 made of the same objects on a cluster; where that was not tried, what its source says.

const args = (...more: readonly string[]): readonly string[] => [
  '--providers.kubernetesingressnginx=true',
  '--providers.kubernetesingressnginx.controllerclass=ingress-tls/ic3',
  '--providers.kubernetesIngressNGINX.ingressClass=ic3',
  ...more,
];
const deployment = (...given: readonly string[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'nginx-ingress-controller-ic3', namespace: 'ingress-nginx-demo' },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'controller',
            args: given,
            volumeMounts: [
              { name: 'tmp', mountPath: '/tmp' },
              { name: 'own', mountPath: '/etc/own' },
            ],
          },
        ],
        volumes: [
          { name: 'tmp', emptyDir: {} },
          { name: 'own', configMap: { name: 'own' } },
        ],
      },
    },
  },
});
const readWith = (given: readonly string[], ...objects: readonly KubeObject[]): GatewayTable =>
  traefik.readRoutes([deployment(...given), ingressClass(), service('a'), ...objects], config());
const read = (...objects: readonly KubeObject[]): GatewayTable => readWith(args(), ...objects);

function host(table: GatewayTable): GatewayHost {
  expect(table.hosts).toHaveLength(1);
  return table.hosts[0]!;
}

/** Where the requests go that no longer path has. */
function root(table: GatewayTable): GatewayLocation {
  return host(table).locations.at(-1)!;
}

const authority = secret('a-ca', { 'ca.crt': '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n' });
const verified = {
  'backend-protocol': 'HTTPS',
  'proxy-ssl-secret': 'default/a-ca',
  'proxy-ssl-verify': 'on',
  'proxy-ssl-name': 'a.default.svc',
  'proxy-ssl-server-name': 'on',
};
const without = (key: keyof typeof verified): Record<string, string> =>
  Object.fromEntries(Object.entries(verified).filter(([name]) => name !== key));
const verification = {
  authority: { kind: 'Secret', namespace: 'default', name: 'a-ca', key: 'ca.crt' },
  name: 'a.default.svc',
};

it('shows the pod the key pair that lies beside the authority', () => {
  const pair = secret('a-ca', {
    'ca.crt': '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
    'tls.crt': 'C',
    'tls.key': 'K',
  });
  expect(root(read(ingress(verified), pair)).upstream).toMatchObject({
    client: { namespace: 'default', name: 'a-ca' },
  });
  expect(root(read(ingress(verified), authority)).upstream).not.toHaveProperty('client');
});

describe('certificates of clients', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  const clients = secret('clients', { 'ca.crt': pem });
  const asking = (more: Readonly<Record<string, string>> = {}) =>
    ingress({ 'auth-tls-secret': 'default/clients', ...more });
  const asked = {
    authority: { kind: 'Secret', namespace: 'default', name: 'clients', key: 'ca.crt' },
    forwards: 'nothing',
  };

  it.each([
    [{}, { ...asked, demands: 'required' }],
    [{ 'auth-tls-verify-client': 'optional' }, { ...asked, demands: 'optional' }],
    [{ 'auth-tls-verify-client': 'optional_no_ca' }, { ...asked, demands: 'unverified' }],
    [{ 'auth-tls-verify-client': 'off' }, undefined],
    [{ 'auth-tls-verify-client': 'yes' }, { ...asked, demands: 'required' }],
    [{ 'auth-tls-pass-certificate-to-upstream': 'true' }, { ...asked, demands: 'required', forwards: 'everything' }],
  ] as const)('are asked for by %o', (annotations, expected) => {
    expect(host(read(asking(annotations), clients)).clientAuth).toEqual(expected);
  });

  it('are asked for with chains of any length, and the depth is said to do nothing', () => {
    const table = read(asking({ 'auth-tls-verify-depth': '1' }), clients);
    expect(host(table).clientAuth).toEqual({ ...asked, demands: 'required' });
    expect(table.complaints.map(printComplaint).join('\n')).toContain('auth-tls-verify-depth');
  });

  it.each([
    ['clients', clients],
    ['other/clients', secret('clients', { 'ca.crt': pem }, 'other')],
    ['default/clients', service('b')],
    ['default/clients', secret('clients', { 'tls.crt': 'C', 'tls.key': 'K' })],
    ['', clients],
  ])('take the whole Ingress away where %s has no authority', (name, object) => {
    const { hosts, complaints } = read(asking({ 'auth-tls-secret': name }), object);
    expect([hosts, complaints.map(printComplaint)]).toEqual([
      [],
      [expect.stringMatching(/is ignored: auth-tls-secret/)],
    ]);
  });

  it('are asked of nobody where the Ingresses of a host do not agree', () => {
    const table = read(asking(), ingress({}, { name: 'b', path: '/other' }), clients);
    expect(host(table).clientAuth).toBeUndefined();
    expect(table.complaints.map(printComplaint)).toContain(
      'a.test: its Ingresses do not agree on auth-tls-*, so nobody is asked for a certificate',
    );
  });
});

it('reads a terminated host', () => {
  expect(read(ingress())).toEqual({
    hosts: [
      {
        name: 'a.test',
        connection: 'terminated',
        locations: [
          {
            path: '/',
            type: 'start',
            backend: { service: { namespace: 'default', name: 'a' }, port: 'https' },
            upstream: { scheme: 'http' },
          },
        ],
      },
    ],
    offersHttp2: true,
    complaints: [],
  });
});

describe('an Ingress', () => {
  const ignored = (table: GatewayTable): string => {
    expect(table.hosts).toEqual([]);
    return table.complaints.map(printComplaint).join('\n');
  };

  it('is served by its class, or by the annotation where it names none', () => {
    expect(ignored(read(ingressClass('k8s.io/other', 'ic4'), ingress({}, { className: 'ic4' })))).toContain(
      'it is of class ic4',
    );
    expect(ignored(read(ingress({}, { className: null })))).toContain('names no class');
    expect(ignored(read(ingress({}, { className: null, classAnnotation: 'nginx' })))).toContain('names class nginx');
    expect(read(ingress({}, { className: null, classAnnotation: 'ic3' })).hosts).toHaveLength(1);
  });

  it('is served by no ingressClassName where the controller has no class', () => {
    const alone = traefik.readRoutes([deployment(...args()), service('a'), ingress()], config());
    expect(ignored(alone)).toContain('there is no IngressClass of ingress-tls/ic3');
  });

  it('is served in the watched namespace only', () => {
    expect(ignored(readWith(args('--providers.kubernetesIngressNGINX.watchNamespace=apps'), ingress()))).toContain(
      'watches namespace apps',
    );
    const several = (names: string): readonly string[] =>
      args(`--providers.kubernetesIngressNGINX.watchNamespaceSelector=kubernetes.io/metadata.name in (${names})`);
    expect(ignored(readWith(several('apps,shop'), ingress()))).toContain(
      'the controller watches the namespaces apps, shop',
    );
    expect(readWith(several('apps,default'), ingress()).hosts).toHaveLength(1);
    expect(readWith(args('--providers.kubernetesIngressNGINX.watchNamespace=default'), ingress()).hosts).toHaveLength(
      1,
    );
  });

  it('is left out as a whole for a snippet, a canary or an odd path', () => {
    expect(ignored(read(ingress({ 'configuration-snippet': 'return 200;' })))).toContain(
      'configuration-snippet is not allowed',
    );
    expect(ignored(read(ingress({ canary: 'true' })))).toContain('canary');
    expect(ignored(read(ingress({}, { path: '/a(b)?' })))).toContain('has characters');
    expect(
      readWith(args('--providers.kubernetesIngressNGINX.strictValidatePathType=false'), ingress({}, { path: '/a(b)?' }))
        .hosts,
    ).toHaveLength(1);
  });

  it('is of no use without a controller', () => {
    expect(ignored(traefik.readRoutes([ingressClass(), ingress()], config()))).toContain('no controller would run');
  });
});

describe('reencrypt', () => {
  const upstream = (annotations: Record<string, string>, ...objects: readonly KubeObject[]) =>
    root(read(ingress(annotations), authority, ...objects)).upstream;

  it('is verified by the name, which goes before the switch', () => {
    expect(upstream(verified)).toEqual({ scheme: 'https', verification, serverName: 'a.default.svc' });
    expect(upstream(without('proxy-ssl-server-name'))).toEqual({
      scheme: 'https',
      verification,
      serverName: 'a.default.svc',
    });
  });

  it('takes the switch for a name where there is no other, so that no pod passes', () => {
    expect(upstream(without('proxy-ssl-name'))).toEqual({
      scheme: 'https',
      verification: { ...verification, name: 'on' },
      serverName: 'on',
    });
  });

  it.each([
    ['on', true],
    ['ON', true],
    ['true', false],
    ['', false],
    [' on', false],
  ])('is verified by proxy-ssl-verify %j: %s', (verify, expected) => {
    expect('verification' in upstream({ ...verified, 'proxy-ssl-verify': verify })).toBe(expected);
  });

  it("asks the system's authorities where the Secret brings none", () => {
    expect(upstream(without('proxy-ssl-secret'))).toMatchObject({ scheme: 'none' });
    expect(upstream(verified, secret('a-ca', { 'tls.crt': 'x', 'tls.key': 'y' }))).toMatchObject({ scheme: 'none' });
  });

  it.each([
    ['a-ca', 'is not namespace/name'],
    ['default/a-ca/x', 'is not namespace/name'],
    ['other/a-ca', 'in another namespace'],
    ['default/none', 'there is no Secret default/none'],
  ])('with proxy-ssl-secret %s leaves the Ingress out', (text, why) => {
    const table = read(ingress({ ...verified, 'proxy-ssl-secret': text }), authority);
    expect(table.hosts).toEqual([]);
    expect(table.complaints.map(printComplaint).join()).toContain(why);
  });

  it('looks at proxy-ssl-* with HTTPS alone', () => {
    expect(upstream({ ...verified, 'backend-protocol': 'http', 'proxy-ssl-secret': 'a-ca' })).toEqual({
      scheme: 'http',
    });
    expect(upstream({ ...verified, 'backend-protocol': 'grpcs' })).toMatchObject({ scheme: 'https' });
    expect(upstream({ ...verified, 'backend-protocol': 'AUTO_HTTP' })).toEqual({ scheme: 'http' });
  });
});

describe('passthrough', () => {
  const on = { 'ssl-passthrough': 'true' };

  it.each([
    ['true', 'passed-through'],
    ['TRUE', 'passed-through'],
    ['1', 'terminated'],
    ['yes', 'terminated'],
  ])('is switched on by %j: %s', (value, connection) => {
    expect(host(read(ingress({ 'ssl-passthrough': value }))).connection).toBe(connection);
  });

  it('leaves requests for the host that come by another name to the page for unknown hosts', () => {
    expect(host(read(ingress(on))).locations).toEqual([]);
  });

  it('needs no argument, and takes the path / of any type and a headless Service', () => {
    expect(host(read(ingress(on, { pathType: 'Exact' }))).connection).toBe('passed-through');
    expect(host(read(service('a', { clusterIP: 'None' }), ingress(on))).connection).toBe('passed-through');
    expect(host(read(ingress({ ...on, 'backend-protocol': 'HTTPS', 'proxy-ssl-secret': 'broken' }))).connection).toBe(
      'passed-through',
    );
  });

  it('leaves the host unknown with another path, a Service that is not there, or an external one', () => {
    for (const objects of [
      [ingress(on, { path: '/app' })],
      [ingress(on, { service: 'b' })],
      [service('a', { type: 'ExternalName' }), ingress(on)],
    ]) {
      const table = read(...objects);
      expect(table.hosts).toEqual([]);
      expect(table.complaints.map(printComplaint).join()).toContain('answered as an unknown host');
    }
  });

  it.each([['a.test'], ['*.test']])('gives way to an Ingress that ends TLS for %s', (other) => {
    const table = read(ingress(on), ingress({}, { name: 'b', host: other, service: 'a' }));
    expect(table.hosts.map(({ name, connection }) => [name, connection])).toEqual([[other, 'terminated']]);
    expect(table.complaints.map(printComplaint).join()).toContain('nothing is passed through');
  });
});

describe('the certificate of a host', () => {
  const pair = (name: string, namespace: string, subject: string, names: string): KubeObject =>
    secret(name, { 'tls.crt': certificateFor(subject, names), 'tls.key': 'not looked at here' }, namespace);
  const chosen = (table: GatewayTable, name: string) =>
    table.hosts.find((each) => each.name === name)?.certificate?.name;
  const wildcard = pair('wild', 'default', '*.test', 'DNS:*.test,DNS:test');
  const lists = (secretName: string, changes = {}) =>
    ingress({}, { name: 'b', host: 'b.test', service: 'a', tls: [{ hosts: ['b.test'], secretName }], ...changes });

  it('is any that some Ingress brings and that covers it', () => {
    const table = read(wildcard, ingress(), lists('wild'));
    expect(chosen(table, 'a.test')).toBe('wild');
    expect(chosen(table, 'b.test')).toBe('wild');
    expect(chosen(read(wildcard, ingress()), 'a.test')).toBeUndefined();
    expect(chosen(read(wildcard, ingress({}, { host: 'x.a.test' }), lists('wild')), 'x.a.test')).toBeUndefined();
  });

  it('is an exact one before a wildcard, and by the subject too', () => {
    const exact = pair('exact', 'default', 'a.test', 'DNS:other.test');
    expect(
      chosen(
        read(wildcard, exact, ingress({}, { tls: [{ hosts: ['a.test'], secretName: 'wild' }] }), lists('exact')),
        'a.test',
      ),
    ).toBe('exact');
  });

  it('may have no subject', () => {
    const nameless = pair('nameless', 'default', '', 'DNS:a.test');
    const table = read(nameless, ingress({}, { tls: [{ hosts: ['a.test'], secretName: 'nameless' }] }));
    expect(chosen(table, 'a.test')).toBe('nameless');
    expect(table.complaints.map(printComplaint)).toEqual([]);
  });

  it('is missing from a Secret without a pair on, with all that come behind it in the Ingress', () => {
    const table = read(
      wildcard,
      secret('bad', { 'tls.crt': 'x' }),
      lists('bad', { tls: [{ secretName: 'bad' }, { secretName: 'wild' }] }),
    );
    expect(chosen(table, 'b.test')).toBeUndefined();
    expect(table.complaints.map(printComplaint).join()).toContain('Secret default/bad has no key pair');
  });
});

describe('HTTP/2', () => {
  const file = (text: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'own', namespace: 'ingress-nginx-demo' },
    data: { 'x.yaml': text },
  });
  const offers = (text: string) => readWith(args('--providers.file.filename=/etc/own/x.yaml'), file(text));

  it.each([
    ['tls: {options: {default: {alpnProtocols: [http/1.1]}}}', false],
    ['tls: {options: {default: {alpnProtocols: [h2, http/1.1]}}}', true],
    ['tls: {options: {default: {minVersion: VersionTLS12}}}', true],
    ['tls: {options: {other: {alpnProtocols: [http/1.1]}}}', true],
  ])('by the file %s: %s', (text, expected) => {
    expect(offers(text)).toMatchObject({ offersHttp2: expected, complaints: [] });
  });

  it('is offered without a file, and a file that is not there or no YAML is complained about', () => {
    expect(read()).toMatchObject({ offersHttp2: true, complaints: [] });
    expect(
      readWith(args('--providers.file.filename=/etc/none/x.yaml')).complaints.map(printComplaint).join(),
    ).toContain('no ConfigMap brings /etc/none/x.yaml');
    expect(offers('tls: [').complaints.map(printComplaint).join()).toContain('cannot be read');
  });

  it("is read from the profile's own manifests as they are meant", () => {
    for (const services of [config().services, config().services.slice(0, 2)]) {
      const given = config(services);
      const { before, after } = traefik.manifests(given, { own: {}, shared: {} });
      const table = traefik.readRoutes(
        [...before, ...after].flatMap(({ objects }) => objects),
        given,
      );
      expect(table).toEqual({ hosts: [], offersHttp2: services.length === 2, complaints: [] });
    }
  });
});
