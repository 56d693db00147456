import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/probe.ts';
import { judgeServing, mayBeUnderWay, planServing } from '../../../src/verify/serving.ts';
import type { VerifySubject } from '../../../src/verify/subject.ts';
import {
  answered,
  behaviour,
  contextOf,
  edgeLeaf,
  ended,
  facts,
  fakeLeaf,
  greeting,
  podComplaint,
  podLeaf,
  svc7,
  svc8,
  svc9,
  untrusted,
  withOwnImage,
} from './samples.ts';

const goPage = '404 page not found\n';
const unknownHost = behaviour.unknownHost.body;
const older = facts({ ...podLeaf, fingerprint: '4'.repeat(64), notBefore: new Date('2026-01-01T00:00:00Z') });

/** The same on every connection. */
function judgeAll(subject: VerifySubject, observation: Observation) {
  const situation = { context: contextOf(svc7, svc8, svc9, subject), subject };
  const seen = new Map(planServing(situation).map(({ id }) => [id, observation]));
  return { ...judgeServing(situation, seen), mayBeUnderWay: mayBeUnderWay(situation, seen) };
}

const shop = withOwnImage(svc7, { name: 'shop' });
const broker = withOwnImage(svc9, { name: 'broker' });

describe('judgeServing', () => {
  it.each<readonly [string, VerifySubject, Observation, string]>([
    ['the demo backend', svc7, answered(edgeLeaf, 200, greeting('svc7')), 'ok'],
    ['the fake certificate', svc7, answered(fakeLeaf, 200, greeting('svc7'), untrusted), 'failed'],
    ['the page for unknown hosts', svc7, answered(edgeLeaf, 404, unknownHost), 'failed'],
    ['a pod that is not there', svc7, answered(edgeLeaf, 503, behaviour.upstreamMissing.body), 'failed'],
    ['another service', svc7, answered(edgeLeaf, 200, greeting('svc8')), 'failed'],
    ['no passthrough yet', svc9, answered(fakeLeaf, 400, podComplaint, untrusted), 'failed'],
    ['a pod that was not restarted', svc9, answered(older, 200, greeting('svc9')), 'warning'],
    ["a program's own 404", shop, answered(edgeLeaf, 404, '{"error":"no such thing"}'), 'ok'],
    ["a program's own redirect", shop, answered(edgeLeaf, 302, ''), 'ok'],
    [
      "a 404 in the controller's words, which may be the program's",
      shop,
      answered(edgeLeaf, 404, unknownHost),
      'warning',
    ],
    ['a program that is not there', shop, answered(edgeLeaf, 503, behaviour.upstreamMissing.body), 'failed'],
    ['another in place of a program', shop, answered(edgeLeaf, 200, greeting('svc8')), 'failed'],
    ['plain HTTP to a program that speaks TLS', shop, answered(edgeLeaf, 400, podComplaint), 'failed'],
    ["a program's 404 over the pod's own certificate", broker, answered(podLeaf, 404, goPage), 'ok'],
    [
      "a program that speaks no HTTP, over the pod's own certificate",
      broker,
      ended('response', 'protocol', undefined, { leaf: podLeaf }),
      'ok',
    ],
    ['nobody', svc7, ended('connect', 'ECONNREFUSED'), 'failed'],
  ])('%s', (_title, subject, observation, status) => {
    expect(judgeAll(subject, observation).status).toBe(status);
  });

  it('finds the replica that is behind by the versions of TLS, each of which has a connection', () => {
    const situation = { context: contextOf(svc7), subject: svc7 };
    const right = answered(edgeLeaf, 200, greeting('svc7'));
    const ids = planServing(situation).map(({ id }) => id);
    expect(ids).toHaveLength(3);
    const behind = new Map(
      ids.map((id, index) => [id, index === 2 ? answered(fakeLeaf, 404, unknownHost, untrusted) : right]),
    );
    expect(judgeServing(situation, behind).status).toBe('failed');
  });
});

describe('mayBeUnderWay', () => {
  it('is what was reached and is wrong; not who says nothing, or is not there', () => {
    expect(judgeAll(svc7, answered(fakeLeaf, 404, unknownHost, untrusted)).mayBeUnderWay).toBe(true);
    expect(judgeAll(shop, answered(edgeLeaf, 404, unknownHost)).mayBeUnderWay).toBe(true);
    expect(judgeAll(svc9, ended('handshake', 'closed')).mayBeUnderWay).toBe(true);
    expect(judgeAll(svc7, answered(edgeLeaf, 200, greeting('svc7'))).mayBeUnderWay).toBe(false);
    expect(judgeAll(svc7, ended('connect', 'ECONNREFUSED')).mayBeUnderWay).toBe(false);
    expect(judgeAll(svc7, ended('handshake', 'timeout')).mayBeUnderWay).toBe(false);
  });
});
