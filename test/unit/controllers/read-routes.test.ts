import { describe, expect, it } from 'vitest';
import { ingressNginx } from '../../../src/controllers/ingress-nginx/index.ts';
import type { GatewayHost, GatewayLocation, GatewayTable } from '../../../src/model/gateway.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { certificateFor } from './foreign-certificates.ts';
import { config } from '../../support/controllers/three-services.ts';
import { configMap, deployment, ingress, ingressClass, secret, service, usualArguments } from './typed-objects.ts';
import { printComplaint } from '../../../src/controllers/complaint.ts';

// What v1.15.1 made of the same objects on a cluster: field notes of live runs, and its documentation.

const controller = [deployment(...usualArguments), ingressClass(), configMap({ 'hsts-include-subdomains': 'false' })];
const read = (...objects: readonly KubeObject[]): GatewayTable =>
  ingressNginx.readRoutes([...controller, service('a'), ...objects], config());

/** The only host of a table. */
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

describe('a terminated host', () => {
  it('goes to the pod in plain HTTP', () => {
    const table = read(ingress());
    expect(host(table)).toEqual({
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
    });
    expect(table.complaints.map(printComplaint)).toEqual([]);
  });

  it('takes a port by number too, and says when the Service has no such port or is not there', () => {
    const byNumber = read(ingress({}, { port: { number: 443 } }));
    expect([root(byNumber).backend.port, byNumber.complaints.map(printComplaint)]).toEqual([443, []]);
    expect(read(ingress({}, { port: { name: 'http' } })).complaints.map(printComplaint)).toEqual([
      'a.test: Service default/a has no port http',
    ]);
    expect(read(ingress({}, { service: 'b' })).complaints.map(printComplaint)).toEqual([
      'a.test: there is no Service default/b',
    ]);
  });

  it('is written in lower case', () => {
    expect(host(read(ingress({}, { host: '*.A.test' }))).name).toBe('*.a.test');
  });
});

describe('certificates of clients', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  const clients = secret('clients', { 'ca.crt': pem });
  const asking = (more: Readonly<Record<string, string>> = {}) =>
    ingress({ 'auth-tls-secret': 'default/clients', ...more });
  const asked = {
    authority: { kind: 'Secret', namespace: 'default', name: 'clients', key: 'ca.crt' },
    depth: 1,
    forwards: 'names',
  };

  it.each([
    [{}, { ...asked, demands: 'required' }],
    [{ 'auth-tls-verify-client': 'on' }, { ...asked, demands: 'required' }],
    [{ 'auth-tls-verify-client': 'optional' }, { ...asked, demands: 'optional' }],
    [{ 'auth-tls-verify-client': 'optional_no_ca' }, { ...asked, demands: 'unverified' }],
    [{ 'auth-tls-verify-client': 'off' }, undefined],
    // Not in the pattern: the default holds.
    [{ 'auth-tls-verify-client': 'yes' }, { ...asked, demands: 'required' }],
    [{ 'auth-tls-verify-depth': '3' }, { ...asked, demands: 'required', depth: 3 }],
    [{ 'auth-tls-verify-depth': '0' }, { ...asked, demands: 'required' }],
    [{ 'auth-tls-pass-certificate-to-upstream': 'true' }, { ...asked, demands: 'required', forwards: 'everything' }],
  ] as const)('are asked for by %o', (annotations, expected) => {
    const table = read(asking(annotations), clients);
    expect([host(table).clientAuth, table.complaints.map(printComplaint)]).toEqual([expected, []]);
  });

  it.each([
    ['clients', clients, 'auth-tls-secret "clients" is not namespace/name'],
    [
      'other/clients',
      secret('clients', { 'ca.crt': pem }, 'other'),
      'auth-tls-secret other/clients: cross namespace secrets are not supported',
    ],
    ['default/clients', service('b'), 'auth-tls-secret default/clients: there is no such Secret'],
    [
      'default/clients',
      secret('clients', { x: 'y' }),
      'auth-tls-secret default/clients: the Secret has neither ca.crt nor a key pair',
    ],
    [
      'default/clients',
      secret('clients', { 'ca.crt': 'no' }),
      'auth-tls-secret default/clients: ca.crt is no certificate',
    ],
  ])('close the host where %s cannot be read', (name, object, reason) => {
    expect(host(read(asking({ 'auth-tls-secret': name }), object)).clientAuth).toEqual({
      demands: 'impossible',
      reason,
    });
  });

  it('are asked of nobody where the Secret has a key pair and no authority', () => {
    const table = read(asking(), secret('clients', { 'tls.crt': 'C', 'tls.key': 'K' }));
    expect(host(table).clientAuth).toBeUndefined();
    expect(table.complaints.map(printComplaint)).toEqual([
      'a.test: auth-tls-secret default/clients has no ca.crt, so nobody is asked for a certificate',
    ]);
  });

  it('are a matter of the host: the first Ingress with an authority decides, and one that cannot be read closes it', () => {
    const plain = ingress({}, { path: '/other' });
    const named = (name: string, annotations: Readonly<Record<string, string>>) =>
      ingress(annotations, { name, path: `/${name}` });
    const first = named('b', { 'auth-tls-secret': 'default/clients', 'auth-tls-verify-client': 'optional' });
    const second = named('c', { 'auth-tls-secret': 'default/clients' });
    expect(host(read(plain, first, second, clients)).clientAuth).toMatchObject({ demands: 'optional' });
    const broken = named('d', { 'auth-tls-secret': 'default/none' });
    expect(host(read(first, broken, clients)).clientAuth).toMatchObject({ demands: 'impossible' });
  });
});

describe('a class', () => {
  const ignored = (...objects: readonly KubeObject[]): readonly string[] => {
    const { hosts, complaints } = ingressNginx.readRoutes(objects, config());
    expect(hosts).toEqual([]);
    return complaints.map(printComplaint);
  };

  it('is looked for by name, and belongs to whom its controller field says', () => {
    expect(ignored(controller[0]!, controller[2]!, service('a'), ingress())).toEqual([
      'Ingress default/a is ignored: there is no IngressClass ic3',
    ]);
    expect(
      ignored(...controller, ingressClass('k8s.io/other', 'ic4'), service('a'), ingress({}, { className: 'ic4' })),
    ).toEqual([
      'Ingress default/a is ignored: IngressClass ic4 belongs to k8s.io/other, and the controller is ingress-tls/ic3',
    ]);
  });

  it('goes before the annotation, which counts alone only', () => {
    expect(read(ingress({}, { className: null, classAnnotation: 'ic3' })).hosts).toHaveLength(1);
    expect(ignored(...controller, ingress({}, { className: null, classAnnotation: 'nginx' }))[0]).toContain(
      'names class nginx',
    );
    expect(ignored(...controller, ingress({}, { className: null }))).toEqual([
      'Ingress default/a is ignored: it names no class',
    ]);
    expect(
      ignored(
        ...controller,
        ingressClass('k8s.io/other', 'ic4'),
        ingress({}, { className: 'ic4', classAnnotation: 'ic3' }),
      ),
    ).toHaveLength(1);
  });

  it('may be found by its name, and need not be named, where the arguments say so', () => {
    const args = (...more: readonly string[]): KubeObject[] => [
      deployment(...usualArguments, ...more),
      ingressClass('k8s.io/other'),
      service('a'),
    ];
    expect(ingressNginx.readRoutes([...args('--ingress-class-by-name'), ingress()], config()).hosts).toHaveLength(1);
    expect(
      ingressNginx.readRoutes(
        [...args('--watch-ingress-without-class=true'), ingress({}, { className: null })],
        config(),
      ).hosts,
    ).toHaveLength(1);
  });

  it('of an old API version is not served', () => {
    expect(ignored(...controller, { ...ingress(), apiVersion: 'extensions/v1beta1' })[0]).toContain(
      'extensions/v1beta1',
    );
  });

  it('is of no use without a controller', () => {
    expect(ignored(ingressClass(), ingress())).toEqual([
      'there is no Deployment ingress-nginx-demo/nginx-ingress-controller-ic3: no controller would run',
    ]);
  });
});

describe('reencrypt', () => {
  const upstream = (annotations: Record<string, string>, ...objects: readonly KubeObject[]) => {
    const table = read(ingress(annotations), authority, ...objects);
    return { upstream: root(table).upstream, complaints: table.complaints.map(printComplaint) };
  };

  it('is verified with all of proxy-ssl-*', () => {
    expect(upstream(verified)).toEqual({
      upstream: { scheme: 'https', verification, serverName: 'a.default.svc' },
      complaints: [],
    });
  });

  it('compares with upstream_balancer without a name', () => {
    expect(upstream(without('proxy-ssl-name')).upstream).toEqual({
      scheme: 'https',
      verification: { ...verification, name: 'upstream_balancer' },
      serverName: 'upstream_balancer',
    });
  });

  it('is unverified and unnamed without a Secret, whatever else is said', () => {
    const { upstream: found, complaints } = upstream(without('proxy-ssl-secret'));
    expect(found).toEqual({ scheme: 'https' });
    expect(complaints).toEqual(['a.test: the TLS connection to the pod is not verified']);
  });

  it('is unverified with a Secret that has a key pair and no ca.crt', () => {
    const pair = secret('a-ca', { 'tls.crt': 'x', 'tls.key': 'y' });
    expect(upstream({ ...verified, 'proxy-ssl-name': 'wrong' }, pair).upstream).toEqual({
      scheme: 'https',
      client: { namespace: 'default', name: 'a-ca' },
      serverName: 'wrong',
    });
  });

  it.each([['off'], ['ON'], ['true'], ['']])('is unverified with proxy-ssl-verify %j', (verify) => {
    expect(upstream({ ...verified, 'proxy-ssl-verify': verify }).upstream).toEqual({
      scheme: 'https',
      serverName: 'a.default.svc',
    });
  });

  it('sends no name unless told', () => {
    expect(upstream(without('proxy-ssl-server-name')).upstream).toEqual({ scheme: 'https', verification });
  });

  it.each([
    ['a Secret that is not there', 'default/none', 'there is no Secret default/none'],
    ['another namespace', 'other/a-ca', 'cross namespace secrets are not supported'],
    ['no namespace', 'a-ca', '"a-ca" is not namespace/name'],
  ])('answers nothing at all with %s', (_what, name, why) => {
    const { upstream: found, complaints } = upstream(
      { ...verified, 'proxy-ssl-secret': name },
      secret('a-ca', { 'ca.crt': '-----BEGIN CERTIFICATE-----' }, 'other'),
    );
    expect(found).toEqual({ scheme: 'none', reason: expect.stringContaining(why) as unknown });
    // The gateway gives the reason when it serves the upstream, and it should not be read twice.
    expect(complaints).toEqual([]);
    // Also where the pod is spoken to in plain HTTP: the location is denied as a whole.
    expect(root(read(ingress({ 'proxy-ssl-secret': name }))).upstream.scheme).toBe('none');
  });

  it('answers nothing at all with a Secret that holds no certificate', () => {
    expect(upstream(verified, secret('a-ca', { other: 'x' })).upstream.scheme).toBe('none');
    expect(upstream(verified, secret('a-ca', { 'ca.crt': 'x' })).upstream.scheme).toBe('none');
  });

  it('may name a Secret elsewhere where the ConfigMap allows it', () => {
    const elsewhere = secret('a-ca', { 'ca.crt': '-----BEGIN CERTIFICATE-----' }, 'other');
    const { upstream: found } = upstream(
      { ...verified, 'proxy-ssl-secret': 'other/a-ca' },
      elsewhere,
      configMap({ 'allow-cross-namespace-resources': 'true' }),
    );
    expect(found).toMatchObject({ verification: { authority: { namespace: 'other', name: 'a-ca' } } });
  });

  it.each([['https'], [' Https ']])('takes backend-protocol %j', (protocol) => {
    expect(upstream({ ...verified, 'backend-protocol': protocol }).upstream).toMatchObject({
      scheme: 'https',
      verification,
    });
  });

  it.each([['HTTP;foo'], ['TLS'], ['']])('is plain HTTP with backend-protocol %j', (protocol) => {
    const { upstream: found, complaints } = upstream({ ...verified, 'backend-protocol': protocol });
    expect(found).toEqual({ scheme: 'http' });
    expect(complaints.length).toBe(protocol === '' ? 0 : 1);
  });

  it('is plain HTTP without backend-protocol, or with secure-backends', () => {
    expect(upstream(without('backend-protocol')).upstream).toEqual({ scheme: 'http' });
    const { upstream: found, complaints } = upstream({ 'secure-backends': 'true' });
    expect(found).toEqual({ scheme: 'http' });
    expect(complaints.join()).toContain('0.21.0');
  });

  it('is HTTP/2 alone for gRPC, and over TLS never verified', () => {
    expect(upstream({ 'backend-protocol': 'GRPC' })).toEqual({
      upstream: { scheme: 'http', isGrpc: true },
      complaints: [],
    });
    const { upstream: found, complaints } = upstream({ 'backend-protocol': 'GRPCS' });
    expect(found).toEqual({ scheme: 'https', isGrpc: true });
    expect(complaints.join()).toContain('not verified');
  });

  it('says what preview does not speak or imitate', () => {
    expect(upstream({ 'backend-protocol': 'FCGI' })).toEqual({
      upstream: { scheme: 'none', reason: expect.stringContaining('FCGI') as unknown },
      complaints: [],
    });
    expect(upstream({ 'rewrite-target': '/x' }).complaints).toEqual([
      'Ingress default/a: preview does not imitate nginx.ingress.kubernetes.io/rewrite-target',
    ]);
  });
});

describe('passthrough', () => {
  const on = { 'ssl-passthrough': 'true' };

  it('passes the connection on, and speaks plain HTTP to the pod where requests come another way', () => {
    const table = read(ingress(on));
    expect(host(table)).toMatchObject({ connection: 'passed-through', locations: [{ upstream: { scheme: 'http' } }] });
    expect(table.complaints.map(printComplaint)).toEqual([]);
    expect(root(read(ingress({ ...on, 'backend-protocol': 'HTTPS' }))).upstream).toEqual({ scheme: 'https' });
  });

  it.each([
    ['T', 'passed-through'],
    ['1', 'passed-through'],
    ['yes', 'terminated'],
    ['on', 'terminated'],
    ['false', 'terminated'],
    ['', 'terminated'],
  ])('with %j is %s', (value, connection) => {
    expect(host(read(ingress({ 'ssl-passthrough': value }))).connection).toBe(connection);
  });

  it('does nothing without the flag', () => {
    const objects = [
      deployment(...usualArguments.filter((arg) => arg !== '--enable-ssl-passthrough')),
      ingressClass(),
      service('a'),
      ingress(on),
    ];
    const table = ingressNginx.readRoutes(objects, config());
    expect(host(table).connection).toBe('terminated');
    expect(table.complaints.map(printComplaint).join()).toContain('--enable-ssl-passthrough');
    expect(
      host(
        ingressNginx.readRoutes(
          [deployment(...usualArguments.slice(0, 3), '--enable-ssl-passthrough=false'), ...objects.slice(1)],
          config(),
        ),
      ).connection,
    ).toBe('terminated');
  });

  it.each([
    ['another path', { path: '/app' }],
    ['an exact path', { pathType: 'Exact' }],
  ])('with %s ends every connection', (_what, changes) => {
    const table = read(ingress(on, changes));
    expect(host(table).connection).toBe('dead');
    expect(table.complaints.map(printComplaint).join()).toContain('#5257');
  });

  it('takes the path / as ImplementationSpecific', () => {
    expect(host(read(ingress(on, { pathType: 'ImplementationSpecific' }))).connection).toBe('passed-through');
  });

  it('knows no wildcards', () => {
    expect(host(read(ingress(on, { host: '*.a.test' }))).connection).toBe('terminated');
  });

  it('leads nowhere with a headless or an external Service', () => {
    expect(host(read(service('a', { clusterIP: 'None' }), ingress(on))).connection).toBe('dead');
    const external = read(service('a', { type: 'ExternalName' }), ingress(on));
    expect([host(external).connection, external.complaints.map(printComplaint).join()]).toEqual([
      'dead',
      expect.stringContaining('#9642'),
    ]);
  });

  it('of any Ingress of a host switches all of it to the backend of /', () => {
    const second = ingress(on, { name: 'b', path: '/app', service: 'b' });
    const found = host(read(ingress(), second, service('b')));
    expect(found).toMatchObject({ connection: 'passed-through', backend: { service: { name: 'a' } } });
  });
});

describe('the certificate of a host', () => {
  const pair = secret('edge', { 'tls.crt': 'not looked at here', 'tls.key': 'x' });
  const edge = { namespace: 'default', name: 'edge' };
  const chosen = (...objects: readonly KubeObject[]) => host(read(...objects)).certificate;

  it('is that of the tls entry that lists the host', () => {
    expect(
      chosen(
        pair,
        ingress(
          {},
          {
            tls: [
              { hosts: ['b.test'], secretName: 'other' },
              { hosts: ['A.test'], secretName: 'edge' },
            ],
          },
        ),
      ),
    ).toEqual(edge);
  });

  it("is the controller's own where the entry names no Secret, or one that is missing, elsewhere or without a pair", () => {
    const tls = [{ hosts: ['a.test'], secretName: 'edge' }];
    expect(chosen(pair, ingress({}, { tls: [{ hosts: ['a.test'] }] }))).toBeUndefined();
    for (const objects of [
      [],
      [secret('edge', { 'tls.crt': 'x', 'tls.key': 'y' }, 'other')],
      [secret('edge', { 'tls.crt': 'x' })],
    ]) {
      const table = read(...objects, ingress({}, { tls }));
      expect(host(table).certificate).toBeUndefined();
      expect(table.complaints.map(printComplaint)).toEqual([
        expect.stringMatching(/^a\.test: (there is no )?Secret default\/edge(?!.*a\.test)/),
      ]);
    }
  });

  it('may be any that covers the host where no entry lists it, by its alternative names alone', () => {
    const make = (subject: string, names: string): KubeObject =>
      secret('edge', { 'tls.crt': certificateFor(subject, names), 'tls.key': 'x' });
    const unlisted = ingress({}, { tls: [{ hosts: ['b.test'], secretName: 'edge' }] });
    expect(chosen(make('x', 'DNS:*.a.test'), ingress({}, { tls: [{ secretName: 'edge' }] }))).toBeUndefined();
    expect(chosen(make('x', 'DNS:a.test'), unlisted)).toEqual(edge);
    expect(chosen(make('a.test', 'DNS:b.test'), unlisted)).toBeUndefined();
  });
});

it('offers HTTP/2 unless the ConfigMap that the arguments name says no', () => {
  expect(read(ingress()).offersHttp2).toBe(true);
  expect(read(ingress(), configMap({ 'use-http2': 'false' })).offersHttp2).toBe(false);
  const elsewhere: KubeObject = {
    ...configMap({ 'use-http2': 'false' }),
    metadata: { name: 'nginx-configuration-ic3', namespace: 'default' },
  };
  expect(read(ingress(), elsewhere).offersHttp2).toBe(true);
});

describe('flags and settings that are not read', () => {
  const own = { name: 'nginx-configuration-ic3', namespace: 'ingress-nginx-demo' };

  it('need no word where they are as the profile writes them', () => {
    const { before, after } = ingressNginx.manifests(config(), { own: {}, shared: {} });
    expect(
      ingressNginx.readRoutes(
        [...before, ...after].flatMap(({ objects }) => objects),
        config(),
      ).complaints,
    ).toEqual([]);
  });

  it('are named where they differ, one that is gone too', () => {
    const settings = configMap({
      'ssl-protocols': 'TLSv1.3',
      'enable-real-ip': 'true',
      'custom-http-errors': '502',
      'use-http2': 'false',
    });
    const args = [...usualArguments, '--profiling=false', '--v=3', '--default-ssl-certificate', 'default/edge'];
    expect(read(settings, deployment(...args)).complaints.map(printComplaint)).toEqual([
      'Deployment ingress-nginx-demo/nginx-ingress-controller-ic3: preview does not imitate --v',
      'Deployment ingress-nginx-demo/nginx-ingress-controller-ic3: preview does not imitate --default-ssl-certificate',
      'ConfigMap ingress-nginx-demo/nginx-configuration-ic3: preview does not imitate the lack of hsts-include-subdomains',
      'ConfigMap ingress-nginx-demo/nginx-configuration-ic3: preview does not imitate ssl-protocols',
      'ConfigMap ingress-nginx-demo/nginx-configuration-ic3: preview does not imitate custom-http-errors',
    ]);
  });

  it('are named where a value is no text', () => {
    const unquoted = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: own,
      data: { 'hsts-include-subdomains': 'false', 'use-http2': false },
    };
    expect(read(unquoted)).toMatchObject({
      offersHttp2: true,
      complaints: [
        {
          object: { kind: 'ConfigMap', namespace: 'ingress-nginx-demo', name: 'nginx-configuration-ic3' },
          text: 'use-http2 is no text (quote it), so no cluster would take it',
        },
      ],
    });
  });
});

it('leaves out an Ingress that no cluster would take, and one rule without a host', () => {
  const odd = ingress() as unknown as { metadata: { annotations: Record<string, unknown> } };
  odd.metadata.annotations['nginx.ingress.kubernetes.io/ssl-passthrough'] = true;
  expect(read(odd as unknown as KubeObject)).toMatchObject({
    hosts: [],
    complaints: [{ text: expect.stringContaining('no text') as string, isIgnored: true }],
  });
  expect(read(ingress({}, { host: '' }))).toMatchObject({
    hosts: [],
    complaints: [{ text: expect.stringContaining('without a host') as string }],
  });
});
