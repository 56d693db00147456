import { describe, expect, it } from 'vitest';
import { createLocator, parseConfig } from '../../../src/config/load.ts';
import { fileName, load, problemsOf, refusalOf, withLines, withServices } from './refusal.ts';

const full = `apiVersion: ingress-tls/v1
domain: Example.TEST
namespace: shop
controller:
  profile: ingress-nginx-0.15
  name: ic4
  namespace: edge
  nodePort: 31443
  image: registry.test:5000/team/controller:v1.2@sha256:${'a'.repeat(64)}
  sharedWith: [ic1, ic2]
certificate:
  secretName: wildcard.tls
  days: 825
  keyType: ecdsa-p256
services:
  - name: web
    mode: terminate
    host: EXAMPLE.test
    image: nginx
    port: 80
    replicas: 0
    annotations:
      team.example.test/owner: "on"
  - name: db
    mode: passthrough
    host: a.b.example.test
    clientAuth: false
  - name: api
    mode: passthrough
  - name: led
    mode: passthrough
    service: { name: argocd-server, port: https, namespace: argocd, authority: certs/argo.pem }
  - name: far
    mode: reencrypt
    namespace: edge
    service: { name: far, port: 8443, serverName: far.example.test }
`;

const fullConfig = {
  domain: 'example.test',
  namespace: 'shop',
  controller: {
    profile: 'ingress-nginx-0.15',
    name: 'ic4',
    namespace: 'edge',
    nodePort: 31443,
    image: `registry.test:5000/team/controller:v1.2@sha256:${'a'.repeat(64)}`,
    sharedWith: ['ic1', 'ic2'],
  },
  certificate: { secretName: 'wildcard.tls', days: 825, keyType: 'ecdsa-p256' },
  services: [
    {
      name: 'web',
      mode: 'terminate',
      host: 'example.test',
      image: 'nginx',
      port: 80,
      replicas: 0,
      clientAuth: false,
      annotations: { 'team.example.test/owner': 'on' },
    },
    { name: 'db', mode: 'passthrough', host: 'a.b.example.test', port: 8080, clientAuth: false, annotations: {} },
    { name: 'api', mode: 'passthrough', host: 'api.example.test', port: 8080, clientAuth: true, annotations: {} },
    {
      name: 'led',
      mode: 'passthrough',
      host: 'led.example.test',
      namespace: 'argocd',
      service: { name: 'argocd-server', port: 'https', namespace: 'argocd', authority: 'certs/argo.pem' },
      port: 8080,
      clientAuth: false,
      annotations: {},
    },
    {
      name: 'far',
      mode: 'reencrypt',
      host: 'far.example.test',
      namespace: 'edge',
      service: { name: 'far', port: 8443, serverName: 'far.example.test' },
      port: 8080,
      clientAuth: false,
      annotations: {},
    },
  ],
};

describe('parseConfig', () => {
  it('fills in every default', () => {
    expect(load('apiVersion: ingress-tls/v1\ndomain: example.test\n')).toStrictEqual({
      domain: 'example.test',
      namespace: 'default',
      controller: {
        profile: 'ingress-nginx',
        name: 'ic3',
        namespace: 'ingress-nginx-demo',
        nodePort: 30092,
        sharedWith: [],
      },
      certificate: { secretName: 'ingress-controller-demo-tls-secret', days: 365 },
      services: [],
    });
  });

  it('takes every field, and lower-cases host names', () => {
    expect(load(full)).toStrictEqual(fullConfig);
  });

  it.each([
    ['a byte order mark', `\ufeff${full}`],
    ['CRLF', full.replaceAll('\n', '\r\n')],
    ['both', `\ufeff${full.replaceAll('\n', '\r\n')}`],
    ['no final line break', full.trimEnd()],
    [
      'JSON',
      JSON.stringify({
        apiVersion: 'ingress-tls/v1',
        ...fullConfig,
        services: fullConfig.services.map(({ clientAuth, port, ...service }) => ({
          ...service,
          ...('service' in service ? {} : { port }),
          ...(service.mode === 'passthrough' ? { clientAuth } : {}),
        })),
      }),
    ],
  ])('reads %s', (_, text) => {
    expect(load(text)).toStrictEqual(fullConfig);
  });

  it('counts a section without content as absent', () => {
    const empty = withLines('controller:', 'certificate:', 'services:');
    expect(load(empty)).toStrictEqual(load(withLines()));
    expect(load(withServices('{name: a, mode: terminate, annotations: }')).services[0]?.annotations).toStrictEqual({});
  });

  it('reads anchors and aliases', () => {
    const text = withServices(
      '{name: a, mode: terminate, annotations: &shared {k: v}}',
      '{name: b, mode: terminate, annotations: *shared}',
    );
    expect(load(text).services.map(({ annotations }) => annotations)).toStrictEqual([{ k: 'v' }, { k: 'v' }]);
  });

  it('knows the profiles that it is given and no others', () => {
    const text = withLines('controller: {profile: contour}');
    expect(parseConfig(text, fileName, ['ingress-nginx', 'contour']).controller.profile).toBe('contour');
    expect(problemsOf(text)).toStrictEqual([
      '3:23: controller.profile: unknown profile "contour"; expected ingress-nginx, traefik, traefik-gateway or ingress-nginx-0.15',
    ]);
  });

  it('reports all problems at once, in the order of the file', () => {
    const text = `apiVersion: v1
domian: example.test
nodePort: 30092
controller:
  node-port: 30092
  nodePort: 70000
  name: Ic3
  name: ic3
services:
  - name: a_b
    mode: pasthrough
    replicas: 1.5
    port: "80"
  - mode: terminate
    clientAuth: yes
  - name: c
    mode: reencrypt
    clientAuth:
      depth: "2"
`;
    expect(problemsOf(text)).toStrictEqual([
      '1:1: domain: missing; expected a string',
      '1:13: apiVersion: unknown apiVersion "v1"; expected ingress-tls/v1',
      '2:1: domian: unknown key; did you mean domain?',
      '3:1: nodePort: unknown key; it belongs below controller',
      '5:3: controller["node-port"]: unknown key; did you mean nodePort?',
      '6:13: controller.nodePort: 70000 is not from 1 to 65535',
      '8:3: controller.name: the key "name" stands in line 7 already; one of the two would be ignored',
      '10:11: services[0].name: "a_b" is no DNS label (RFC 1123: a to z, 0 to 9 and "-", neither first nor last a "-", at most 63 characters); did you mean a-b?',
      '11:11: services[0].mode: unknown mode "pasthrough"; expected terminate, reencrypt or passthrough; did you mean passthrough?',
      '12:15: services[0].replicas: expected a whole number, found the number 1.5',
      '13:11: services[0].port: expected a whole number, found the string "80"; leave out the quotes',
      '14:5: services[1].name: missing; expected a string',
      '15:17: services[1].clientAuth: expected true or false, found the string "yes"; write true',
      '19:14: services[2].clientAuth.depth: expected a whole number, found the string "2"; leave out the quotes',
    ]);
  });

  it('says how many problems there are and what to do', () => {
    const refusal = refusalOf(() => load('a: 1\n'));
    expect(refusal.message).toBe('ingress-tls.yaml is refused: 3 problems');
    expect(refusal.exitCode).toBe(2);
    expect(refusal.remedy).toContain('ingress-tls schema');
  });

  it('stops listing after fifty problems', () => {
    const problems = problemsOf(withLines(...Array.from({ length: 60 }, (_, index) => `unknown${index}: 1`)));
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe('and 10 more');
  });
});

describe('createLocator', () => {
  const locate = createLocator(`\ufeff${full.replaceAll('\n', '\r\n')}`, fileName);

  it.each([
    [['services', 0, 'annotations', 'team.example.test/owner'], '23:32'],
    [['services', 1], '24:5'],
    [['controller', 'nodePort'], '8:13'],
    [['domain'], '2:9'],
    [['services', 2, 'annotations', 'x'], '28:5'],
    [['services', 9], '16:3'],
    [['nothing'], '1:1'],
    [[], '1:1'],
  ])('finds %j', (path, position) => {
    expect(locate(path)).toBe(`ingress-tls.yaml:${position}`);
  });

  it('never throws', () => {
    expect(createLocator('a: [', fileName)(['a', 0])).toBe('ingress-tls.yaml:1:4');
    expect(createLocator('', fileName)(['a'])).toBe('ingress-tls.yaml:1:1');
  });
});
