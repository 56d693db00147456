import { inspectCertificate } from '../../certs/inspect.ts';
import { encodePem } from '../../certs/pem.ts';
import type { CertificateFacts } from '../../model/certificate.ts';
import { brokenProtocol } from './probe-end.ts';

/**
 * The facts of a certificate that a server showed.
 *
 * @throws ProbeEnd with the code `protocol` when they cannot be read; the reason repeats nothing of the certificate.
 */
export function readLeaf(der: Buffer): CertificateFacts {
  try {
    return inspectCertificate(encodePem('CERTIFICATE', der), 'certificate');
  } catch {
    // Whatever went wrong, the octets are the other side's.
    throw brokenProtocol('its certificate cannot be read');
  }
}
