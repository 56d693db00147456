import type { KeyObject, X509Certificate } from 'node:crypto';

import type { CertificateLimit } from '../model/certificate.ts';
import { spellsCurveOut, type CertificateStructure } from './certificate-structure.ts';
import { namesP256 } from './p256.ts';

/**
 * Why clients refuse a certificate whoever issued it. Tried by handshakes with Go 1.26, OpenSSL 3.0, Python 3.13, Java 17 and
 * 25; what is not tried has its source beside it.
 */
export function findLimits(certificate: X509Certificate, structure: CertificateStructure): readonly CertificateLimit[] {
  const limit = limitOfKey(readKey(certificate), structure);
  return [
    ...(limit === undefined ? [] : [limit]),
    ...((certificate.issuer as string | undefined) === undefined ? [namelessIssuer] : []),
  ];
}

/** RFC 5280, 4.1.2.4: a name that is not empty. Java: "Empty issuer DN not allowed" (jdk@17 sun.security.x509.X509CertImpl). */
const namelessIssuer: CertificateLimit = {
  fact: 'it names no issuer',
  refusedBy: "Java and Python's package cryptography",
  reach: 'some',
};

/** Undefined where OpenSSL reads a certificate of an algorithm whose keys it cannot use. */
function readKey(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

function limitOfKey(key: KeyObject | undefined, structure: CertificateStructure): CertificateLimit | undefined {
  // Nearly all are such, and OpenSSL takes its time to tell.
  if (key !== undefined && namesP256(structure.subjectPublicKeyInfo)) return undefined;
  const { modulusLength = 0, namedCurve } = key?.asymmetricKeyDetails ?? {};
  const kind = key?.asymmetricKeyType;
  if (kind === 'rsa') return limitOfRsa(modulusLength);
  if (kind === 'ec') return limitOfCurve(structure, namedCurve);
  // BoringSSL leaves it out of what it verifies by default (boringssl ssl/extensions.cc, kVerifySignatureAlgorithms).
  if (kind === 'ed25519')
    return { fact: 'its key is Ed25519', refusedBy: 'Chrome and all that is built on it', reach: 'some' };
  // RSA-PSS, Ed448 and the rest: OpenSSL, Python and Java take these two, crypto/x509 parses no such key.
  const name =
    kind === 'rsa-pss'
      ? 'RSA for PSS alone'
      : kind === undefined
        ? 'of a kind that OpenSSL does not know'
        : `of the kind ${kind}`;
  return {
    fact: `its key is ${name}`,
    refusedBy: 'Chrome and all that is written in Go, controllers among them',
    reach: 'go',
  };
}

function limitOfRsa(bits: number): CertificateLimit | undefined {
  const fact = `its key is RSA of ${bits} bits`;
  // go@1.24 crypto/rsa: rsa1024min; jdk.tls.disabledAlgorithms and OpenSSL's security level 1 say the same.
  if (bits < 1024) return { fact, refusedBy: 'all clients of today', reach: 'every' };
  // Apple Support 103769; rustls' signature algorithms begin at 2048; OpenSSL's security level 2 is Python's and Debian's, and
  // from 3.2 on the default.
  if (bits < 2048) return { fact, refusedBy: "Apple's systems, Python, rustls and OpenSSL since 3.2", reach: 'some' };
  // go@1.26 crypto/tls: defaultMaxRSAKeySize; the largest of rustls' signature algorithms.
  return bits > 8192 ? { fact, refusedBy: 'Go and rustls', reach: 'some' } : undefined;
}

function limitOfCurve(structure: CertificateStructure, curve: string | undefined): CertificateLimit | undefined {
  if (curve === undefined || spellsCurveOut(structure)) {
    return {
      fact: 'its key spells its curve out instead of naming it',
      refusedBy: 'Java and all that is written in Go, controllers among them',
      reach: 'go',
    };
  }
  switch (curve) {
    case 'prime256v1':
    case 'secp384r1':
      return undefined;
    case 'secp521r1':
      // BoringSSL took it up late, and rustls verifies it with aws-lc alone.
      return {
        fact: 'its key is on the curve P-521',
        refusedBy: 'older versions of Chrome, and rustls with ring',
        reach: 'some',
      };
    default:
      // Neither TLS 1.3 (RFC 8446, 4.2.3) nor the default groups of any client have them.
      return { fact: `its key is on the curve ${curve}`, refusedBy: 'all clients of today', reach: 'every' };
  }
}
