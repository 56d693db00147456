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
  /** Why clients refuse the certificate whoever issued it; empty: all of them take it. */
  readonly limits: readonly CertificateLimit[];
  /** DNS subtrees of critical name constraints; empty when there are none. */
  readonly permittedDnsNames: readonly string[];
}

export interface CertificateLimit {
  /** What is the case, as a clause: `its key is RSA of 1024 bits`. */
  readonly fact: string;
  /** Who refuses it, as the subject of a sentence in the plural: `Go and Java`. */
  readonly refusedBy: string;
  /** `every`: no client connects; `go`: nothing written in Go can read or use it, as the controllers are; `some` clients refuse it. */
  readonly reach: 'every' | 'go' | 'some';
}

/** How the certificates of one file lead from that of the server, or the client, up to one that is trusted. */
export interface ChainFacts {
  /** What is trusted at its end; absent: nothing that is known here. */
  readonly trustedBy?: 'itself' | 'authority' | 'file' | 'public';
  /** Where nothing trusted is reached: the last certificate, and who signed it. */
  readonly lacks?: { readonly certificate: string; readonly issuer: string };
  /** Subjects in the order that belongs into the file, where it has another. */
  readonly order?: readonly string[];
  /** False where the file begins with another certificate than the one that the others vouch for. */
  readonly beginsWithLeaf: boolean;
  /** The certificate above the first that expires first, that of the trusted one included. */
  readonly soonest?: { readonly subject: string; readonly notAfter: Date };
  /** Why one of the authorities cannot vouch for what stands below it, as a clause. */
  readonly breach?: string;
}
