import type { KeyType } from './config.ts';

/** A certificate to be made; holds no key. */
export interface CertificateRequest {
  readonly usage: 'authority' | 'server' | 'client';
  readonly commonName?: string;
  readonly organization?: string;
  /** Subject alternative names of type dNSName, lower case; a wildcard only as the complete left-most label. */
  readonly dnsNames: readonly string[];
  /** For an authority: the DNS subtrees it may issue for (RFC 5280, 4.2.1.10). Empty: no constraint. */
  readonly permittedDnsNames: readonly string[];
  readonly days: number;
  readonly keyType: KeyType;
}

/** What a certificate says, read from its text. Dates are in UTC. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly dnsNames: readonly string[];
  readonly isAuthority: boolean;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256 of the DER form, lower-case hexadecimal without separators. */
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly keyType: KeyType | 'other';
  /** DNS subtrees of critical name constraints; empty when there are none. */
  readonly permittedDnsNames: readonly string[];
}
