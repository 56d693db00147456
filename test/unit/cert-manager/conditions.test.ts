import { describe, expect, it } from 'vitest';
import { explainRequests, readIssue } from '../../../src/cert-manager/conditions.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';

const condition = (type: string, status: string, message: string, observedGeneration = 1): JsonObject => ({
  ...{ type, status, message, observedGeneration },
});

const certificate = (conditions: JsonObject[], status: JsonObject = {}): KubeObject => ({
  ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  metadata: { name: 'a', namespace: 'b', generation: 1 } as KubeObject['metadata'],
  status: { conditions, ...status },
});

const ready = condition('Ready', 'True', 'Certificate is up to date and has not expired');

describe('a Certificate', () => {
  it('is issued once it is Ready', () => {
    expect(readIssue(certificate([ready]))).toEqual({ isIssued: true });
  });

  // As cert-manager 1.21.2 writes them.
  it.each([
    ['is not there', undefined, 'it is not there', false],
    ['has not been looked at', certificate([]), 'cert-manager has not looked at it: it may not run', false],
    [
      'has a temporary certificate',
      certificate([ready, condition('Issuing', 'True', 'Issuing certificate as Secret does not exist')]),
      'Issuing certificate as Secret does not exist',
      false,
    ],
    [
      'was Ready before it was changed',
      certificate([condition('Ready', 'True', 'Certificate is up to date', 0)]),
      'Certificate is up to date',
      false,
    ],
    [
      'failed',
      certificate([condition('Ready', 'False', 'Secret does not exist'), condition('Issuing', 'False', 'denied')], {
        lastFailureTime: '2026-12-01T00:00:00Z',
      }),
      'Secret does not exist',
      true,
    ],
  ])('is not while it %s', (_title, object, why, isGivenUp) => {
    expect(readIssue(object)).toEqual({ isIssued: false, why, isGivenUp });
  });

  it('is explained by what its requests lack, the newest first', () => {
    const request = (name: string, created: string, of: string, ...conditions: JsonObject[]): KubeObject => ({
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', status: { conditions } },
      metadata: {
        ...{ name, annotations: { 'cert-manager.io/certificate-name': of }, creationTimestamp: created },
      },
    });
    const requests = [
      request('a-1', '2026-12-01T00:00:00Z', 'a', condition('Ready', 'False', 'an older word')),
      request('a-2', '2026-12-01T00:01:00Z', 'a', condition('Ready', 'False', 'Referenced "Issuer" not found: x')),
      request('c-1', '2026-12-01T00:02:00Z', 'c', condition('Denied', 'True', 'of another')),
      request('a-0', '2026-11-01T00:00:00Z', 'a', condition('Ready', 'True', 'was issued')),
    ];
    expect(explainRequests('a', requests)).toEqual([
      'CertificateRequest a-2: Referenced "Issuer" not found: x',
      'CertificateRequest a-1: an older word',
    ]);
  });
});
