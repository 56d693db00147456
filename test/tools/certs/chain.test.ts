import { X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findOwnAnchor, holdsAnchor, judgeChain } from '../../../src/certs/chain.ts';
import { requestClient, requestClientAuthority, requestProjectAuthority } from '../../../src/certs/requests.ts';
import { authorityKey, issue, keys, makeKey, serverRequest } from '../../support/certs/fixtures.ts';
import { OpenSsl } from '../../support/openssl.ts';
import { CertificateMaker, type KeyPair } from '../../support/reference-certificates.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

const leafNames = ['long', 'short', 'outside', 'tooDeep', 'self', 'rolled', 'fake'] as const;
const authorityNames = [
  'root',
  'other',
  'upper',
  'lower',
  'constrained',
  'below',
  'namesake',
  'successor',
  'noRoot',
] as const;
type Name = (typeof leafNames)[number] | (typeof authorityNames)[number];
let pool: Readonly<Record<Name, string>>;

beforeAll(() => {
  const folder = join(openssl.folder, 'maker');
  mkdirSync(folder);
  const maker = new CertificateMaker(folder);
  const wish = (name: string) => ({ subject: `/CN=${name}`, dnsNames: [`${name}.example.test`] });
  const root = maker.makeAuthority('/CN=Root');
  const other = maker.makeAuthority('/CN=Other');
  const upper = maker.makeAuthority('/CN=Upper', root);
  const lower = maker.makeAuthority('/CN=Lower', upper);
  const constrained: KeyPair = {
    certificate: issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey }),
    key: authorityKey.privateKey,
  };
  const below = maker.makeAuthority('/CN=Below', constrained);
  // The same name with another key, signed by the key before.
  const successor = maker.makeAuthority('/CN=example.test ingress-tls CA', constrained);
  const noRoot = maker.makeSelfSigned({ subject: '/CN=No Root', dnsNames: [] });
  const made = {
    ...{ root, other, upper, lower, constrained, below },
    ...{ successor, noRoot },
    rolled: maker.makeIssued(wish('rolled'), successor),
    fake: maker.makeIssued(wish('fake'), noRoot),
    namesake: maker.makeAuthority('/CN=Root'),
    long: maker.makeIssued(wish('long'), lower),
    short: maker.makeIssued(wish('short'), root),
    outside: maker.makeIssued({ subject: '/CN=outside', dnsNames: ['outside.test'] }, constrained),
    tooDeep: maker.makeIssued(wish('deep'), below),
    self: maker.makeSelfSigned(wish('self')),
  };
  pool = Object.fromEntries(Object.entries(made).map(([name, pair]) => [name, pair.certificate])) as typeof pool;
});

const pemOf = (names: readonly Name[]): string => names.map((name) => pool[name]).join('');

const judge = (shown: string, trusted?: string) =>
  judgeChain(shown, trusted === undefined ? { readPublicRoots: () => [] } : { pem: trusted, origin: 'authorities' });

/** Whether OpenSSL, which is shown the first with the others behind it, believes it by these alone. */
function believes([leaf, ...others]: readonly Name[], trusted: readonly Name[]): boolean {
  const shown = others.length === 0 ? [] : ['-untrusted', openssl.file('others.pem', pemOf(others))];
  return (
    openssl.run(
      ...['verify', '-no-CApath', '-no-CAstore', '-CAfile', openssl.file('trusted.pem', pemOf(trusted))],
      ...shown,
      openssl.file('leaf.pem', pemOf([leaf!])),
    ).code === 0
  );
}

describe('judgeChain', () => {
  it('finds what OpenSSL finds, whatever is shown and trusted in whatever order', () => {
    const between = fc.shuffledSubarray([...authorityNames]);
    let believed = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...leafNames),
        between,
        fc.shuffledSubarray([...authorityNames, 'self' as const], { minLength: 1 }),
        (leaf, others, trusted) => {
          const shown = [leaf, ...others];
          const { lacks, breach } = judge(pemOf(shown), pemOf(trusted));
          const expected = believes(shown, trusted);
          believed += Number(expected);
          expect([leaf, others, trusted, lacks === undefined && breach === undefined]).toEqual([
            leaf,
            others,
            trusted,
            expected,
          ]);
        },
      ),
      { numRuns: 300 },
    );
    // Else both would only have said no.
    expect(believed).toBeGreaterThan(20);
  });

  it('says whose certificate is missing, and who it would have vouched for', () => {
    expect(judge(pemOf(['long']), pool.root).lacks).toEqual({ certificate: 'CN=long', issuer: 'CN=Lower' });
    expect(judge(pemOf(['long', 'lower']), pool.root).lacks).toEqual({ certificate: 'CN=Lower', issuer: 'CN=Upper' });
    expect(judge(pemOf(['short']), pool.namesake).lacks).toEqual({ certificate: 'CN=short', issuer: 'CN=Root' });
  });

  it('says what the file itself ends with where nobody is named', () => {
    expect(judge(pemOf(['long', 'lower', 'upper', 'root']))).toMatchObject({ trustedBy: 'file' });
    expect(judge(pemOf(['self']))).toMatchObject({ trustedBy: 'itself' });
    expect(judge(pemOf(['long', 'lower', 'upper']))).toMatchObject({
      lacks: { certificate: 'CN=Upper', issuer: 'CN=Root' },
    });
    expect(findOwnAnchor(pemOf(['long', 'lower', 'upper', 'root']))).toBe(pool.root);
    expect(findOwnAnchor(pemOf(['long', 'lower', 'upper']))).toBeUndefined();
  });

  it.each<readonly [readonly Name[], readonly string[] | undefined, boolean]>([
    [['long', 'lower', 'upper'], undefined, true],
    [['long', 'upper', 'lower'], ['CN=long', 'CN=Lower', 'CN=Upper'], true],
    [['lower', 'long', 'upper'], ['CN=long', 'CN=Lower', 'CN=Upper'], false],
    [['upper', 'lower', 'long'], ['CN=long', 'CN=Lower', 'CN=Upper'], false],
    [['long', 'other', 'lower', 'upper'], ['CN=long', 'CN=Lower', 'CN=Upper', 'CN=Other'], true],
  ])('says in which order %j belong', (names, order, beginsWithLeaf) => {
    const found = judge(pemOf(names), pool.root);
    expect([found.order, found.beginsWithLeaf]).toEqual([order, beginsWithLeaf]);
  });

  it('says why an authority cannot vouch for what stands below it', () => {
    expect(judge(pool.outside, pool.constrained).breach).toBe(
      '"CN=example.test ingress-tls CA" may vouch for example.test, svc, svc.cluster.local only, not for outside.test',
    );
    expect(judge(pemOf(['tooDeep', 'below']), pool.constrained).breach).toBe(
      '"CN=example.test ingress-tls CA" may have no authority below it, and 1 is there',
    );
  });

  it('says of which certificate the purpose is another', () => {
    const client = issue(requestClient('me', 365, 'ecdsa-p256'), {
      signer: { key: authorityKey, certificate: pool.constrained },
    });
    expect(judge(client, pool.constrained).breach).toBe('"CN=me-client" is not for servers (extended key usage)');
    const shown = { pem: pool.constrained, origin: 'authorities' };
    expect(judgeChain(client, shown, 'client').breach).toBeUndefined();
    expect(judgeChain(pool.long, shown, 'client').breach).toBeUndefined();
  });

  it('names the one above that expires first', () => {
    const early = issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey });
    const leaf = pool.outside;
    const { soonest } = judge(leaf, early);
    const dates = openssl.output('x509', '-noout', '-enddate', '-in', openssl.file('early.pem', early));
    expect(soonest?.notAfter).toEqual(new Date(dates.trim().replace('notAfter=', '')));
  });

  it('ends, whatever certificates refer to each other', () => {
    const key = makeKey('ecdsa-p256');
    const many = Array.from({ length: 60 }, () =>
      issue(requestProjectAuthority('example.test', 'ecdsa-p256'), {
        key,
        serialBytes: crypto.getRandomValues(new Uint8Array(16)),
      }),
    );
    expect(judge([pool.long, ...many].join(''), pool.root).lacks).toEqual({
      certificate: 'CN=long',
      issuer: 'CN=Lower',
    });
  });
});

describe('holdsAnchor', () => {
  it('tells a root from what stands below one', () => {
    expect(holdsAnchor(pool.root)).toBe(true);
    expect(holdsAnchor(pool.self)).toBe(true);
    expect(holdsAnchor(pemOf(['upper', 'lower']))).toBe(false);
    expect(holdsAnchor(pemOf(['upper', 'root']))).toBe(true);
  });
});

describe('an issuer', () => {
  const authority = issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey });

  it('is the one that signed, and not one of the same name with another key', () => {
    const leaf = issue(serverRequest, { signer: { key: authorityKey, certificate: authority } });
    const impostor = issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: makeKey('ecdsa-p256') });
    expect(new X509Certificate(impostor).subject).toBe(new X509Certificate(authority).subject);
    expect(judge(leaf, authority).trustedBy).toBe('authority');
    expect(judge(leaf, impostor).trustedBy).toBe(undefined);
    expect(judge(leaf, issue(requestClientAuthority('svc9', 'ecdsa-p256'), { key: authorityKey })).trustedBy).toBe(
      undefined,
    );
    expect(judge(authority, authority).trustedBy).toBe('authority');
  });

  it('without key identifiers is known by its signature', () => {
    const config =
      '[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=example.test ingress-tls CA\n[ext]\nbasicConstraints=CA:TRUE\nsubjectKeyIdentifier=none\n';
    const own = openssl.file('own.key', keys['ecdsa-p256'].privateKey);
    const impostor = openssl.output(
      'req',
      '-x509',
      '-key',
      own,
      '-days',
      '9',
      '-config',
      openssl.file('own.cnf', config),
    );
    const leaf = issue(serverRequest, {
      key: makeKey('ecdsa-p256'),
      signer: { key: authorityKey, certificate: authority },
    });
    expect(judge(leaf, impostor).trustedBy).toBe(undefined);
  });
});
