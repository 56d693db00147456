import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CertificateFacts } from '../../../src/model/certificate.ts';
import type { Observation } from '../../../src/model/probe.ts';
import { checkIds, type CheckId, type CheckResult } from '../../../src/model/verification.ts';
import { judgeController, planControllerProbes } from '../../../src/verify/controller-checks.ts';
import { judgeDeep } from '../../../src/verify/deep-check.ts';
import { judgeLogs } from '../../../src/verify/log-check.ts';
import { judgeService, planServiceProbes } from '../../../src/verify/service-checks.ts';
import type { VerifySubject } from '../../../src/verify/subject.ts';
import { holds, isReachable } from '../../../src/verify/verification.ts';
import {
  behaviour,
  contextOf,
  edgeLeaf,
  ended,
  fakeLeaf,
  greeting,
  podComplaint,
  podLeaf,
  reencryptPodLeaf,
  svc7,
  svc8,
  svc9,
  threeServices,
  withOwnImage,
} from './samples.ts';

const text = fc.oneof(
  fc.constantFrom(
    '',
    '\u001b]0;owned\u0007',
    '\u202egnp.exe',
    'a\r\nb',
    '\u2028',
    '\ud800',
    '</title><title>\u0000',
    'x'.repeat(9000),
    'CN=a, O=b',
    '*.example.test',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const when = fc.oneof(fc.date({ noInvalidDate: false }), fc.constant(new Date('2026-12-01')));

const leaf: fc.Arbitrary<CertificateFacts> = fc.oneof(
  fc.constantFrom(edgeLeaf, podLeaf, fakeLeaf, reencryptPodLeaf),
  fc.record({
    subject: text,
    issuer: text,
    dnsNames: fc.array(text, { maxLength: 5 }),
    isAuthority: fc.boolean(),
    serialNumber: text,
    fingerprint: text,
    notBefore: when,
    notAfter: when,
    limits: fc.constantFrom(
      [],
      [{ fact: 'its key is on the curve x', refusedBy: 'all clients of today', reach: 'every' as const }],
    ),
    permittedDnsNames: fc.array(text, { maxLength: 2 }),
  }),
);

const body = fc.oneof(
  text,
  fc.constantFrom(
    greeting('svc7'),
    greeting('svc8'),
    greeting('svc9'),
    podComplaint,
    behaviour.plainHttp.body,
    behaviour.unknownHost.body,
  ),
);

const observation: fc.Arbitrary<Observation> = fc.record(
  {
    leaf,
    chainLength: fc.nat(5),
    isTrusted: fc.boolean(),
    trustProblem: fc.oneof(text, fc.constantFrom('CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID')),
    version: fc.constantFrom('TLSv1.1', 'TLSv1.2', 'TLSv1.3'),
    protocol: fc.oneof(text, fc.constant('h2')),
    answer: fc.record(
      {
        status: fc.oneof(fc.constantFrom(200, 301, 400, 404, 421, 502, 503), fc.integer({ min: 0, max: 999 })),
        headers: fc.dictionary(fc.oneof(fc.constant('location'), text), text, { maxKeys: 3 }),
        body,
        httpVersion: fc.constantFrom('1.0', '1.1', '2'),
        grpcStatus: fc.nat(),
      },
      { requiredKeys: ['status', 'headers', 'body', 'httpVersion'] },
    ),
    isKept: fc.constant(true as const),
    failure: fc.record(
      {
        stage: fc.constantFrom('connect', 'handshake', 'response'),
        code: fc.oneof(fc.constantFrom('timeout', 'closed', 'alert', 'protocol', 'ECONNREFUSED', 'ECONNRESET'), text),
        alert: fc.integer({ min: 0, max: 255 }),
        message: text,
      },
      { requiredKeys: ['stage', 'code', 'message'] },
    ),
    durationMs: fc.nat(),
  },
  { requiredKeys: ['durationMs'] },
);

const subject = fc.constantFrom<VerifySubject>(
  svc7,
  svc8,
  svc9,
  withOwnImage(svc9),
  withOwnImage(svc7),
  {
    ...svc9,
    service: { ...svc9.service, clientAuth: false },
  },
  speaking('grpc'),
  speaking('tcp'),
);

function speaking(protocol: 'grpc' | 'tcp'): VerifySubject {
  const own = withOwnImage(svc9);
  return { ...own, service: { ...own.service, protocol } };
}

const everywhere: readonly CheckId[] = ['certificate', 'trust', 'validity', 'answer', 'tls-versions', 'plain-http'];
const clients: readonly CheckId[] = [
  'client-certificate-none',
  'client-certificate-foreign',
  'client-certificate-right',
];
const passthrough: readonly CheckId[] = ['split-hello', 'large-hello', 'foreign-host', 'coalescing'];
const hop: readonly CheckId[] = ['upstream-verification'];

function expectFitForTerminal(results: readonly CheckResult[]): void {
  for (const { expected, seen, cause = '', remedy = '' } of results) {
    const all = `${expected} ${seen} ${cause} ${remedy}`;
    expect(all).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(all.length).toBeLessThan(2500);
    expect(all).not.toContain(' KEY');
  }
}

describe('whatever a server does', () => {
  it('a service gets every check that applies, once and in order, in words that are fit for a terminal', () => {
    fc.assert(
      fc.property(subject, fc.array(observation, { minLength: 1, maxLength: 14 }), (chosen, observations) => {
        const context = contextOf(
          ...threeServices.subjects.filter(({ service }) => service.name !== chosen.service.name),
          chosen,
        );
        const seen = new Map(
          planServiceProbes(context, chosen).map(({ id }, index) => [id, observations[index % observations.length]!]),
        );
        const results = judgeService(context, chosen, seen);
        const { mode, clientAuth } = chosen.service;
        expect(results.map(({ check }) => check)).toEqual([
          ...everywhere,
          ...(clientAuth ? clients : []),
          ...(mode === 'passthrough' ? passthrough : []),
          ...(mode === 'reencrypt' ? hop : []),
        ]);
        expectFitForTerminal(results);
        // Who follows a remedy to a check must find something to mend there.
        const fine = results.filter(({ status }) => status === 'ok').map(({ check }) => check);
        const named = results.flatMap(({ remedy = '' }) => /mend the check ([a-z-]+)/.exec(remedy)?.[1] ?? []);
        expect(named.filter((check) => fine.some((each) => each === check))).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it('the controller, the hop and the logs are judged', () => {
    fc.assert(
      fc.property(
        observation,
        observation,
        text,
        fc.array(fc.oneof(text, fc.json()), { maxLength: 4 }),
        (first, second, path, lines) => {
          const seen = new Map(
            planControllerProbes(threeServices).map(({ id }, index) => [id, index === 0 ? first : second]),
          );
          const controller = judgeController(threeServices, seen);
          expect(controller.map(({ check }) => check)).toEqual(['unknown-name', 'no-name']);
          expectFitForTerminal([
            ...controller,
            judgeDeep(threeServices, svc8, { broken: [second, first, first, first], mended: second }),
          ]);
          const evidence = {
            path: '/x',
            request: first,
            controllerLines: lines,
            isWitnessed: lines.length > 2,
            isCut: lines.length > 3,
            podLines: [...lines, JSON.stringify({ request: { uri: '/x', headers: { 'X-Forwarded-For': [path] } } })],
          };
          expectFitForTerminal([
            ...judgeLogs(threeServices, svc7, evidence),
            ...judgeLogs(threeServices, svc9, evidence),
          ]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the whole', () => {
  const result = (status: CheckResult['status']): CheckResult => ({ check: 'trust', status, expected: '', seen: '' });
  const verdict = (status: CheckResult['status']) => ({
    services: [{ service: 'svc7', mode: 'terminate' as const, host: '', checks: [result('ok'), result(status)] }],
    controller: [result('ok')],
  });

  it('holds unless a check failed, of a service or of the controller', () => {
    expect(
      ['ok', 'warning', 'limit', 'skipped', 'failed'].map((status) => holds(verdict(status as CheckResult['status']))),
    ).toEqual([true, true, true, true, false]);
    expect(holds({ services: [], controller: [result('failed')] })).toBe(false);
  });

  it('was reached when a single connection was opened', () => {
    expect(isReachable(new Map([['a', ended('connect', 'ECONNREFUSED')]]))).toBe(false);
    expect(
      isReachable(
        new Map([
          ['a', ended('connect', 'timeout')],
          ['b', ended('handshake', 'ECONNRESET')],
        ]),
      ),
    ).toBe(true);
    expect(isReachable(new Map())).toBe(false);
  });

  it('is reported in the order of the ids', () => {
    const order = [...everywhere, ...clients, ...passthrough, ...hop];
    expect(checkIds.filter((id) => order.includes(id))).toEqual(order);
  });
});
