import { issueCertificate } from '../../certs/issue.ts';
import { derivePublicKey } from '../../certs/key-pair.ts';
import { generateKey } from '../../world/keys.ts';
import type { GatewayBehaviour } from '../../model/gateway.ts';
import type { Session } from '../session.ts';

/** The certificate that a controller makes for itself at its start, with a key that exists in memory only. */
export async function makeFallback(
  session: Session,
  { fallbackCertificate }: GatewayBehaviour,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const { commonName, organization, dnsNames } = fallbackCertificate;
  // As ingress-nginx has it (v1.15.1 internal/net/ssl/ssl.go).
  const keyType = 'rsa-2048';
  const key = await generateKey(keyType);
  const certificate = issueCertificate({
    request: {
      usage: 'server',
      commonName,
      ...(organization === undefined ? {} : { organization }),
      dnsNames,
      permittedDnsNames: [],
      days: 365,
      keyType,
    },
    publicKey: derivePublicKey(key),
    signingKey: key,
    serialBytes: session.world.randomBytes(16),
    now: session.world.now(),
  });
  return { certificate, key };
}
