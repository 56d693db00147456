import { describe, expect, it } from 'vitest';
import { explainDeadEnd, hasReadyPod, listExisting } from '../../../src/cluster/existing-services.ts';
import { backendOf } from '../../../src/model/backend.ts';
import type { ExistingService } from '../../../src/model/config.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { judgeAuthorities } from '../../../src/project/named-authorities.ts';
import { buildStandIns } from '../../../src/preview/stand-ins.ts';
import { config, service } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';

const existing = { name: 'shop', port: 'https', namespace: 'web' } as const;
const project = (
  given: Partial<ExistingService> = {},
  mode: 'reencrypt' | 'passthrough' = 'reencrypt',
  profile = 'traefik',
) =>
  buildDesiredProject(
    config([service('a', mode, { namespace: 'web', clientAuth: false, service: { ...existing, ...given } })]),
    profiles[profile]!,
  );

describe('a project that leads to a Service that is there already', () => {
  it('makes the certificate that its pods should serve, and says so', () => {
    const { pairs, objects, notices } = project();
    expect(pairs.find(({ paths }) => paths.certificate === 'certs/a.crt')?.request.dnsNames).toEqual([
      'shop.web.svc',
      'shop.web.svc.cluster.local',
    ]);
    expect(objects.map(({ path }) => path)).toContain('secrets/ic3-a-tls.yaml');
    expect(notices.find(({ code }) => code === 'pod-certificate')?.message).toContain(
      'the pods of Service web/shop have to serve the certificate of Secret ic3-a-tls',
    );
  });

  it('verifies them by the authority that is named, and makes no certificate for them then', () => {
    const { pairs, objects, notices, services } = project({ authority: 'certs/corp.crt', serverName: 'shop' });
    expect(pairs.map(({ paths }) => paths.certificate)).toEqual(['certs/wildcard.crt']);
    expect(objects.find(({ path }) => path === 'secrets/ic3-a-upstream-ca.yaml')?.content.data).toEqual({
      'ca.crt': 'certs/corp.crt',
    });
    expect(objects.map(({ path }) => path)).not.toContain('secrets/ic3-a-tls.yaml');
    expect(notices.map(({ code }) => code)).not.toContain('pod-certificate');
    expect(JSON.stringify(services[0]?.routes)).toContain('"nginx.ingress.kubernetes.io/proxy-ssl-name":"shop"');
  });

  it('says what its pods must demand, whoever signed their certificate', () => {
    const given = config([
      service('a', 'passthrough', {
        namespace: 'web',
        clientAuth: true,
        service: { ...existing, authority: 'certs/corp.crt' },
      }),
    ]);
    const { notices } = buildDesiredProject(given, profiles['traefik']!);
    expect(notices.find(({ code }) => code === 'pod-certificate')?.message).toBe(
      'a: the pods of Service web/shop have to demand client certificates of the authority in Secret ic3-a-client-ca.',
    );
  });

  it('makes no namespace for it', () => {
    const { before } = project().manifests;
    expect(before.map(({ path }) => path)).not.toContain('manifests/namespace-web.yaml');
  });

  it('misses an authority that is named and not here, and tells of one that has expired', () => {
    const { authorities } = project({ authority: 'certs/corp.crt' });
    const now = new Date('2026-11-30T00:00:00Z');
    const found = (notAfter: string, holdsAnchor = true) => ({
      authorities: new Map([
        [
          'certs/corp.crt',
          {
            certificate: {
              notBefore: new Date('2026-11-01T00:00:00Z'),
              notAfter: new Date(notAfter),
              issuer: 'CN=root',
            } as never,
            holdsAnchor,
          },
        ],
      ]),
    });
    const judge = (observed: Parameters<typeof judgeAuthorities>[1]): readonly string[] =>
      judgeAuthorities(authorities, observed, now).map(({ level, code }) => `${level} ${code}`);
    expect(judge({ authorities: new Map() })).toEqual(['error authority-missing']);
    expect(judge(found('2026-11-29T00:00:00Z'))).toEqual(['warning named-authority-expired']);
    expect(judge(found('2026-12-14T00:00:00Z'))).toEqual(['warning named-authority-expiring']);
    expect(judge(found('2026-12-29T00:00:00Z'))).toEqual([]);
    // Traefik ends at any authority that it is given.
    expect(judge(found('2026-12-29T00:00:00Z', false))).toEqual(['warning authority-not-root']);
    const nginx = project({ authority: 'certs/corp.crt' }, 'reencrypt', 'ingress-nginx').authorities;
    expect(judgeAuthorities(nginx, found('2026-12-29T00:00:00Z', false), now)).toMatchObject([{ level: 'error' }]);
  });

  it.each(['ingress-nginx', 'traefik', 'ingress-nginx-0.15'])(
    'is refused where Ingress and Service would lie in two namespaces: %s',
    (name) => {
      const given = config([service('a', 'terminate', { namespace: 'edge', service: existing })]);
      expect(profiles[name]!.notices(given)).toContainEqual(
        expect.objectContaining({ level: 'error', code: 'service-namespace', path: ['services', 0, 'namespace'] }),
      );
    },
  );
});

describe('two services that lead to one port', () => {
  const both = (
    one: 'terminate' | 'reencrypt' | 'passthrough',
    other: typeof one,
    given: Partial<ExistingService> = {},
  ) =>
    buildDesiredProject(
      config(
        [one, other].map((mode, index) =>
          service(`s${index}`, mode, { namespace: 'web', clientAuth: false, service: { ...existing, ...given } }),
        ),
      ),
      profiles['traefik']!,
    ).notices.filter(({ code }) => code === 'shared-port');

  it.each([
    ['terminate', 'terminate', 0],
    ['reencrypt', 'reencrypt', 0],
    ['terminate', 'reencrypt', 1],
    ['reencrypt', 'passthrough', 1],
    ['passthrough', 'passthrough', 1],
  ] as const)('are asked of one pod: %s and %s', (one, other, count) => {
    expect(both(one, other)).toHaveLength(count);
  });

  it('may, where the pod has one certificate of another authority for both', () => {
    expect(both('passthrough', 'passthrough', { authority: 'certs/corp.crt' })).toEqual([]);
    expect(both('passthrough', 'reencrypt', { authority: 'certs/corp.crt' })).toEqual([]);
  });
});

describe('a pod that is ready', () => {
  const slice = (...endpoints: readonly JsonObject[]) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'x' },
    endpoints,
  });

  it.each([
    [[], false],
    [[slice()], false],
    [[slice({ conditions: { ready: false } })], false],
    [[slice({ conditions: { ready: false } }), slice({ conditions: { ready: true } })], true],
    [[slice({ addresses: ['10.0.0.1'] })], true],
  ])('is looked for in all slices of a Service: %j', (slices, expected) => {
    expect(hasReadyPod(slices)).toBe(expected);
  });
});

describe('where it leads', () => {
  const [led] = listExisting(project().services);
  const live = (spec: JsonObject) => ({ apiVersion: 'v1', kind: 'Service', metadata: existing, spec });

  it.each([
    ['no Service', undefined, 'a leads to Service web/shop, which is not there'],
    ['a Service with the port', live({ ports: [{ port: 80 }, { port: 443, name: 'https' }] }), undefined],
    [
      'a Service without it',
      live({ ports: [{ port: 80, name: 'http' }, { port: 443 }] }),
      'a leads to Service web/shop, which has no port https for TCP: it has 80 http, 443',
    ],
    [
      'a Service whose port is of another protocol',
      live({ ports: [{ port: 443, name: 'https', protocol: 'UDP' }] }),
      'a leads to Service web/shop, which has no port https for TCP: it has none',
    ],
    ['a Service without ports', live({}), 'a leads to Service web/shop, which has no port https for TCP: it has none'],
    [
      'a name outside of the cluster',
      live({ type: 'ExternalName', ports: [{ port: 443, name: 'https' }] }),
      'a leads to Service web/shop, which is of type ExternalName: the controller is told not to follow those',
    ],
  ])('is told of %s', (_title, object, told) => {
    expect(explainDeadEnd(led!, object)).toBe(told);
  });

  it('is asked of every Service and port to which a path leads', () => {
    const paths = [
      { path: '/', type: 'Prefix' },
      { path: '/metrics', type: 'Prefix', port: 9090 },
      { path: '/x', type: 'Prefix', service: { name: 'other', port: 80 } },
      { path: '/y', type: 'Prefix', service: { name: 'other', port: 80 } },
    ] as const;
    const web = service('web', 'terminate', { service: { name: 'web', port: 'http' }, paths });
    const { services } = buildDesiredProject(config([web]), profiles['traefik']!);
    const asked = listExisting(services);
    expect(asked.map(({ object, port }) => [object.metadata.namespace, object.metadata.name, port])).toEqual([
      ['default', 'web', 'http'],
      ['default', 'web', 9090],
      ['default', 'other', 80],
    ]);
    expect(asked.map((each) => explainDeadEnd(each, live({ ports: [{ port: 80, name: 'http' }] })))).toEqual([
      undefined,
      'web leads to Service default/web, which has no port 9090 for TCP: it has 80 http',
      undefined,
    ]);
    // The pods of one Service serve one certificate: another service may not lead to such a port in another mode.
    const strict = service('strict', 'passthrough', { service: { name: 'other', port: 80 } });
    const { notices } = buildDesiredProject(config([web, strict]), profiles['traefik']!);
    expect(notices.filter(({ level }) => level === 'error').map(({ code }) => code)).toEqual(['shared-port']);
  });

  it('is asked of no other service', () => {
    const others = buildDesiredProject(config(), profiles['traefik']!).services;
    expect(listExisting(others)).toEqual([]);
    expect(others.map(backendOf)).toEqual(['demo', 'demo', 'demo']);
  });
});

describe('in its place a preview', () => {
  it('serves what its pods should', () => {
    const { services, objects } = project();
    const secrets = objects.map(({ content }) => ({
      ...content.object,
      stringData: Object.fromEntries(Object.keys(content.data).map((key) => [key, `text of ${key}`])),
    }));
    expect(buildStandIns(services, secrets)).toEqual({
      objects: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { namespace: 'web', name: 'shop' },
          spec: { ports: [{ name: 'https', port: 1 }] },
        },
      ],
      pods: [
        {
          service: { namespace: 'web', name: 'shop' },
          ports: ['https'],
          tls: { certificate: 'text of tls.crt', key: 'text of tls.key' },
          greeting: 'Hello, I am a demo backend of ingress-tls preview in place of Service web/shop.\n',
        },
      ],
      complaints: [],
    });
  });

  it('has nobody whose key it does not have, and says so', () => {
    const { services } = project({ authority: 'certs/corp.crt' }, 'passthrough');
    const { pods, complaints } = buildStandIns(services, []);
    expect(pods).toEqual([]);
    expect(complaints).toEqual([
      'nobody stands in for Service web/shop: the key of its certificate is not here: verify on a cluster proves a',
    ]);
  });
});
