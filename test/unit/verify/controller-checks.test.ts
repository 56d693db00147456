import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/probe.ts';
import { judgeController, planControllerProbes } from '../../../src/verify/controller-checks.ts';
import {
  answered,
  behaviour,
  contextOf,
  edgeLeaf,
  ended,
  fakeLeaf,
  greeting,
  podLeaf,
  svc7,
  svc9,
  threeServices,
  untrusted,
  withOwnImage,
} from './samples.ts';

const missing = answered(fakeLeaf, 404, behaviour.unknownHost.body, untrusted);

function judge(context: typeof threeServices, unknownName: Observation, noName = missing) {
  return judgeController(
    context,
    new Map([
      ['unknown-name', unknownName],
      ['no-name', noName],
    ]),
  );
}

describe('planControllerProbes', () => {
  it('asks for a host under the domain that nobody has, with and without its name in the hello', () => {
    expect(
      planControllerProbes(threeServices).map(({ id, probe }) => [
        id,
        probe.kind === 'https' ? [probe.serverName, probe.host] : [],
      ]),
    ).toEqual([
      ['unknown-name', ['no-such-service.example.test', 'no-such-service.example.test']],
      ['no-name', [undefined, 'no-such-service.example.test']],
    ]);
  });

  it('finds another host where somebody has that one', () => {
    const taken = { ...svc7, service: { ...svc7.service, host: 'no-such-service.example.test' } };
    expect(planControllerProbes(contextOf(taken))[0]?.probe).toMatchObject({ host: 'no-such-service-x.example.test' });
  });

  it('asks nothing in a project without services', () => {
    expect(planControllerProbes(contextOf())).toEqual([]);
    expect(judgeController(contextOf(), new Map()).map(({ check, status }) => [check, status])).toEqual([
      ['unknown-name', 'skipped'],
      ['no-name', 'skipped'],
    ]);
  });
});

describe('judgeController', () => {
  it.each([
    ['fake, 404', missing, 'ok'],
    ['the wildcard, 404', answered(edgeLeaf, 404, behaviour.unknownHost.body), 'ok'],
    ['alert 112, with ssl-reject-handshake', ended('handshake', 'alert', 112), 'ok'],
    ['closed', ended('handshake', 'closed'), 'ok'],
    ["somebody's page", answered(fakeLeaf, 200, 'default backend', untrusted), 'ok'],
    ['a service', answered(edgeLeaf, 200, greeting('svc7')), 'failed'],
    ['a service behind an error', answered(edgeLeaf, 500, `Oops: ${greeting('svc8')}`), 'failed'],
    ["a pod's certificate, then its alert", ended('response', 'alert', 116, { leaf: podLeaf }), 'failed'],
    ['nothing', ended('handshake', 'timeout'), 'skipped'],
    ['no connection', ended('connect', 'ECONNREFUSED'), 'skipped'],
  ] as const)('%s: %s', (_, observation, status) => {
    expect(judge(threeServices, observation).map((result) => [result.check, result.status])).toEqual([
      ['unknown-name', status],
      ['no-name', 'ok'],
    ]);
    expect(judge(threeServices, missing, observation)[1]?.status).toBe(status);
  });

  it.each(['closed', 'ECONNRESET', 'alert'])('%s proves nothing where every connection ends so', (code) => {
    const end = ended('handshake', code);
    expect(judge(threeServices, end, end).map(({ status }) => status)).toEqual(['skipped', 'skipped']);
    const seen = new Map([
      ['unknown-name', end],
      ['no-name', end],
      ['svc7/client', answered(edgeLeaf, 200, greeting('svc7'))],
    ]);
    expect(judgeController(threeServices, seen).map(({ status }) => status)).toEqual(['ok', 'ok']);
  });

  it('names the service that is reached', () => {
    expect(judge(threeServices, answered(edgeLeaf, 200, greeting('svc7')))[0]?.cause).toMatch(
      /^svc7 is what the controller takes/,
    );
  });

  it('warns where an answer may be that of a program of which nothing is known', () => {
    const context = contextOf(withOwnImage(svc7), svc9);
    expect(judge(context, answered(fakeLeaf, 200, 'hello', untrusted))[0]?.status).toBe('warning');
    expect(judge(context, answered(fakeLeaf, 200, greeting('svc9'), untrusted))[0]?.status).toBe('failed');
    expect(judge(context, missing)[0]?.status).toBe('ok');
    // At this path it may answer in another way than at the one that was asked for: 404 of its own is an answer too.
    expect(judge(context, answered(fakeLeaf, 404, '{"error":"not found"}', untrusted))[0]?.status).toBe('warning');
    expect(judge(context, answered(fakeLeaf, 302, '', untrusted))[0]?.status).toBe('warning');
    expect(judge(context, ended('handshake', 'alert', 112))[0]?.status).toBe('ok');
  });

  it('knows the words of a demo backend whatever it was asked for', () => {
    const asked = { ...svc7, answer: { path: '/health', status: 204 } };
    expect(judge(contextOf(asked), answered(edgeLeaf, 200, greeting('svc7')))[0]?.status).toBe('failed');
    expect(judge(contextOf(asked), answered(fakeLeaf, 404, 'nobody', untrusted))[0]?.status).toBe('ok');
  });

  it('throws for a connection that was not made', () => {
    expect(() => judgeController(threeServices, new Map([['unknown-name', missing]]))).toThrow(/no-name/);
  });
});
