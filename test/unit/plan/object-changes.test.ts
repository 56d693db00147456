import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { judgeSecret, judgeUnwritable } from '../../../src/cluster/object-changes.ts';

const metadata = { name: 'ic3-svc8-tls', namespace: 'default', labels: { 'ingress-tls/controller': 'ic3' } };
const data = { 'tls.crt': 'Y3J0', 'tls.key': 'a2V5' };
const object = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data };

function judge(live: KubeObject | undefined, wanted: KubeObject | undefined = object): string {
  return judgeSecret(
    { path: 'secrets/ic3-svc8-tls.yaml', name: 'ic3-svc8-tls', namespace: 'default', object: wanted },
    live,
  ).change;
}

describe('judgeSecret', () => {
  it('names the Secret and its file, and nothing that it holds', () => {
    const change = judgeSecret(
      { path: 'secrets/ic3-svc8-tls.yaml', name: 'ic3-svc8-tls', namespace: 'default', object },
      { ...object, data: { 'tls.key': 'b2xk' } },
    );
    expect(change).toEqual({
      path: 'secrets/ic3-svc8-tls.yaml',
      object: { kind: 'Secret', name: 'ic3-svc8-tls', namespace: 'default' },
      conflicts: [],
      change: 'change',
    });
  });

  it('creates what is not there', () => {
    expect(judge(undefined)).toBe('create');
  });

  it.each<readonly [string, object]>([
    ['the same', {}],
    [
      'the same with what the API server and others add',
      {
        metadata: {
          ...metadata,
          uid: 'u',
          resourceVersion: '7',
          annotations: { note: 'x' },
          labels: { ...metadata.labels, team: 'web' },
        },
      },
    ],
    ['the same in another order', { data: { 'tls.key': 'a2V5', 'tls.crt': 'Y3J0' } }],
  ])('leaves alone %s', (_, changed) => {
    expect(judge({ ...object, ...changed })).toBe('unchanged');
  });

  it.each<readonly [string, object]>([
    ['another value', { data: { ...data, 'tls.key': 'b2xk' } }],
    ['a key too few', { data: { 'tls.crt': 'Y3J0' } }],
    ['a key too many', { data: { ...data, 'ca.crt': 'Y2E=' } }],
    ['another key for one of ours', { data: { 'tls.crt': 'Y3J0', 'tls.pem': 'a2V5' } }],
    ['no data at all', { data: null }],
    ['garbage for data', { data: 'Y3J0' }],
    ['another type', { type: 'Opaque' }],
    ['no label of ours', { metadata: { ...metadata, labels: {} } }],
  ])('sends again where there is %s', (_, changed) => {
    expect(judge({ ...object, ...changed })).toBe('change');
  });

  it('takes a Secret whose certificate is still to be made for another', () => {
    const unmade = { path: 'secrets/ic3-svc8-tls.yaml', name: 'ic3-svc8-tls', namespace: 'default', object: undefined };
    expect(judgeSecret(unmade, object).change).toBe('change');
    expect(judgeSecret(unmade, undefined).change).toBe('create');
  });
});

describe('judgeUnwritable', () => {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const [certificate, other] = [encode('a\nb\n'), encode('a\nc\n')];
  const unwritable = { path: 'secrets/ic3-svc8-tls.yaml', object, keys: ['certs/svc8.key'] };
  const judgeLive = (
    live: KubeObject | undefined,
    others = { 'tls.crt': certificate } as Readonly<Record<string, string>>,
  ): string => judgeUnwritable({ ...unwritable, others }, live).change;

  it('names the Secret and the keys, and nothing that it holds', () => {
    expect(judgeUnwritable({ ...unwritable, others: { 'tls.crt': 'Y3J0' } }, object)).toEqual({
      path: 'secrets/ic3-svc8-tls.yaml',
      object: { kind: 'Secret', name: 'ic3-svc8-tls', namespace: 'default' },
      conflicts: [],
      missingKeys: ['certs/svc8.key'],
      change: 'unchanged',
    });
  });

  it.each<readonly [string, Readonly<Record<string, string | number>>, string]>([
    ['the same certificate and any key', { 'tls.crt': certificate, 'tls.key': 'b2xk' }, 'unchanged'],
    ['the same certificate in lines of Windows', { 'tls.crt': encode('a\r\nb') }, 'unchanged'],
    ['more beside it', { 'tls.crt': certificate, 'ca.crt': 'Y2E=' }, 'unchanged'],
    ['another certificate', { 'tls.crt': other }, 'change'],
    ['no certificate', { 'tls.key': 'b2xk' }, 'change'],
    ['no text', { 'tls.crt': 1 }, 'change'],
  ])('of %s', (_, held, change) => {
    expect(judgeLive({ ...object, data: held })).toBe(change);
  });

  it('of none, and of one whose other content is not known yet', () => {
    expect(judgeLive(undefined)).toBe('create');
    expect(judgeUnwritable({ ...unwritable, others: undefined }, object).change).toBe('change');
  });

  it('compares an authority beside the certificate too', () => {
    const both = { 'tls.crt': certificate, 'ca.crt': other };
    expect(judgeLive({ ...object, data: { 'tls.crt': certificate } }, both)).toBe('change');
    expect(judgeLive({ ...object, data: both }, both)).toBe('unchanged');
  });
});
