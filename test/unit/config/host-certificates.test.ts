import { describe, expect, it } from 'vitest';
import { load, problemsOf, withLines } from './refusal.ts';

/** A file with certificates for hosts, and services, each a flow mapping. */
function file(certificates: readonly string[], services: readonly string[], ...more: readonly string[]): string {
  return withLines(
    ...more,
    'hostCertificates:',
    ...certificates.map((each) => `  - ${each}`),
    `services:${services.length === 0 ? ' []' : ''}`,
    ...services.map((each) => `  - ${each}`),
  );
}

describe('hostCertificates', () => {
  it('have what the wildcard has where they say nothing else', () => {
    const { hostCertificates } = load(
      file(
        ['{name: shop}', '{name: intra, names: ["*.Intra.test"], secretName: x, source: project}'],
        [],
        'certificate: {days: 30, keyType: ecdsa-p256, source: cert-manager, issuerRef: {name: corp}}',
      ),
    );
    const common = { days: 30, keyType: 'ecdsa-p256' };
    expect(hostCertificates).toEqual([
      { ...common, name: 'shop', secretName: 'shop-tls' },
      { ...common, name: 'intra', secretName: 'x', names: ['*.intra.test'], source: 'project' },
    ]);
  });

  it("take the wildcard's issuer where cert-manager issues them, and their own where they name one", () => {
    const { hostCertificates } = load(
      file(
        ['{name: a, source: cert-manager}', '{name: b, source: cert-manager, issuerRef: {name: other}}'],
        [],
        'certificate: {source: cert-manager, issuerRef: {name: corp}}',
      ),
    );
    expect(hostCertificates?.map(({ issuerRef }) => issuerRef?.name)).toEqual(['corp', 'other']);
  });

  it('are files where an authority is named', () => {
    expect(load(file(['{name: a, authority: certs/root.crt}'], [])).hostCertificates).toMatchObject([
      { source: 'files', authority: 'certs/root.crt' },
    ]);
  });

  it('let a service have hosts outside of the domain', () => {
    const services = [
      '{name: web, mode: terminate, hosts: [www.shop.test, shop.test], hostCertificate: shop}',
      '{name: wiki, mode: reencrypt, host: a.b.example.test, hostCertificate: shop}',
    ];
    expect(load(file(['{name: shop}'], services)).services.map(({ hostCertificate }) => hostCertificate)).toEqual([
      'shop',
      'shop',
    ]);
    for (const source of ['files', 'existing'])
      expect(load(file([`{name: shop, source: ${source}}`], services)).services).toHaveLength(2);
  });

  const web = '{name: web, mode: terminate, host: www.shop.test, hostCertificate: shop}';

  it.each<readonly [string, readonly string[], readonly string[], string]>([
    [
      'of two of one name',
      ['{name: a}', '{name: a, secretName: b}'],
      [],
      'hostCertificates[1].name: "a" is named twice',
    ],
    [
      'called as the wildcard',
      ['{name: wildcard}'],
      [],
      'certs/wildcard.crt is the certificate of services that name none',
    ],
    ['called as the authority', ['{name: ca}'], [], "certs/ca.crt is the project's authority"],
    [
      'called as a service',
      ['{name: web}'],
      ['{name: web, mode: terminate}'],
      'the place of a certificate of the service web',
    ],
    [
      "called as a service's client",
      ['{name: web-client}'],
      ['{name: web, mode: terminate}'],
      'certs/web-client.crt is the place of a certificate of the service web',
    ],
    [
      'of two in one Secret',
      ['{name: a}', '{name: b, secretName: a-tls}'],
      [],
      'hostCertificates[1].secretName: the Secret "a-tls"',
    ],
    [
      "in the wildcard's Secret",
      ['{name: a, secretName: ingress-controller-demo-tls-secret}'],
      [],
      'hostCertificates[0].secretName: the Secret "ingress-controller-demo-tls-secret" is that of another certificate',
    ],
    [
      "in a service's Secret",
      ['{name: a, secretName: ic3-web-tls}'],
      ['{name: web, mode: terminate}'],
      'hostCertificates[0].secretName: "ic3-web-tls" is kept for a Secret of the service "web"',
    ],
    ['names beside files', ['{name: a, source: files, names: [a.test.test]}'], [], 'does nothing beside source: files'],
    ['an empty list of names', ['{name: a, names: []}'], [], 'is empty; expected at least one host name'],
    [
      'a name that is none',
      ['{name: a, names: ["a.*.test"]}'],
      [],
      'hostCertificates[0].names[0]: "a.*.test" holds a wildcard',
    ],
    ['a wildcard of one label', ['{name: a, names: ["*.test"]}'], [], 'hostCertificates[0].names[0]'],
    [
      'an authority beside project',
      ['{name: a, source: project, authority: certs/x.crt}'],
      [],
      'does nothing beside source: project',
    ],
    [
      'its own file as authority',
      ['{name: a, authority: certs/a.crt}'],
      [],
      'certs/a.crt is the certificate of hostCertificates, and no authority',
    ],
    [
      'an issuer without cert-manager',
      ['{name: a, issuerRef: {name: x}}'],
      [],
      'does nothing without source: cert-manager',
    ],
    [
      'one that is not there',
      ['{name: shop}'],
      [web.replace('te: shop}', 'te: shpo}')],
      'hostCertificates has no "shpo"; did you mean shop?',
    ],
    [
      'in passthrough',
      ['{name: shop}'],
      ['{name: web, mode: passthrough, hostCertificate: shop}'],
      'services[0].hostCertificate: does nothing in passthrough',
    ],
    [
      'a host that its names leave out',
      ['{name: shop, names: [shop.test]}'],
      [web],
      '"www.shop.test" is none of the names of the certificate "shop" (shop.test); add it to its names',
    ],
    [
      'a host with two certificates',
      ['{name: shop}', '{name: other}'],
      [
        '{name: a, mode: terminate, host: x.test.test, hostCertificate: shop, paths: [{path: /a}]}',
        '{name: b, mode: terminate, host: x.test.test, hostCertificate: other, paths: [{path: /b}]}',
      ],
      'the host "x.test.test" is that of services[0] already, which shows another certificate',
    ],
    [
      'a host outside of the domain without one',
      ['{name: shop}'],
      ['{name: web, mode: terminate, host: www.shop.test}'],
      'name another one for it (hostCertificate)',
    ],
    ['a misspelt field', ['{name: shop, secretname: x}'], [], 'did you mean secretName?'],
  ])('refuses %s', (_, certificates, services, expected) => {
    expect(problemsOf(file(certificates, services))).toEqual([expect.stringContaining(expected)]);
  });
});
