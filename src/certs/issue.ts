import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

import { InternalError } from '../errors.ts';
import type { CertificateRequest } from '../model/certificate.ts';
import {
  bitString,
  decodeDer,
  encodeDer,
  integer,
  nullValue,
  objectIdentifier,
  sequence,
  tagged,
  time,
  type DerNode,
} from './der.ts';
import { encodeSubject } from './distinguished-name.ts';
import { fittingAttributes } from './subject-attributes.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectAlternativeName,
  subjectKeyIdentifier,
} from './extensions.ts';
import { checkIssuer, readIssuer } from './issuer.ts';
import { parsePrivateKey } from './key-pair.ts';
import { identifyKey } from './own-form.ts';
import { encodePem } from './pem.ts';
import { refuseIssue } from './refuse-issue.ts';
import { checkIdentity, checkNames } from './request-rules.ts';
import { validityPeriod } from './validity.ts';

export interface IssueInput {
  readonly request: CertificateRequest;
  /** The subject's public key: PEM of its SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** PEM (PKCS#8) of the issuer's private key; of the subject's own without `issuer`. */
  readonly signingKey: string;
  /** PEM of the authority's certificate; absent: self-signed. */
  readonly issuer?: string;
  /** 16 random octets. */
  readonly serialBytes: Uint8Array;
  readonly now: Date;
}

/**
 * Issues an X.509 version 3 certificate by the profile of RFC 5280 and returns it as PEM.
 *
 * The same input gives the same text with an RSA signing key; ECDSA signatures differ from run to run.
 *
 * @throws UsageError when the request asks for what verifiers refuse (names, lifetime, key), when the authority's name
 *   constraints do not permit a name, and when keys and issuer do not belong together. InternalError for a request that
 *   no function of requests.ts makes.
 */
export function issueCertificate({ request, publicKey, signingKey, issuer, serialBytes, now }: IssueInput): string {
  const subjectKey = createPublicKey(publicKey);
  const issuerKey = parsePrivateKey(signingKey);
  const authority = issuer === undefined ? undefined : readIssuer(issuer);
  checkKey(subjectKey);
  checkKey(issuerKey);
  checkNames(request);
  if (authority === undefined) {
    checkSelfSigned(subjectKey, issuerKey);
  } else {
    checkIssuer(authority, issuerKey, request);
  }

  const publicKeyInfo = subjectKey.export({ type: 'spki', format: 'der' });
  const subjectKeyInfo = decodeDer(publicKeyInfo);
  const keyIdentifier = identifyKey(publicKeyInfo);
  const attributes = fittingAttributes(request);
  const subject = encodeSubject(attributes);
  const isNameless = Object.keys(attributes).length === 0;
  checkIdentity(request, { isNameless, isSelfSigned: authority === undefined });
  const { notBefore, notAfter } = validityPeriod({
    now,
    days: request.days,
    isAuthority: request.usage === 'authority',
    ...(authority === undefined ? {} : { issuerNotAfter: new Date(authority.certificate.validTo) }),
  });
  const algorithm = signatureAlgorithm(issuerKey);

  const toBeSigned = sequence(
    tagged(0, integer(2)), // version 3
    serialNumber(serialBytes),
    algorithm,
    authority?.subject ?? subject,
    sequence(time(notBefore), time(notAfter)),
    subject,
    subjectKeyInfo,
    tagged(
      3,
      sequence(
        ...usageExtensions(request, subjectKey),
        subjectKeyIdentifier(keyIdentifier),
        authorityKeyIdentifier(authority?.keyIdentifier ?? keyIdentifier),
        ...nameExtensions(request, isNameless),
      ),
    ),
  );
  const signature = signWith(issuerKey, encodeDer(toBeSigned));
  return encodePem('CERTIFICATE', encodeDer(sequence(toBeSigned, algorithm, bitString(signature))));
}

/** Signs, and checks the signature: OpenSSL reads an RSA key whose private half is damaged without complaint. */
function signWith(issuerKey: KeyObject, octets: Buffer): Buffer {
  let signature: Buffer | undefined;
  try {
    signature = sign('sha256', octets, issuerKey);
  } catch {
    signature = undefined;
  }
  if (signature === undefined || !verify('sha256', octets, createPublicKey(issuerKey), signature)) {
    throw refuseIssue(
      'the signing key is damaged',
      'Bring the key from a backup; openssl pkey -in KEY -noout -check judges it.',
    );
  }
  return signature;
}

function usageExtensions(request: CertificateRequest, subjectKey: KeyObject): readonly DerNode[] {
  switch (request.usage) {
    case 'authority':
      return [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')];
    case 'server':
      return [
        basicConstraints(false),
        // Keys are enciphered with RSA only (RFC 8813, 3 forbids the bit with elliptic curves).
        subjectKey.asymmetricKeyType === 'rsa'
          ? keyUsage('digitalSignature', 'keyEncipherment')
          : keyUsage('digitalSignature'),
        extendedKeyUsage('serverAuth'),
      ];
    case 'client':
      return [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')];
  }
}

function nameExtensions(request: CertificateRequest, isNameless: boolean): readonly DerNode[] {
  return [
    ...(request.dnsNames.length > 0 ? [subjectAlternativeName(request.dnsNames, { critical: isNameless })] : []),
    ...(request.permittedDnsNames.length > 0 ? [nameConstraints(request.permittedDnsNames)] : []),
  ];
}

/**
 * A positive number of exactly 16 octets, 126 of its bits random: the top bit would make it negative, and the next one
 * keeps the first octet from being zero (RFC 5280, 4.1.2.2).
 */
function serialNumber(bytes: Uint8Array): DerNode {
  const [first, ...rest] = bytes;
  if (first === undefined || rest.length !== 15) {
    throw new InternalError(`a serial number is made from 16 octets, not ${bytes.length}`);
  }
  return integer((first & 0x7f) | 0x40, ...rest);
}

function signatureAlgorithm(issuerKey: KeyObject): DerNode {
  // RFC 4055, 5 wants the parameters NULL with RSA; RFC 5758, 3.2 wants none with ECDSA.
  return issuerKey.asymmetricKeyType === 'rsa'
    ? sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue())
    : sequence(objectIdentifier('1.2.840.10045.4.3.2'));
}

function checkKey(key: KeyObject): void {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const isStrongRsa = key.asymmetricKeyType === 'rsa' && modulusLength >= 2048;
  const isP256 = key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1';
  if (!isStrongRsa && !isP256) {
    throw refuseIssue(
      'the key is neither RSA of at least 2048 bits nor ECDSA on the curve P-256',
      'Replace the key by one of these kinds; they are what every TLS client accepts.',
    );
  }
}

function checkSelfSigned(subjectKey: KeyObject, issuerKey: KeyObject): void {
  if (!createPublicKey(issuerKey).equals(subjectKey)) {
    throw refuseIssue(
      'the public key is not that of the signing key',
      'Sign with the key itself, or name the authority.',
    );
  }
}
