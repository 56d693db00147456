import { describe, expect, it } from 'vitest';
import type { LogEvidence } from '../../../src/verify/checks/access-log.ts';
import { judgeLogs } from '../../../src/verify/log-check.ts';
import {
  answered,
  behaviour,
  edgeLeaf,
  ended,
  greeting,
  podLeaf,
  svc7,
  svc9,
  threeServices,
  withOwnImage,
} from './samples.ts';

const path = '/ingress-tls-verify-0123456789abcdef';
const line = `10.244.0.1 - - [23/Nov/2026:12:00:00 +0000] "GET ${path} HTTP/1.1" 200 46 "-" "ingress-tls" 150 0.002 [default-ic3-svc7-http] [] 10.244.0.7:8080 46 0.002 200 ab`;
const other =
  '10.244.0.1 - - [23/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 404 146 "-" "ingress-tls" 150 0.000 [upstream-default-backend] [] 127.0.0.1:8181 0 0.000 404 cd';

function podLine(forwardedFor: readonly string[] | undefined, uri = path): string {
  return JSON.stringify({
    level: 'info',
    logger: 'http.log.access.log0',
    msg: 'handled request',
    request: {
      remote_ip: '10.244.0.5',
      client_ip: '10.244.0.5',
      method: 'GET',
      host: 'svc7.example.test',
      uri,
      headers: { Accept: ['*/*'], ...(forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor }) },
    },
    status: 200,
  });
}

const terminated: LogEvidence = {
  path,
  request: answered(edgeLeaf, 200, greeting('svc7')),
  controllerLines: [other, line],
  isWitnessed: true,
  isCut: false,
  podLines: [podLine(['192.0.2.7'])],
  ownAddress: '192.0.2.7',
};
const passed: LogEvidence = {
  path,
  request: answered(podLeaf, 200, greeting('svc9')),
  controllerLines: [other],
  isWitnessed: true,
  isCut: false,
  podLines: [],
};

const verdicts = (...[context, subject, evidence]: Parameters<typeof judgeLogs>) =>
  judgeLogs(context, subject, evidence).map(({ check, status }) => `${check} ${status}`);

describe('judgeLogs', () => {
  it.each([
    ['as it should be', {}, 'ok', 'ok'],
    ['no line', { controllerLines: [other] }, 'failed', 'ok'],
    [
      'no line of a request that was not answered',
      { controllerLines: [other], request: ended('response', 'timeout') },
      'skipped',
      'ok',
    ],
    ['no line where not all was read', { controllerLines: [other], isCut: true }, 'skipped', 'ok'],
    ['a line where not all was read', { isCut: true }, 'ok', 'ok'],
    ["the controller's own address", { podLines: [podLine(['127.0.0.1'])] }, 'ok', 'failed'],
    ['the same as IPv6', { podLines: [podLine(['::1'])] }, 'ok', 'failed'],
    ["a node's address", { podLines: [podLine(['10.244.0.1'])] }, 'ok', 'ok'],
    ['no header', { podLines: [podLine(undefined)] }, 'ok', 'failed'],
    [
      'loopback where the client is there too',
      { podLines: [podLine(['127.0.0.1'])], ownAddress: '127.0.0.1' },
      'ok',
      'ok',
    ],
    ['several values', { podLines: [podLine(['127.0.0.1, 10.0.0.1'])] }, 'ok', 'failed'],
    [
      'lines of others and lines that are none',
      { podLines: ['{', '[]', 'null', '{"request":null}', '{"request":{"uri":7}}', podLine(['127.0.0.1'], '/')] },
      'ok',
      'skipped',
    ],
  ] as const)('terminate: %s', (_, changes, accessLog, clientAddress) => {
    expect(verdicts(threeServices, svc7, { ...terminated, ...changes })).toEqual([
      `access-log ${accessLog}`,
      `client-address ${clientAddress}`,
    ]);
  });

  it.each([
    ['no line in a log that works', {}, 'ok'],
    ['a line', { controllerLines: [line] }, 'failed'],
    ['lines, and none of what this run sent', { isWitnessed: false }, 'skipped'],
    ['no line where not all was read', { isCut: true }, 'skipped'],
    [
      'a line where not all was read and nothing else was found',
      { controllerLines: [line], isWitnessed: false, isCut: true },
      'failed',
    ],
    ['no line of a request that was not answered', { request: ended('handshake', 'timeout') }, 'skipped'],
    [
      'a line of a request that was not answered',
      { controllerLines: [line], request: ended('handshake', 'timeout') },
      'failed',
    ],
  ] as const)('passthrough: %s', (_, changes, accessLog) => {
    expect(verdicts(threeServices, svc9, { ...passed, ...changes })).toEqual([`access-log ${accessLog}`]);
  });

  it('skips the log of a program of its own', () => {
    const [, address] = judgeLogs(threeServices, withOwnImage(svc7), { ...terminated, podLines: ['GET / 200'] });
    expect(address).toMatchObject({ status: 'skipped', seen: 'the log of registry.example.org/shop:1.4 is not read' });
  });

  it('knows the limit of a controller that has no cure', () => {
    const limit = {
      check: 'client-address' as const,
      issue: 'kubernetes/ingress-nginx#8052',
      meaning: 'Pods see 127.0.0.1.',
      remedy: 'None.',
    };
    const context = { ...threeServices, behaviour: { ...behaviour, knownLimits: [limit] } };
    expect(verdicts(context, svc7, { ...terminated, podLines: [podLine(['127.0.0.1'])] })).toEqual([
      'access-log ok',
      'client-address limit',
    ]);
  });

  it('shows a hostile line without what could steer a terminal', () => {
    const [result] = judgeLogs(threeServices, svc9, {
      ...passed,
      controllerLines: [`\u001b[2J${path}\u0007\n\u202e${'x'.repeat(1000)}`],
    });
    expect(result?.seen).toMatch(/^"\[2J\/ingress-tls-verify-0123456789abcdef x+\.\.\."$/);
  });
});
