import { createRequire } from 'node:module';
import type * as tls from 'node:tls';

/**
 * PEM of the authorities that most clients trust: Mozilla's, as Node brings them along (node@20 doc/api/tls.md, tls.rootCertificates). The
 * module is loaded when it is asked for: it takes ten milliseconds, and few commands meet a certificate that needs it.
 */
export function readPublicRoots(): readonly string[] {
  return (createRequire(import.meta.url)('node:tls') as typeof tls).rootCertificates;
}
