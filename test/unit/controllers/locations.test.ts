import { describe, expect, it } from 'vitest';
import { ingressNginx015 } from '../../../src/controllers/ingress-nginx-0.15/index.ts';
import { ingressNginx } from '../../../src/controllers/ingress-nginx/index.ts';
import { printComplaint } from '../../../src/controllers/complaint.ts';
import { traefik } from '../../../src/controllers/traefik/index.ts';
import type { ControllerProfile } from '../../../src/model/controller-profile.ts';
import type { GatewayTable } from '../../../src/model/gateway.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { config } from '../../support/controllers/three-services.ts';
import { configMap, deployment, ingress, ingressClass, secret, service, usualArguments } from './typed-objects.ts';

// Several paths of one host, as the sources of the controllers say; what the pods are called is what they are found by.

const old = (object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: 'extensions/v1beta1',
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, 'kubernetes.io/ingress.class': 'ic3' },
  },
});
const traefikDeployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'nginx-ingress-controller-ic3', namespace: 'ingress-nginx-demo' },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'controller',
            args: [
              '--providers.kubernetesingressnginx=true',
              '--providers.kubernetesingressnginx.controllerclass=ingress-tls/ic3',
            ],
          },
        ],
      },
    },
  },
};

function read(profile: ControllerProfile, ...objects: readonly KubeObject[]): GatewayTable {
  const controller = profile === traefik ? traefikDeployment : deployment(...usualArguments);
  const written = objects.map((object) =>
    profile === ingressNginx015 && object.kind === 'Ingress' ? old(object) : object,
  );
  const settings = configMap({ 'hsts-include-subdomains': 'false' });
  return profile.readRoutes([controller, ingressClass(), settings, service('a'), service('b'), ...written], config());
}

/** An Ingress of a Service for one path of a.test. */
const at = (path: string, pathType: string, name: string): KubeObject =>
  ingress(
    {},
    { name: `${name}${path.replaceAll(/[^a-z]/g, '')}${pathType}`.toLowerCase(), path, pathType, service: name },
  );

/** `=/x:a` for an exact location, `/x:a` for a start, in the order in which they are tried. */
const locations = ({ hosts }: GatewayTable): readonly string[] =>
  hosts.flatMap((host) =>
    host.locations.map(({ type, path, backend }) => `${type === 'exact' ? '=' : ''}${path}:${backend.service.name}`),
  );
const complaints = (table: GatewayTable): readonly string[] => table.complaints.map(printComplaint);

describe('v1.15.1', () => {
  it('looks for exact paths first, then for the longest, and ends a prefix with an element', () => {
    const table = read(
      ingressNginx,
      at('/', 'Prefix', 'a'),
      at('/app', 'Prefix', 'b'),
      at('/app/deep', 'Exact', 'a'),
      at('/x', 'ImplementationSpecific', 'b'),
    );
    expect(locations(table)).toEqual(['=/app:b', '=/app/deep:a', '=/x:b', '/app/:b', '/x/:b', '/:a']);
    expect(complaints(table)).toEqual([]);
  });

  it('takes the path of a prefix away from it for an exact location', () => {
    expect(locations(read(ingressNginx, at('/app', 'Prefix', 'a'), at('/app', 'Exact', 'b')))).toEqual([
      '=/app:b',
      '/app/:a',
    ]);
  });

  it('redirects what lacks the slash that a prefix ends with, which preview answers as it does other paths', () => {
    expect(locations(read(ingressNginx, at('/app/', 'Prefix', 'a')))).toEqual(['/app/:a']);
  });

  it('gives a path that two want to the first', () => {
    const table = read(ingressNginx, at('/app', 'Prefix', 'b'), ingress({}, { path: '/app' }));
    expect(locations(table)).toEqual(['=/app:b', '/app/:b']);
    expect(complaints(table)).toEqual(['a.test: two Ingresses want the path /app; the first has it']);
  });

  it('has no location for a path that nobody wants', () => {
    expect(locations(read(ingressNginx, at('/app', 'Exact', 'a')))).toEqual(['=/app:a']);
  });

  const authority = (name: string, more = {}): KubeObject =>
    secret(name, { 'ca.crt': '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n', ...more });
  const reencrypt = (name: string, path: string, more: Readonly<Record<string, string>> = {}): KubeObject =>
    ingress(
      {
        'backend-protocol': 'HTTPS',
        'proxy-ssl-secret': `default/${name}`,
        'proxy-ssl-verify': 'on',
        'proxy-ssl-name': `${name}.svc`,
        ...more,
      },
      { name, path, service: name },
    );
  const upstreams = (table: GatewayTable) =>
    Object.fromEntries(
      table.hosts.flatMap((host) => host.locations.map(({ backend, upstream }) => [backend.service.name, upstream])),
    );

  it("verifies each location by its own Ingress's authority and name", () => {
    const table = read(ingressNginx, reencrypt('a', '/'), reencrypt('b', '/b'), authority('a'), authority('b'));
    expect(upstreams(table)).toMatchObject({
      a: { verification: { name: 'a.svc', authority: { name: 'a' } } },
      b: { verification: { name: 'b.svc', authority: { name: 'b' } } },
    });
  });

  it("shows the first one's certificate to all pods of the host unless the ConfigMap keeps it to its own", () => {
    const objects = [
      reencrypt('a', '/'),
      reencrypt('b', '/b'),
      authority('a', { 'tls.crt': 'C', 'tls.key': 'K' }),
      authority('b'),
    ];
    expect(upstreams(read(ingressNginx, ...objects))['b']).toMatchObject({ client: { name: 'a' } });
    const kept = upstreams(read(ingressNginx, ...objects, configMap({ 'proxy-ssl-location-only': 'true' })));
    expect(kept['a']).toMatchObject({ client: { name: 'a' } });
    expect(kept['b']).not.toHaveProperty('client');
  });

  it('verifies a hop without a Secret by that of another Ingress of the host', () => {
    const unnamed = ingress({ 'backend-protocol': 'HTTPS' }, { name: 'b', path: '/b', service: 'b' });
    const table = read(ingressNginx, reencrypt('a', '/'), unnamed, authority('a'));
    expect(upstreams(table)['b']).toMatchObject({ verification: { name: 'a.svc' } });
  });

  it('denies the location alone whose Secret may not be read', () => {
    const table = read(ingressNginx, reencrypt('a', '/'), reencrypt('b', '/b'), authority('a'));
    expect(upstreams(table)).toMatchObject({ a: { scheme: 'https' }, b: { scheme: 'none' } });
  });
});

it('0.15.0 knows no types, and compares characters', () => {
  const table = read(ingressNginx015, at('/', 'Prefix', 'a'), at('/app', 'Exact', 'b'));
  expect(locations(table)).toEqual(['/app:b', '/:a']);
});

describe('Traefik', () => {
  it('tries the longest rule first', () => {
    const table = read(traefik, at('/', 'Prefix', 'a'), at('/app', 'Prefix', 'b'), at('/app/deep', 'Prefix', 'a'));
    expect(locations(table)).toEqual(['=/app/deep:a', '/app/deep/:a', '=/app:b', '/app/:b', '/:a']);
    expect(complaints(table)).toEqual([]);
  });

  it('so tries a prefix before an exact path below it, and / before a short one', () => {
    expect(locations(read(traefik, at('/app', 'Prefix', 'a'), at('/app/deep', 'Exact', 'b')))).toEqual([
      '=/app:a',
      '/app/:a',
      '=/app/deep:b',
    ]);
    expect(locations(read(traefik, at('/', 'Prefix', 'a'), at('/short', 'Exact', 'b')))).toEqual(['/:a', '=/short:b']);
    expect(locations(read(traefik, at('/', 'Prefix', 'a'), at('/longer.x', 'Exact', 'b')))).toEqual([
      '=/longer.x:b',
      '/:a',
    ]);
  });

  it.each([
    ['one path', at('/app', 'Prefix', 'a'), ingress({}, { path: '/app', service: 'b' })],
    ['paths of one rank', at('/', 'Prefix', 'a'), at('/sevenc', 'Exact', 'b')],
  ])('says that it is not certain who has %s', (_what, one, other) => {
    expect(complaints(read(traefik, one, other)).join()).toContain('not certain');
  });

  it('verifies each router by its own Ingress', () => {
    const annotations = (name: string) => ({
      'backend-protocol': 'HTTPS',
      'proxy-ssl-secret': `default/${name}`,
      'proxy-ssl-verify': 'on',
      'proxy-ssl-name': `${name}.svc`,
    });
    const table = read(
      traefik,
      ingress(annotations('a'), { name: 'a', service: 'a' }),
      ingress(annotations('b'), { name: 'b', path: '/b', service: 'b' }),
      secret('a', { 'ca.crt': 'A', 'tls.crt': 'C', 'tls.key': 'K' }),
      secret('b', { 'ca.crt': 'B' }),
    );
    const [b, , a] = table.hosts[0]!.locations.map(({ upstream }) => upstream);
    expect(a).toMatchObject({ verification: { name: 'a.svc' }, client: { name: 'a' } });
    expect(b).toMatchObject({ verification: { name: 'b.svc' } });
    expect(b).not.toHaveProperty('client');
  });
});
