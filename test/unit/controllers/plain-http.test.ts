import { describe, expect, it } from 'vitest';
import { printComplaint } from '../../../src/controllers/complaint.ts';
import type { ControllerIntent, ExposureIntent } from '../../../src/model/config.ts';
import type { GatewayTable } from '../../../src/model/gateway.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { allObjects, config, labels } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';
import { ingress, service } from './typed-objects.ts';

// What the controllers do on port 80, by their sources: ingress-nginx rootfs/etc/nginx/lua/lua_ingress.lua (redirect_to_https) and
// nginx.tmpl of 0.15.0, Traefik pkg/provider/traefik/internal.go (redirection) and pkg/middlewares/redirect/redirect.go.

const withoutHttp: ExposureIntent = { type: 'LoadBalancer', https: 443, annotations: {}, ipFamilies: [] };
const balanced: ExposureIntent = { ...withoutHttp, http: { port: 80 } };

/** The profile's own objects, as they are rendered and then edited, with Ingresses beside them. */
function read(
  name: string,
  controller: Partial<ControllerIntent>,
  ingresses: readonly KubeObject[] = [],
  edit: (text: string) => string = (text) => text,
): GatewayTable {
  const profile = profiles[name]!;
  const given = config([], { profile: name, ...controller });
  const own = JSON.parse(edit(JSON.stringify(allObjects(profile.manifests(given, labels))))) as readonly KubeObject[];
  return profile.readRoutes([...own, service('a'), ...ingresses], given);
}

const tls = [{ hosts: ['a.test'] }];
const complaintsOf = ({ complaints }: GatewayTable): readonly string[] => complaints.map(printComplaint);

describe.each(['ingress-nginx', 'ingress-nginx-0.15', 'traefik'])('plain HTTP with profile %s', (name) => {
  it('has no port where the Service leads to none', () => {
    for (const controller of [{}, { service: withoutHttp }]) {
      const table = read(name, controller);
      expect(table).not.toHaveProperty('plainHttp');
      expect(table.complaints).toEqual([]);
    }
  });
});

describe('plain HTTP with Traefik', () => {
  it('is redirected whatever is asked for, to the port that clients see', () => {
    const answers = { get: { status: 301, body: 'Moved Permanently' }, others: { status: 308 } };
    const behind = read('traefik', { service: balanced });
    expect(behind.plainHttp).toMatchObject({ redirects: 'everything', leadsTo: 443, clientPort: 443, answers });
    const onNodes = read('traefik', { nodePort: 31999, service: { ...balanced, type: 'NodePort' } });
    expect(onNodes.plainHttp).toMatchObject({ redirects: 'everything', leadsTo: 31_999, clientPort: 31_999, answers });
    expect([...behind.complaints, ...onNodes.complaints]).toEqual([]);
  });

  it.each([
    ['without the redirection', /"--entryPoints\.web\.http\.redirections[^"]*",/g, ''],
    ['with one to plain HTTP', 'scheme=https', 'scheme=http'],
    ['with routes that go before it', 'entryPoint.permanent=true', 'entryPoint.priority=1'],
  ])('is not imitated %s, and that is said', (_, from, to) => {
    const table = read('traefik', { service: balanced }, [], (text) => {
      expect(text).toMatch(from);
      return text.replaceAll(from, to);
    });
    expect(table).not.toHaveProperty('plainHttp');
    expect(complaintsOf(table)).toEqual([
      'Service ingress-nginx-demo/ingress-nginx-ic3: it leads to plain HTTP, of which not every request is redirected; preview opens no port for it',
    ]);
  });

  it('is redirected as the arguments say, also to a port where nobody is', () => {
    const table = read('traefik', { service: balanced }, [], (text) =>
      text.replace('entryPoint.to=:443', 'entryPoint.to=websecure').replace('permanent=true', 'permanent=false'),
    );
    expect(table.plainHttp).toMatchObject({
      answers: { get: { status: 302 }, others: { status: 307 } },
      leadsTo: 8443,
      clientPort: 443,
    });
    expect(complaintsOf(table)).toEqual([
      'Service ingress-nginx-demo/ingress-nginx-ic3: plain HTTP is redirected to port 8443, where clients do not reach HTTPS',
    ]);
  });
});

/** What is not redirected of the host a.test: its paths, and `else` for what stands in none. */
function listClear(name: string, ...ingresses: readonly KubeObject[]): readonly string[] {
  const { hosts, plainHttp } = read(name, { service: balanced }, ingresses);
  expect(plainHttp).toMatchObject({ redirects: 'routes', leadsTo: 443, clientPort: 443 });
  const host = hosts.find((each) => each.name === 'a.test')!;
  return [
    ...host.locations.flatMap(({ path, inClear }) => (inClear === true ? [path] : [])),
    ...(host.inClear === true ? ['else'] : []),
  ];
}

describe('plain HTTP with ingress-nginx', () => {
  it('is answered with 308, of v1.15.1 without the slash at the end', () => {
    const answer = { status: 308, contentType: 'text/html' };
    const modern = read('ingress-nginx', { service: balanced }).plainHttp;
    expect(modern).toMatchObject({ answers: { get: answer, others: answer }, cutsSlash: true });
    const old = read('ingress-nginx-0.15', { service: balanced }).plainHttp;
    expect(old).toMatchObject({ answers: { get: answer, others: answer } });
    expect(old).not.toHaveProperty('cutsSlash');
  });

  it.each<readonly [string, Readonly<Record<string, string>>, boolean, readonly string[]]>([
    ['a host in a tls section', {}, true, []],
    ['a host in none', {}, false, ['/', 'else']],
    ['a host in none that is to be redirected', { 'force-ssl-redirect': 'true' }, false, []],
    ['a host that is not to be redirected', { 'ssl-redirect': 'false' }, true, ['/', 'else']],
    ['both annotations', { 'ssl-redirect': 'false', 'force-ssl-redirect': 'true' }, true, []],
    ['an annotation that is neither true nor false', { 'ssl-redirect': 'no' }, true, []],
    ['a host that is passed through', { 'ssl-passthrough': 'true' }, false, ['/', 'else']],
  ])('goes by %s', (_, annotations, hasTls, expected) => {
    expect(listClear('ingress-nginx', ingress(annotations, hasTls ? { tls } : {}))).toEqual(expected);
  });

  it('goes by each path on its own, and lets challenges of ACME through', () => {
    const challenge = '/.well-known/acme-challenge/x';
    const solver = ingress({}, { name: 'solver', path: challenge, pathType: 'Exact' });
    expect(listClear('ingress-nginx', ingress({}, { tls }), solver)).toEqual([challenge]);
    const open = ingress({ 'ssl-redirect': 'false' }, { name: 'open', path: '/open', pathType: 'Exact' });
    const table = read('ingress-nginx', { service: balanced }, [ingress({}, { tls }), open, solver]);
    expect(complaintsOf(table)).toEqual(['a.test: plain HTTP for /open is not redirected and goes on to the pod']);
  });

  it('is redirected without the Secret, and by the certificate of a wildcard', () => {
    const missing = [{ hosts: ['a.test'], secretName: 'missing' }];
    expect(listClear('ingress-nginx', ingress({}, { tls: missing }))).toEqual([]);
    const wildcard = ingress({}, { name: 'w', host: '*.test', tls: [{ hosts: ['*.test'] }] });
    expect(listClear('ingress-nginx', ingress(), wildcard)).toEqual([]);
  });

  it('is told where the redirect leads to no port of clients', () => {
    const table = read('ingress-nginx', { service: { ...balanced, https: 8443 } });
    expect(table.plainHttp).toMatchObject({ leadsTo: 443, clientPort: 8443 });
    expect(complaintsOf(table)).toEqual([
      'Service ingress-nginx-demo/ingress-nginx-ic3: plain HTTP is redirected to port 443, where clients do not reach HTTPS',
    ]);
  });
});

describe('plain HTTP with ingress-nginx 0.15.0', () => {
  it('is not redirected without the Secret', () => {
    const old = (changes: Parameters<typeof ingress>[1]): KubeObject => {
      const { spec, ...object } = ingress({}, { ...changes, className: null, classAnnotation: 'ic3' }) as KubeObject & {
        readonly spec: JsonObject;
      };
      return {
        ...object,
        apiVersion: 'extensions/v1beta1',
        spec: {
          ...spec,
          rules: [
            { host: 'a.test', http: { paths: [{ path: '/', backend: { serviceName: 'a', servicePort: 443 } }] } },
          ],
        },
      };
    };
    expect(listClear('ingress-nginx-0.15', old({ tls }))).toEqual([]);
    expect(listClear('ingress-nginx-0.15', old({ tls: [{ hosts: ['a.test'], secretName: 'missing' }] }))).toEqual([
      '/',
      'else',
    ]);
  });
});
