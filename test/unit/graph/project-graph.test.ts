import { describe, expect, it } from 'vitest';
import type { LanePath } from '../../../src/graph/graph.ts';
import {
  facts,
  foundWith,
  good,
  graphOf,
  manyServices,
  now,
  readConfig,
  threeModes,
  threeModesFound,
} from '../../support/graph/sample.ts';

function pathsOf(lane: LanePath): unknown {
  switch (lane.mode) {
    case 'terminate':
      return { outer: lane.outer.server.path };
    case 'reencrypt':
      return { outer: lane.outer.server.path, inner: lane.inner.server.path, isVerified: lane.inner.isVerified };
    case 'passthrough':
      return { whole: lane.whole.server.path, client: lane.whole.client?.path };
  }
}

/** Problems of the certificates, without those that have none. */
function problemsOf(found: Parameters<typeof graphOf>[1], at = now): unknown {
  return Object.fromEntries(
    graphOf(threeModes, found, at)
      .certificates.filter(({ problems }) => problems.length > 0)
      .map(({ path, problems }) => [path, problems]),
  );
}

const astray = { lacks: { certificate: 'CN=a', issuer: 'O=Example Trust' }, beginsWithLeaf: true };

describe('where TLS begins and ends', () => {
  it('is told for each mode', () => {
    const { lanes, controller } = graphOf(threeModes, threeModesFound);
    expect(controller).toEqual({
      name: 'ic3',
      profile: 'ingress-nginx',
      namespace: 'ingress-nginx-demo',
      port: 'node port 30092',
    });
    expect(lanes.map(({ url, path }) => [url, pathsOf(path)])).toEqual([
      ['https://svc7.example.test:30092/', { outer: 'certs/wildcard.crt' }],
      ['https://svc8.example.test:30092/', { outer: 'certs/wildcard.crt', inner: 'certs/svc8.crt', isVerified: true }],
      ['https://svc9.example.test:30092/', { whole: 'certs/svc9.crt', client: 'certs/svc9-client.crt' }],
    ]);
  });

  it('says so where the controller cannot verify the pod', () => {
    const config = { ...threeModes, controller: { ...threeModes.controller, profile: 'ingress-nginx-0.15' } };
    expect(pathsOf(graphOf(config, threeModesFound).lanes[1]!.path)).toMatchObject({ isVerified: false });
  });

  it('has no client certificate where the pod asks for none', () => {
    const config = readConfig(
      'apiVersion: ingress-tls/v1\ndomain: example.test\nservices:\n  - { name: svc9, mode: passthrough, clientAuth: false }\n',
    );
    const graph = graphOf(config, threeModesFound);
    expect(pathsOf(graph.lanes[0]!.path)).toEqual({ whole: 'certs/svc9.crt', client: undefined });
    expect(graph.certificates.map(({ path }) => path)).not.toContain('certs/svc9-client.crt');
  });

  it('keeps the order of ingress-tls.yaml', () => {
    expect(graphOf(manyServices(12), new Map()).lanes.map(({ service }) => service)).toEqual(
      Array.from({ length: 12 }, (_, index) => `shop${index}`),
    );
  });
});

describe('the certificates', () => {
  it('are told with dates, days and who vouches for them', () => {
    expect(
      graphOf(threeModes, threeModesFound).certificates.map(({ path, expires, daysLeft, issuer, problems }) => [
        path,
        expires?.toISOString().slice(0, 10),
        daysLeft,
        issuer,
        problems,
      ]),
    ).toEqual([
      ['certs/wildcard.crt', '2027-01-01', 365, 'itself', []],
      ['certs/ca.crt', '2035-12-30', 3650, 'itself', []],
      ['certs/svc8.crt', '2027-01-01', 365, 'certs/ca.crt', []],
      ['certs/svc9.crt', '2027-01-01', 365, 'certs/ca.crt', []],
      ['certs/svc9-client-ca.crt', '2035-12-30', 3650, 'itself', []],
      ['certs/svc9-client.crt', '2027-01-01', 365, 'certs/svc9-client-ca.crt', []],
    ]);
  });

  it('that somebody else signed are told with the name of that authority', () => {
    const found = foundWith({
      'certs/wildcard.crt': good(facts('CN=*.example.test', 'O=Example Trust', { dnsNames: ['*.example.test'] })),
    });
    expect(graphOf(threeModes, found).certificates[0]).toMatchObject({ issuer: 'O=Example Trust', problems: [] });
    const stranger = { ...good(facts('CN=svc9.example.test', 'O=Example Trust')), chain: astray };
    expect(graphOf(threeModes, foundWith({ 'certs/svc9.crt': stranger })).certificates[3]).toMatchObject({
      issuer: 'O=Example Trust',
      problems: ['does not lead to certs/ca.crt'],
    });
  });

  it('are missing, all of them, before the first render', () => {
    expect(problemsOf(new Map())).toEqual(
      Object.fromEntries([...threeModesFound.keys()].map((path) => [path, ['missing']])),
    );
  });

  it('are missing where only their key is there', () => {
    expect(problemsOf(foundWith({ 'certs/svc9-client.crt': { hasKey: true, uncovered: [] } }))).toEqual({
      'certs/svc9-client.crt': ['missing'],
    });
  });

  it.each([
    ['2027-01-01T00:00:00Z', [], 0, 'expiring'],
    ['2027-01-01T00:00:01Z', ['expired on 2027-01-01 at 00:00:00 UTC'], -1, 'expired'],
    ['2027-01-02T00:00:00Z', ['expired on 2027-01-01'], -1, 'expired'],
    ['2026-12-31T23:59:59Z', [], 0, 'expiring'],
    ['2026-09-01T07:58:20Z', [], 121, 'expiring'],
    ['2026-09-01T07:58:19Z', [], 121, 'valid'],
    ['2025-06-01T00:00:00Z', ['not valid before 2025-12-31'], 579, 'not-yet-valid'],
  ])('are judged against the clock: %s', (at, problems, daysLeft, validity) => {
    const [wildcard] = graphOf(threeModes, threeModesFound, new Date(at)).certificates;
    expect([wildcard?.problems, wildcard?.daysLeft, wildcard?.validity]).toEqual([problems, daysLeft, validity]);
  });

  it('suffer from the authority above them', () => {
    expect(problemsOf(foundWith({ 'certs/ca.crt': undefined }))).toEqual({
      'certs/ca.crt': ['missing'],
      'certs/svc8.crt': ['certs/ca.crt is missing'],
      'certs/svc9.crt': ['certs/ca.crt is missing'],
    });
    const expired = good(facts('CN=x', 'CN=x', { isAuthority: true, notAfter: new Date('2025-12-31T23:59:59Z') }));
    expect(problemsOf(foundWith({ 'certs/svc9-client-ca.crt': expired }))).toEqual({
      'certs/svc9-client-ca.crt': ['expired on 2025-12-31'],
      'certs/svc9-client.crt': ['certs/svc9-client-ca.crt expired on 2025-12-31'],
    });
  });

  it('name every flaw, and an authority may do without its key', () => {
    const pair = threeModesFound.get('certs/svc8.crt')!;
    const flawed = { ...pair, hasKey: false, chain: astray, uncovered: ['ic3-svc8.default.svc'] };
    expect(
      problemsOf(
        foundWith({
          'certs/svc8.crt': flawed,
          'certs/ca.crt': { ...threeModesFound.get('certs/ca.crt')!, hasKey: false },
        }),
      ),
    ).toEqual({
      'certs/svc8.crt': [
        'key certs/svc8.key is missing',
        'does not lead to certs/ca.crt',
        'does not cover ic3-svc8.default.svc',
      ],
    });
    expect(problemsOf(foundWith({ 'certs/svc8.crt': { ...pair, matches: false } }))).toEqual({
      'certs/svc8.crt': ['key certs/svc8.key does not fit'],
    });
  });

  it('that cover one host and not the other are bad in the lane of the other', () => {
    const found = foundWith({
      'certs/wildcard.crt': { ...threeModesFound.get('certs/wildcard.crt')!, uncovered: ['svc8.example.test'] },
    });
    const { lanes } = graphOf(threeModes, found);
    expect(lanes[0]!.path).toMatchObject({ outer: { server: { problems: [] } } });
    expect(lanes[1]!.path).toMatchObject({ outer: { server: { problems: ['does not cover svc8.example.test'] } } });
    expect(problemsOf(found)).toEqual({ 'certs/wildcard.crt': ['does not cover svc8.example.test'] });
  });
});
