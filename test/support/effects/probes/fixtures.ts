import { createHash, X509Certificate } from 'node:crypto';
import {
  requestClient,
  requestClientAuthority,
  requestPassthroughServer,
  requestProjectAuthority,
  requestWildcard,
} from '../../../../src/certs/requests.ts';
import { createProber } from '../../../../src/world/net/prober.ts';
import type { Observation, Probe } from '../../../../src/model/probe.ts';
import { authorityKey, issue, keys, makeKey } from '../../certs/fixtures.ts';

const clientAuthorityKey = makeKey('ecdsa-p256');
const key = keys['ecdsa-p256'];

/** A certificate with its key, as node:tls takes it. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export const host = 'svc9.example.test';

export const authority = issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey });
export const server: Pair = {
  cert: issue(requestPassthroughServer([host], 30, 'ecdsa-p256'), {
    signer: { certificate: authority, key: authorityKey },
  }),
  key: key.privateKey,
};
/** Self-signed and no authority (CA:FALSE), as the article makes it. */
export const wildcard: Pair = {
  cert: issue(requestWildcard('example.test', 30, 'rsa-2048')),
  key: keys['rsa-2048'].privateKey,
};

export const clientAuthority = issue(requestClientAuthority('svc9', 'ecdsa-p256'), { key: clientAuthorityKey });
export const client = {
  certificate: issue(requestClient('svc9', 30, 'ecdsa-p256'), {
    signer: { certificate: clientAuthority, key: clientAuthorityKey },
  }),
  key: key.privateKey,
};
/** Of an authority that no server here trusts. */
export const foreignClient = {
  certificate: issue(requestClient('svc9', 30, 'ecdsa-p256'), {
    signer: { certificate: authority, key: authorityKey },
  }),
  key: key.privateKey,
};

export type HttpsProbe = Extract<Probe, { kind: 'https' }>;

export const httpsProbe: HttpsProbe = {
  kind: 'https',
  serverName: host,
  host,
  path: '/',
  trust: authority,
  protocols: ['http/1.1'],
};

export function fingerprintOf(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}

/** One probe of a port on loopback. */
export async function probePort(port: number, probe: Probe, timeoutMs = 20_000): Promise<Observation> {
  const prober = createProber({ address: { host: '127.0.0.1', port }, timeoutMs, concurrency: 1 });
  try {
    return await prober.probe(probe);
  } finally {
    prober.close();
  }
}
