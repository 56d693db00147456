import { issueCertificate } from '../../certs/issue.ts';
import { derivePublicKey } from '../../certs/key-pair.ts';
import { requestClient, requestClientAuthority, requestProjectAuthority } from '../../certs/requests.ts';
import { generateKey } from '../../world/keys.ts';
import type { World } from '../../world/world.ts';
import type { ClientIdentity } from '../../model/probe.ts';

/** Days; whatever is made here is gone when the run ends, except for an authority that --deep could not take back. */
const lifetime = 1;

/** Makes what must be refused, in memory: keys of these authorities are never written anywhere. */
export interface UntrustedIssuer {
  /** A client certificate by an authority that has the name of the service's own, and another key. */
  readonly makeClient: (service: string) => ClientIdentity;
  /** The certificate of an authority that has the name of the project's own, and another key. */
  readonly makeAuthority: (domain: string) => string;
}

/** Makes the keys, one for all authorities and one for all clients of a run. */
export async function createUntrustedIssuer({
  now,
  randomBytes,
}: Pick<World, 'now' | 'randomBytes'>): Promise<UntrustedIssuer> {
  const [authorityKey, clientKey] = await Promise.all([generateKey('ecdsa-p256'), generateKey('ecdsa-p256')]);
  const common = { signingKey: authorityKey, now: now() };
  const sign = (request: ReturnType<typeof requestClientAuthority>): string =>
    issueCertificate({
      ...common,
      request: { ...request, days: lifetime },
      publicKey: derivePublicKey(authorityKey),
      serialBytes: randomBytes(16),
    });
  return {
    makeAuthority: (domain) => sign(requestProjectAuthority(domain, 'ecdsa-p256')),
    makeClient: (service) => {
      const issuer = sign(requestClientAuthority(service, 'ecdsa-p256'));
      const request = requestClient(service, lifetime, 'ecdsa-p256');
      return {
        certificate: issueCertificate({
          ...common,
          request,
          issuer,
          publicKey: derivePublicKey(clientKey),
          serialBytes: randomBytes(16),
        }),
        key: clientKey,
      };
    },
  };
}
