import { readFileSync } from 'node:fs';
import { parseConfig } from '../../../src/config/load.ts';
import { profileNames } from '../../../src/controllers/index.ts';
import type { FoundPair, FoundPairs } from '../../../src/graph/certificate-state.ts';
import { buildGraph } from '../../../src/graph/project-graph.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { CertificateFacts } from '../../../src/model/certificate.ts';
import type { Config } from '../../../src/model/config.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { profiles } from '../profiles.ts';

export const now = new Date('2026-01-01T00:00:00Z');

export const threeModes = readConfig(
  readFileSync(new URL('../../../examples/three-modes/ingress-tls.yaml', import.meta.url), 'utf8'),
);

/** A configuration with these services; what is hostile goes in by `{ ...config }`, for the schema would refuse it. */
export function readConfig(text: string): Config {
  return parseConfig(text, 'ingress-tls.yaml', profileNames);
}

export function facts(subject: string, issuer: string, options: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject,
    issuer,
    dnsNames: [],
    isAuthority: false,
    serialNumber: '01',
    fingerprint: '00',
    notBefore: new Date('2025-12-31T23:55:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    limits: [],
    permittedDnsNames: [],
    ...options,
  };
}

/** A pair that is as it should be. */
export function good(certificate: CertificateFacts): FoundPair {
  return {
    hasKey: true,
    matches: true,
    chain: { trustedBy: 'authority', beginsWithLeaf: true },
    uncovered: [],
    certificate,
  };
}

const authority = { isAuthority: true, notAfter: new Date('2035-12-30T00:00:00Z') };

/** What render makes of examples/three-modes on 2026-01-01, typed from examples/three-modes/expected/certs.txt. */
export const threeModesFound: FoundPairs = new Map(
  Object.entries({
    'certs/wildcard.crt': facts('CN=*.example.test, O=example.test', 'CN=*.example.test, O=example.test', {
      dnsNames: ['*.example.test', 'example.test'],
    }),
    'certs/ca.crt': facts('CN=example.test ingress-tls CA', 'CN=example.test ingress-tls CA', authority),
    'certs/svc8.crt': facts('CN=ic3-svc8.default.svc', 'CN=example.test ingress-tls CA', {
      dnsNames: ['ic3-svc8.default.svc', 'ic3-svc8.default.svc.cluster.local'],
    }),
    'certs/svc9.crt': facts('CN=svc9.example.test', 'CN=example.test ingress-tls CA', {
      dnsNames: ['svc9.example.test'],
    }),
    'certs/svc9-client-ca.crt': facts('CN=svc9 client CA', 'CN=svc9 client CA', authority),
    'certs/svc9-client.crt': facts('CN=svc9-client', 'CN=svc9 client CA'),
  }).map(([path, certificate]) => [path, good(certificate)]),
);

/** The same, with some pairs replaced or, by undefined, taken away. */
export function foundWith(changes: Readonly<Record<string, FoundPair | undefined>>): FoundPairs {
  const found = new Map(threeModesFound);
  for (const [path, pair] of Object.entries(changes)) {
    if (pair === undefined) found.delete(path);
    else found.set(path, pair);
  }
  return found;
}

export function graphOf(config: Config, found: FoundPairs, at: Date = now): Graph {
  const profile = profiles[config.controller.profile]!;
  return buildGraph({ desired: buildDesiredProject(config, profile), found, now: at });
}

/** Any number of services, the modes in turn. */
export function manyServices(count: number): Config {
  const modes = ['terminate', 'reencrypt', 'passthrough'];
  const services = Array.from(
    { length: count },
    (_, index) => `  - { name: shop${index}, mode: ${modes[index % 3]!} }\n`,
  );
  return readConfig(
    `apiVersion: ingress-tls/v1\ndomain: example.test\n${count === 0 ? '' : `services:\n${services.join('')}`}`,
  );
}
