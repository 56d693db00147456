import { describe, expect, it } from 'vitest';
import { isDecided, judgeDeep, readHop } from '../../../src/verify/deep-check.ts';
import type { Observation } from '../../../src/model/probe.ts';
import { probeHop } from '../../../src/verify/probe-plan.ts';
import {
  answered,
  behaviour,
  edgeLeaf,
  ended,
  greeting,
  podComplaint,
  svc8,
  threeServices,
  withOwnImage,
} from './samples.ts';

const refused = answered(edgeLeaf, 502, behaviour.upstreamRefused.body);
const missing = answered(edgeLeaf, 503, behaviour.upstreamMissing.body);
const right = answered(edgeLeaf, 200, greeting('svc8'));
const ownError = answered(edgeLeaf, 500, 'out of memory');
const silent = ended('response', 'timeout');
const three = (look: Observation): readonly Observation[] => [look, look, look];

describe('readHop', () => {
  // ingress-nginx.md, section 5: 502 for a certificate that does not pass, 503 for an authority that cannot be read.
  it.each([
    ['the error by which the controller refuses', refused, 'refused'],
    ['the error where it has no authority', missing, 'refused'],
    ['an error page of a person', answered(edgeLeaf, 502, 'We are sorry'), 'refused'],
    ["the application's answer", right, 'answered'],
    ["the pod's words with a 5xx", answered(edgeLeaf, 502, greeting('svc8')), 'answered'],
    ["the application's own error", ownError, 'other'],
    ['plain HTTP to the pod', answered(edgeLeaf, 400, podComplaint), 'other'],
    ["another pod's words", answered(edgeLeaf, 502, greeting('svc7')), 'other'],
    ['no answer', silent, 'silent'],
  ] as const)('%s', (_, observation, state) => {
    expect(readHop(threeServices, svc8, observation)).toBe(state);
  });

  it('takes the right status of a program of its own for its answer, unless the controller has the same', () => {
    expect(readHop(threeServices, withOwnImage(svc8), answered(edgeLeaf, 200, 'shop'))).toBe('answered');
    const failing = { ...withOwnImage(svc8), answer: { path: '/', status: 503 } };
    expect(readHop(threeServices, failing, answered(edgeLeaf, 503, 'shop'))).toBe('refused');
  });
});

describe('judgeDeep', () => {
  it.each([
    ['steadily refused, and right again', three(refused), right, 'ok'],
    ['at last steadily refused', [right, silent, ...three(refused)], right, 'ok'],
    ['refused, and not there since', three(refused), missing, 'failed'],
    ['refused, and silent since', three(refused), silent, 'failed'],
    ['refused once, as a pod that restarts', [right, refused, right], right, 'failed'],
    ['refused by one of two controllers', [refused, right, refused, refused], right, 'failed'],
    ['refused, but too late to be sure', [refused, refused], right, 'skipped'],
    ['never refused', three(right), right, 'failed'],
    ["the application's own errors", three(ownError), right, 'skipped'],
    ['plain HTTP to the pod', three(answered(edgeLeaf, 400, podComplaint)), right, 'failed'],
    ['no answer', three(silent), right, 'failed'],
    ['never looked at', [], right, 'skipped'],
  ] as const)('%s', (_, broken, mended, status) => {
    expect(judgeDeep(threeServices, svc8, { broken, mended })).toMatchObject({
      check: 'upstream-verification',
      status,
    });
  });

  it.each([
    ['refusals', refused],
    ["errors that are nobody's", ownError],
  ])('is asked again until three %s in a row', (_, error) => {
    const looks = [error, error, right, error, error, error];
    expect(looks.map((__, index) => isDecided(threeServices, svc8, looks.slice(0, index + 1)))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(isDecided(threeServices, svc8, three(right)) || isDecided(threeServices, svc8, three(silent))).toBe(false);
  });

  it('says who may read along', () => {
    const result = judgeDeep(threeServices, svc8, { broken: three(right), mended: right });
    expect(result.cause).toMatch(/does not verify the pod.*Secret default\/ic3-svc8-upstream-ca/);
  });

  it('asks by a connection of its own', () => {
    expect(probeHop(svc8)).toMatchObject({
      id: 'svc8/hop',
      probe: { kind: 'https', serverName: 'svc8.example.test', host: 'svc8.example.test' },
    });
  });
});
