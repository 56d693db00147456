import { describe, expect, it } from 'vitest';
import { ingressNginx015 } from '../../../src/controllers/ingress-nginx-0.15/index.ts';
import { ingressNginx } from '../../../src/controllers/ingress-nginx/index.ts';
import { config, threeServices } from '../../support/controllers/three-services.ts';

// As the article and live runs showed it.

/** Line ends and the colour apart, which no reader sees. */
const lines = (body: string): readonly string[] =>
  body
    .replaceAll('\r', '')
    .replace(/<body[^>]*>/, '<body>')
    .trim()
    .split('\n');

describe('the 400 for plain HTTP', () => {
  it.each([
    [ingressNginx, 'nginx'],
    [ingressNginx015, 'nginx/1.13.12'],
  ])("of $0.name is the article's", (profile, signature) => {
    const { plainHttp } = profile.behaviour(config());
    expect(plainHttp.status).toBe(400);
    expect(plainHttp.text).toBe('The plain HTTP request was sent to HTTPS port');
    expect(lines(plainHttp.body)).toEqual([
      '<html>',
      '<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>',
      '<body>',
      '<center><h1>400 Bad Request</h1></center>',
      '<center>The plain HTTP request was sent to HTTPS port</center>',
      `<hr><center>${signature}</center>`,
      '</body>',
      '</html>',
    ]);
  });
});

it('other pages have the status that was seen, and each product its own 404', () => {
  for (const profile of [ingressNginx, ingressNginx015]) {
    const { unknownHost, upstreamRefused, upstreamMissing } = profile.behaviour(config());
    expect([unknownHost.status, upstreamRefused.status, upstreamMissing.status]).toEqual([404, 502, 503]);
    for (const { status, body } of [upstreamRefused, upstreamMissing]) expect(body).toContain(`<h1>${status} `);
  }
  expect(ingressNginx.behaviour(config()).unknownHost.body).toContain('<h1>404 Not Found</h1>');
  expect(ingressNginx015.behaviour(config()).unknownHost.body).toBe('default backend - 404');
});

it('HSTS and TLS versions are those of the version with our ConfigMap', () => {
  expect(ingressNginx.behaviour(config())).toMatchObject({
    strictTransportSecurity: 'max-age=31536000',
    tlsVersions: ['TLSv1.2', 'TLSv1.3'],
  });
  expect(ingressNginx015.behaviour(config())).toMatchObject({
    strictTransportSecurity: 'max-age=15724800; includeSubDomains',
    tlsVersions: ['TLSv1.2'],
  });
});

describe('a hello in pieces', () => {
  const known = (image?: string) => {
    const { helloReading, knownLimits, product } = ingressNginx.behaviour(
      config(threeServices, image === undefined ? {} : { image }),
    );
    return [helloReading, knownLimits.map(({ check }) => check), product];
  };

  it.each([
    [undefined, 'v1.15.1'],
    ['registry.example.test/mirror/ingress-nginx/controller:v1.14.5', 'v1.14.5'],
    ['ingress-nginx/controller-chroot:v1.15.1', 'v1.15.1'],
  ])("is a known limit of the project's own image %s", (image, version) => {
    expect(known(image)).toEqual(['first-read', ['split-hello', 'large-hello'], `ingress-nginx ${version}`]);
  });

  it.each([ingressNginx, ingressNginx015])('is mended by Traefik too: $name', (profile) => {
    const { knownLimits } = profile.behaviour(config());
    const notice = profile.notices(config()).find(({ code }) => code === 'passthrough-split-hello');
    const ofHellos = knownLimits.filter(({ check }) => check !== 'foreign-host');
    for (const said of [...ofHellos, notice]) expect(said?.remedy).toContain('Choose profile traefik');
  });

  it.each([['ghcr.io/forkline/ingress-nginx/controller:2026.7.20'], ['example.test/other:v1.15.1']])(
    'is held against a fork: %s',
    (image) => {
      expect(known(image)).toEqual(['whole', [], `ingress-nginx (${image})`]);
    },
  );
});
