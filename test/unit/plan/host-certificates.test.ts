import { describe, expect, it } from 'vitest';
import { findServicesAtRisk } from '../../../src/controllers/ingress/connection-reuse.ts';
import { buildDesiredProject, type DesiredProject } from '../../../src/project/desired-project.ts';
import { load, withLines } from '../config/refusal.ts';
import { profiles } from '../../support/profiles.ts';

function desired(certificates: readonly string[], services: readonly string[]): DesiredProject {
  const text = withLines(
    'hostCertificates:',
    ...certificates.map((each) => `  - ${each}`),
    'services:',
    ...services.map((each) => `  - ${each}`),
  );
  return buildDesiredProject(load(text), profiles['traefik']!);
}

/** `namespace/name`, with the file that holds its certificate. */
function secretsOf({ objects }: DesiredProject): readonly string[] {
  return objects.flatMap(({ content: { object, data } }) =>
    object.kind === 'Secret' && object.metadata.name.endsWith('-tls')
      ? [`${object.metadata.namespace ?? ''}/${object.metadata.name}: ${data['tls.crt'] ?? ''}`]
      : [],
  );
}

const shop = '{name: web, mode: terminate, hosts: [www.shop.test, shop.test], hostCertificate: shop}';

describe('a certificate of hosts beside the wildcard', () => {
  it('is made for the hosts of the services that show it, or for the names that it is given', () => {
    const { pairs } = desired(
      ['{name: shop}', '{name: intra, names: ["*.intra.test"], source: project}'],
      [shop, '{name: wiki, mode: reencrypt, host: wiki.intra.test, hostCertificate: intra}'],
    );
    expect(
      pairs.map(({ paths, request, requiredNames, issuer }) => [
        paths.certificate,
        request.dnsNames,
        requiredNames,
        issuer?.certificate,
      ]),
    ).toEqual([
      ['certs/ca.crt', [], [], undefined],
      ['certs/wildcard.crt', ['*.example.test', 'example.test'], ['*.example.test'], undefined],
      ['certs/shop.crt', ['shop.test', 'www.shop.test'], ['www.shop.test', 'shop.test'], undefined],
      ['certs/intra.crt', ['*.intra.test'], ['wiki.intra.test'], 'certs/ca.crt'],
      [
        'certs/wiki.crt',
        ['ic3-wiki.default.svc', 'ic3-wiki.default.svc.cluster.local'],
        ['ic3-wiki.default.svc'],
        'certs/ca.crt',
      ],
    ]);
    // What signs itself needs no authority; what is issued has to be among what the authority may sign.
    expect(pairs[0]?.request.permittedDnsNames).toEqual(['example.test', 'intra.test', 'svc', 'svc.cluster.local']);
  });

  it('lies in each namespace with a service that shows it, under its own name, which the routes bear', () => {
    const project = desired(
      ['{name: shop}'],
      [
        shop,
        shop
          .replace('web', 'far')
          .replace('[www.shop.test, shop.test]', '[far.test.test]')
          .replace('}', ', namespace: far}'),
      ],
    );
    expect(secretsOf(project)).toEqual(['default/shop-tls: certs/shop.crt', 'far/shop-tls: certs/shop.crt']);
    expect(JSON.stringify(project.services.map(({ routes }) => routes))).toMatch(/"value":"shop-tls"/);
  });

  it('is not made as long as no service shows it', () => {
    const project = desired(['{name: shop}'], ['{name: app, mode: terminate}']);
    expect(project.pairs.map(({ paths }) => paths.certificate)).toEqual(['certs/wildcard.crt']);
    expect(secretsOf(project)).toEqual([]);
    const [note] = project.notices.filter(({ code }) => code === 'certificate-unshown');
    expect(note).toMatchObject({ level: 'info', path: ['hostCertificates', 0] });
    expect(note?.message).toContain('shop');
  });

  it('is asked of cert-manager for its hosts, from the issuer that is named', () => {
    const { issued, pairs, kept } = desired(
      ['{name: shop, source: cert-manager, issuerRef: {name: corp, kind: ClusterIssuer}}'],
      [shop],
    );
    expect(issued.objects).toMatchObject([
      {
        kind: 'Certificate',
        metadata: { name: 'shop-tls', namespace: 'default' },
        spec: { secretName: 'shop-tls', dnsNames: ['shop.test', 'www.shop.test'], issuerRef: { name: 'corp' } },
      },
    ]);
    expect(pairs.map(({ paths }) => paths.certificate)).toEqual(['certs/wildcard.crt']);
    expect(kept).toMatchObject([{ name: 'shop-tls', holds: 'the certificate shop of hosts', isIssued: true }]);
  });

  it('of the Secret of somebody else is expected under its name', () => {
    const { kept, services, notices } = desired(['{name: shop, source: existing, secretName: theirs}'], [shop]);
    expect(kept).toMatchObject([{ namespace: 'default', name: 'theirs', path: ['hostCertificates', 0, 'secretName'] }]);
    expect(services[0]).toMatchObject({ keptSecret: 'theirs', hostSecret: 'theirs' });
    expect(notices.map(({ code }) => code)).toContain('secret-expected');
  });
});

// RFC 9113, 9.1.1: a connection is reused for the names of the certificate that was shown, and for no other.
it.each([
  ['HTTP/2 stays on where what is terminated shows names of its own', ['{name: shop}'], [shop], []],
  ['goes off for one on the wildcard', ['{name: shop}'], [shop, '{name: app, mode: terminate}'], ['svc9']],
  [
    'goes off for names that cover the host',
    ['{name: shop, names: ["*.shop.test", shop.test, "*.example.test"]}'],
    [shop],
    ['svc9'],
  ],
  ['goes off where nobody knows the names', ['{name: shop, source: files}'], [shop], ['svc9']],
])('%s', (_, certificates, services, expected) => {
  const { config } = desired(certificates, [...services, '{name: svc9, mode: passthrough}']);
  expect(findServicesAtRisk(config).map(({ name }) => name)).toEqual(expected);
});
