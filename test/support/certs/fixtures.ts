import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';

import { issueCertificate } from '../../../src/certs/issue.ts';
import type { CertificateRequest } from '../../../src/model/certificate.ts';
import type { KeyType } from '../../../src/model/config.ts';

export interface TestKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

export function makeKey(keyType: KeyType): TestKey {
  return encodePair(
    keyType === 'rsa-2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  );
}

export function encodePair({ privateKey, publicKey }: KeyPairKeyObjectResult): TestKey {
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

export const keys: Readonly<Record<KeyType, TestKey>> = {
  'rsa-2048': makeKey('rsa-2048'),
  'ecdsa-p256': makeKey('ecdsa-p256'),
};
/** A second key, for authorities. */
export const authorityKey: TestKey = makeKey('ecdsa-p256');

/** Whole seconds, so that dates can be compared with what a certificate says. */
export const now = new Date(Math.floor(Date.now() / 1000) * 1000);
export const serialBytes = Uint8Array.from({ length: 16 }, (_, index) => 0xf0 + index);

interface Signer {
  readonly certificate: string;
  readonly key: TestKey;
}

/** Issues with test values for everything that is not given. */
export function issue(
  request: CertificateRequest,
  options: {
    readonly key?: TestKey;
    readonly signer?: Signer;
    readonly now?: Date;
    readonly serialBytes?: Uint8Array;
  } = {},
): string {
  const key = options.key ?? keys[request.keyType];
  return issueCertificate({
    request,
    publicKey: key.publicKey,
    signingKey: options.signer?.key.privateKey ?? key.privateKey,
    ...(options.signer === undefined ? {} : { issuer: options.signer.certificate }),
    serialBytes: options.serialBytes ?? serialBytes,
    now: options.now ?? now,
  });
}

export const serverRequest: CertificateRequest = {
  usage: 'server',
  organization: 'Example',
  dnsNames: ['a.example.test'],
  permittedDnsNames: [],
  days: 30,
  keyType: 'ecdsa-p256',
};
