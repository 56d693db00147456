import { createCipheriv, createHash, createHmac, pbkdf2Sync, type KeyObject } from 'node:crypto';
import {
  bmpString,
  decodeDer,
  encodeDer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  taggedOctets,
  wholeNumber,
  type DerNode,
} from './der.ts';

// Why this is written here, of the forms of RFC 7292 and RFC 8018 alone that are written: node-forge@1.4.3 lib/pkcs12.js reads no ECDSA key, has SHA-1
// for its MAC and no attribute of one's own, without which Java sees no trusted certificate; pkijs@3 has neither 3DES nor a key derivation of PKCS#12 for
// SHA-1, and is 2 MB; openssl before 3.2 writes no such attribute, LibreSSL has other options, and Windows has neither.

/** How a store is protected. */
export interface StoreProtection {
  /** Printable ASCII: of all else readers make different octets. */
  readonly password: string;
  /** What readers of before 2019 understand: 3DES and SHA-1. */
  readonly isLegacy: boolean;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** A certificate with its key, under a name. */
export interface KeyEntry {
  readonly alias: string;
  readonly key: KeyObject;
  /** DER, that of the key first. */
  readonly certificates: readonly Uint8Array[];
}

const identifiers = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  // jdk-17 src/java.base/share/classes/sun/security/pkcs12/PKCS12KeyStore.java: a certificate without it is none that is trusted.
  trustedKeyUsage: '2.16.840.1.113894.746875.1.1',
  anyExtendedKeyUsage: '2.5.29.37.0',
  passwordBased2: '1.2.840.113549.1.5.13',
  passwordDerivation2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  sha1And3Des: '1.2.840.113549.1.12.1.3',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

/**
 * How often a password is hashed for each of key, certificates and MAC, which all guess alike. .NET refuses a store with more than 600,000 in all
 * (KB5025823); the older readers are slow, and expect what OpenSSL wrote in their time.
 */
const iterations = { modern: 100_000, legacy: 2048 } as const;

/** A PKCS#12 store of a key and its certificates. */
export function encodeKeyStore({ alias, key, certificates }: KeyEntry, protection: StoreProtection): Buffer {
  const [own = new Uint8Array()] = certificates;
  const localKeyId = attribute(identifiers.localKeyId, octetString(createHash('sha1').update(own).digest()));
  const named = [attribute(identifiers.friendlyName, bmpString(alias)), localKeyId];
  const { algorithm, octets } = encrypt(key.export({ type: 'pkcs8', format: 'der' }), protection);
  const keyBag = bag(identifiers.shroudedKeyBag, sequence(algorithm, octetString(octets)), named);
  const bags = certificates.map((each, index) => certificateBag(each, index === 0 ? named : []));
  return encodeStore([encryptedContent(bags, protection), content(identifiers.data, sequence(keyBag))], protection);
}

/** A PKCS#12 store of certificates that are trusted, as Java has it. */
export function encodeTrustStore(
  trusted: readonly { readonly alias: string; readonly certificate: Uint8Array }[],
  protection: StoreProtection,
): Buffer {
  const bags = trusted.map(({ alias, certificate }) =>
    certificateBag(certificate, [
      attribute(identifiers.friendlyName, bmpString(alias)),
      attribute(identifiers.trustedKeyUsage, objectIdentifier(identifiers.anyExtendedKeyUsage)),
    ]),
  );
  return encodeStore([encryptedContent(bags, protection)], protection);
}

/** Why a password cannot be that of a store, as a clause; undefined when it can. */
export function passwordProblem(password: string): string | undefined {
  // Java's keytool opens no store with a shorter one.
  if (password.length < 6) return 'it is shorter than 6 characters, which is the least that Java takes';
  if (password.length > 1024) return 'it is longer than 1024 characters';
  return /^[ -~]*$/.test(password)
    ? undefined
    : 'it has a character that is not in ASCII, of which programs make different octets; use letters, digits and signs of it';
}

function encodeStore(contents: readonly DerNode[], protection: StoreProtection): Buffer {
  const { isLegacy, password, randomBytes } = protection;
  const safe = encodeDer(sequence(...contents));
  const digest = isLegacy ? 'sha1' : 'sha256';
  const count = isLegacy ? iterations.legacy : iterations.modern;
  const salt = randomBytes(16);
  const key = deriveKey({ digest, purpose: 3, password, salt, count, length: isLegacy ? 20 : 32 });
  const mac = createHmac(digest, key).update(safe).digest();
  const digestInfo = sequence(sequence(objectIdentifier(identifiers[digest]), nullValue()), octetString(mac));
  return encodeDer(
    sequence(
      wholeNumber(3),
      sequence(objectIdentifier(identifiers.data), tagged(0, octetString(safe))),
      sequence(digestInfo, octetString(salt), wholeNumber(count)),
    ),
  );
}

function content(type: string, safeContents: DerNode): DerNode {
  return sequence(objectIdentifier(type), tagged(0, octetString(encodeDer(safeContents))));
}

function encryptedContent(bags: readonly DerNode[], protection: StoreProtection): DerNode {
  const { algorithm, octets } = encrypt(encodeDer(sequence(...bags)), protection);
  const encrypted = sequence(objectIdentifier(identifiers.data), algorithm, taggedOctets(0, octets));
  return sequence(objectIdentifier(identifiers.encryptedData), tagged(0, sequence(wholeNumber(0), encrypted)));
}

function certificateBag(certificate: Uint8Array, attributes: readonly DerNode[]): DerNode {
  const value = sequence(objectIdentifier(identifiers.x509Certificate), tagged(0, octetString(certificate)));
  return bag(identifiers.certificateBag, value, attributes);
}

function bag(type: string, value: DerNode, attributes: readonly DerNode[]): DerNode {
  return sequence(objectIdentifier(type), tagged(0, value), ...(attributes.length === 0 ? [] : [setOf(attributes)]));
}

/** DER has the members of a set in the order of their octets (X.690, 11.6). */
function setOf(members: readonly DerNode[]): DerNode {
  return set(
    ...members
      .map(encodeDer)
      .sort((one, other) => Buffer.compare(one, other))
      .map(decodeDer),
  );
}

function attribute(type: string, value: DerNode): DerNode {
  return sequence(objectIdentifier(type), set(value));
}

interface Encrypted {
  readonly algorithm: DerNode;
  readonly octets: Buffer;
}

function encrypt(octets: Buffer, { password, isLegacy, randomBytes }: StoreProtection): Encrypted {
  const salt = randomBytes(16);
  if (isLegacy) {
    const count = iterations.legacy;
    const derive = (purpose: number, length: number): Buffer =>
      deriveKey({ digest: 'sha1', purpose, password, salt, count, length });
    const cipher = createCipheriv('des-ede3-cbc', derive(1, 24), derive(2, 8));
    const parameters = sequence(octetString(salt), wholeNumber(count));
    return {
      algorithm: sequence(objectIdentifier(identifiers.sha1And3Des), parameters),
      octets: Buffer.concat([cipher.update(octets), cipher.final()]),
    };
  }
  const vector = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, iterations.modern, 32, 'sha256'), vector);
  const derivation = sequence(
    octetString(salt),
    wholeNumber(iterations.modern),
    sequence(objectIdentifier(identifiers.hmacWithSha256), nullValue()),
  );
  const parameters = sequence(
    sequence(objectIdentifier(identifiers.passwordDerivation2), derivation),
    sequence(objectIdentifier(identifiers.aes256Cbc), octetString(vector)),
  );
  return {
    algorithm: sequence(objectIdentifier(identifiers.passwordBased2), parameters),
    octets: Buffer.concat([cipher.update(octets), cipher.final()]),
  };
}

/** Octets in a block of SHA-1 and of SHA-256. */
const block = 64;

/** Octets from a password by RFC 7292, B.2. @param purpose 1 for a key, 2 for an initial vector, 3 for a MAC. */
function deriveKey(input: {
  readonly digest: 'sha1' | 'sha256';
  readonly purpose: number;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly count: number;
  readonly length: number;
}): Buffer {
  const { digest, purpose, password, salt, count, length } = input;
  const text = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const diversifier = Buffer.alloc(block, purpose);
  const state = Buffer.concat([fillBlocks(salt), fillBlocks(text)]);
  const derived: Buffer[] = [];
  for (let have = 0; have < length;) {
    let hashed = createHash(digest).update(diversifier).update(state).digest();
    for (let turn = 1; turn < count; turn += 1) hashed = createHash(digest).update(hashed).digest();
    derived.push(hashed);
    have += hashed.length;
    const addend = fillBlocks(hashed).subarray(0, block);
    for (let start = 0; start < state.length; start += block) addBlock(state.subarray(start, start + block), addend);
  }
  return Buffer.concat(derived).subarray(0, length);
}

/** The octets again and again, up to the end of a block. */
function fillBlocks(octets: Uint8Array): Buffer {
  return Buffer.alloc(Math.ceil(octets.length / block) * block, octets);
}

/** Adds a number and one, both of a block's length, and lets what is beyond it go. */
function addBlock(sum: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let index = block - 1; index >= 0; index -= 1) {
    const value = (sum[index] ?? 0) + (addend[index] ?? 0) + carry;
    sum[index] = value & 0xff;
    carry = value >> 8;
  }
}
