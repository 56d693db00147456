import { describe, expect, it } from 'vitest';
import type { CertificateFacts } from '../../../src/model/certificate.ts';
import type { Observed, ObservedPair } from '../../../src/model/observed.ts';
import { planCertificates } from '../../../src/project/certificates.ts';
import type { DesiredPair } from '../../../src/project/desired-pairs.ts';

const now = new Date('2026-11-23T12:00:00Z');
const past = new Date('2026-11-23T11:59:59Z');

const authority: DesiredPair = {
  paths: { certificate: 'certs/ca.crt', key: 'certs/ca.key' },
  request: {
    usage: 'authority',
    commonName: 'CA',
    dnsNames: [],
    permittedDnsNames: ['example.test'],
    days: 3650,
    keyType: 'rsa-2048',
  },
  requiredNames: [],
  foreignIssuer: 'warning',
};

const server: DesiredPair = {
  paths: { certificate: 'certs/svc8.crt', key: 'certs/svc8.key' },
  request: { usage: 'server', dnsNames: ['a.example.test'], permittedDnsNames: [], days: 365, keyType: 'rsa-2048' },
  issuer: authority.paths,
  authority: authority.paths.certificate,
  requiredNames: ['a.example.test'],
  foreignIssuer: 'error',
};

function facts(changes: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: '',
    issuer: '',
    dnsNames: ['a.example.test'],
    isAuthority: false,
    serialNumber: '01',
    fingerprint: '',
    notBefore: new Date('2026-11-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    limits: [],
    permittedDnsNames: [],
    ...changes,
  };
}

function observe(pairs: Record<string, ObservedPair>): Observed {
  return {
    digests: new Map(),
    madeDigests: new Map(),
    authorities: new Map(),
    pairs: new Map(Object.entries(pairs)),
    recorded: new Map(),
    gitFiles: new Map(),
  };
}

const goodAuthority: ObservedPair = {
  certificate: facts({ isAuthority: true, permittedDnsNames: ['example.test'] }),
  hasKey: true,
  matches: true,
};
const goodServer: ObservedPair = {
  certificate: facts(),
  hasKey: true,
  matches: true,
  chain: { trustedBy: 'authority', beginsWithLeaf: true },
};

const kinds = (pairs: Record<string, ObservedPair>): readonly string[] =>
  planCertificates([authority, server], observe(pairs), now).steps.map(({ kind, path }) => `${kind} ${path}`);
const codes = (pairs: Record<string, ObservedPair>): readonly string[] =>
  planCertificates([authority, server], observe(pairs), now).notices.map(({ level, code }) => `${level} ${code}`);

describe('planCertificates', () => {
  it('makes keys before certificates and issuers before what they issue', () => {
    expect(kinds({})).toEqual([
      'make-key certs/ca.key',
      'issue-certificate certs/ca.crt',
      'make-key certs/svc8.key',
      'issue-certificate certs/svc8.crt',
    ]);
  });

  it('makes nothing again', () => {
    expect(kinds({ 'certs/ca.crt': goodAuthority, 'certs/svc8.crt': goodServer })).toEqual([]);
    expect(codes({ 'certs/ca.crt': goodAuthority, 'certs/svc8.crt': goodServer })).toEqual([]);
  });

  it('completes what a killed run left: a key gets its certificate, no new key', () => {
    expect(kinds({ 'certs/ca.crt': goodAuthority, 'certs/svc8.crt': { hasKey: true } })).toEqual([
      'issue-certificate certs/svc8.crt',
    ]);
  });

  it.each([
    [
      'a key of another certificate',
      { 'certs/ca.crt': goodAuthority, 'certs/svc8.crt': { ...goodServer, matches: false } },
      'error key-mismatch',
    ],
    [
      'a name that is not covered',
      {
        'certs/ca.crt': goodAuthority,
        'certs/svc8.crt': { ...goodServer, certificate: facts({ dnsNames: ['b.example.test'] }) },
      },
      'error certificate-name',
    ],
    [
      'a foreign issuer',
      {
        'certs/ca.crt': goodAuthority,
        'certs/svc8.crt': {
          ...goodServer,
          chain: { lacks: { certificate: 'CN=a', issuer: 'CN=other' }, beginsWithLeaf: true },
        },
      },
      'error certificate-issuer',
    ],
    [
      'expiry',
      { 'certs/ca.crt': goodAuthority, 'certs/svc8.crt': { ...goodServer, certificate: facts({ notAfter: past }) } },
      'warning certificate-expired',
    ],
    [
      'that it expires soon',
      {
        'certs/ca.crt': goodAuthority,
        'certs/svc8.crt': { ...goodServer, certificate: facts({ notAfter: new Date('2026-12-04T18:00:00Z') }) },
      },
      'warning certificate-expiring',
    ],
    [
      'an authority without its key',
      { 'certs/ca.crt': { certificate: facts(), hasKey: false } },
      'error authority-key-missing',
    ],
    [
      'an expired authority',
      { 'certs/ca.crt': { ...goodAuthority, certificate: facts({ notAfter: past }) } },
      'error authority-expired',
    ],
    [
      'an authority that may not issue the name',
      { 'certs/ca.crt': { ...goodAuthority, certificate: facts({ permittedDnsNames: ['other.test'] }) } },
      'error authority-constrained',
    ],
  ] satisfies readonly (readonly [string, Record<string, ObservedPair>, string])[])('says %s', (_, pairs, code) => {
    expect(codes(pairs)).toContain(code);
  });

  it('says when it expires or did, on the day itself with the time', () => {
    const ends = ['2026-11-23T08:30:00Z', '2026-11-22T08:30:00Z', '2026-11-23T12:00:00Z', '2026-11-25T00:00:00Z'];
    const messages = ends.map((end) => {
      const notAfter = new Date(end);
      const pairs = {
        'certs/ca.crt': goodAuthority,
        'certs/svc8.crt': { ...goodServer, certificate: facts({ notAfter }) },
      };
      return planCertificates([authority, server], observe(pairs), now).notices[0]?.message;
    });
    expect(messages).toEqual([
      'certs/svc8.crt expired on 2026-11-23 at 08:30:00 UTC',
      'certs/svc8.crt expired on 2026-11-22',
      'certs/svc8.crt expires on 2026-11-23 at 12:00:00 UTC',
      'certs/svc8.crt expires in 1 day, on 2026-11-25',
    ]);
  });

  it.each([
    ['some', 'certs/svc8', 'warning'],
    ['go', 'certs/svc8', 'warning'],
    ['every', 'certs/svc8', 'error'],
    ['some', 'certs/wildcard', 'warning'],
    ['go', 'certs/wildcard', 'error'],
    ['go', 'certs/shop', 'error'],
  ] as const)('of what clients refuse: %s, %s: %s', (reach, path, level) => {
    const paths = { certificate: `${path}.crt`, key: `${path}.key` };
    const limits = [{ fact: 'its key is odd', refusedBy: 'they', reach }];
    const found = {
      'certs/ca.crt': goodAuthority,
      [paths.certificate]: { ...goodServer, certificate: facts({ limits }) },
    };
    const { steps, notices } = planCertificates(
      [authority, { ...server, paths, ...(path !== 'certs/svc8' && { isShownByController: true }) }],
      observe(found),
      now,
    );
    expect(steps).toEqual([]);
    expect(notices).toEqual([
      {
        level,
        code: 'certificate-refused',
        message: `${path}.crt is refused by they: its key is odd`,
        remedy: expect.stringContaining('have new ones made') as unknown,
      },
    ]);
  });

  it('does not need the key of an authority that has nothing to issue', () => {
    const withoutKey: ObservedPair = { certificate: facts({ isAuthority: true }), hasKey: false };
    expect(codes({ 'certs/ca.crt': withoutKey, 'certs/svc8.crt': goodServer })).toEqual([]);
  });
});
