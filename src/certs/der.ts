import asn1 from 'node-forge/lib/asn1.js';

import { InternalError } from '../errors.ts';

/** A value of the Distinguished Encoding Rules: a tag with octets, or with further values. */
export type DerNode = ReturnType<typeof asn1.create>;

const classes = { universal: 0x00, contextSpecific: 0x80 } as const;

const types = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  objectIdentifier: 6,
  utf8String: 12,
  sequence: 16,
  set: 17,
  utcTime: 23,
  generalizedTime: 24,
  bmpString: 30,
} as const;

export function sequence(...parts: readonly DerNode[]): DerNode {
  return asn1.create(classes.universal, types.sequence, true, parts);
}

export function set(...parts: readonly DerNode[]): DerNode {
  return asn1.create(classes.universal, types.set, true, parts);
}

/** A value under a context-specific tag, as in `[0] EXPLICIT`. */
export function tagged(tag: number, ...parts: readonly DerNode[]): DerNode {
  return asn1.create(classes.contextSpecific, tag, true, parts);
}

/** Octets under a context-specific tag, as in `[2] IMPLICIT IA5String`. */
export function taggedOctets(tag: number, octets: Uint8Array): DerNode {
  return asn1.create(classes.contextSpecific, tag, false, toBinary(octets));
}

/** Only TRUE: the encoding leaves out a FALSE that is the default (X.690, 11.5). */
export function booleanTrue(): DerNode {
  return primitive(types.boolean, '\xff');
}

export function nullValue(): DerNode {
  return primitive(types.null, '');
}

/** An INTEGER from its two's complement octets, the most significant first. */
export function integer(...octets: readonly number[]): DerNode {
  return primitive(types.integer, toBinary(Uint8Array.from(octets)));
}

/** A whole number from 0 on. */
export function wholeNumber(value: number): DerNode {
  const digits = value.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return integer(...((octets[0] ?? 0) >= 0x80 ? [0, ...octets] : octets));
}

export function objectIdentifier(identifier: string): DerNode {
  return primitive(types.objectIdentifier, asn1.oidToDer(identifier).getBytes());
}

export function octetString(octets: Uint8Array): DerNode {
  return primitive(types.octetString, toBinary(octets));
}

/** @param unusedBits how many of the last octet's low bits do not count. */
export function bitString(octets: Uint8Array, unusedBits = 0): DerNode {
  return primitive(types.bitString, String.fromCharCode(unusedBits) + toBinary(octets));
}

/**
 * A BIT STRING of named bits, where trailing zero bits are left out (X.690, 11.2.2).
 *
 * @param bits numbers of the bits that are set, counted from 0 = most significant; at least one, at most 7.
 */
export function namedBits(...bits: readonly number[]): DerNode {
  const octet = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  return bitString(Uint8Array.of(octet), 7 - Math.max(...bits));
}

export function utf8String(text: string): DerNode {
  return primitive(types.utf8String, toBinary(Buffer.from(text, 'utf8')));
}

/** Text of the Basic Multilingual Plane, two octets for each character. */
export function bmpString(text: string): DerNode {
  // node-forge makes the two octets itself, of this type alone.
  return primitive(types.bmpString, text);
}

/**
 * A time by the rule of RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on, no fractions of seconds.
 *
 * @throws InternalError for years that neither form can hold (before 1950, after 9999).
 */
export function time(date: Date): DerNode {
  const year = date.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999)) {
    throw new InternalError('a certificate cannot hold a date before 1950 or after 9999');
  }
  return year < 2050
    ? primitive(types.utcTime, asn1.dateToUtcTime(date))
    : primitive(types.generalizedTime, asn1.dateToGeneralizedTime(date));
}

export function encodeDer(node: DerNode): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

/** @throws Error of node-forge when the octets are not one complete value. */
export function decodeDer(octets: Uint8Array): DerNode {
  // BIT STRINGs stay as they are: node-forge would otherwise guess at the values inside.
  return asn1.fromDer(toBinary(octets), { strict: true, parseAllBytes: true, decodeBitStrings: false });
}

function primitive(type: number, binary: string): DerNode {
  return asn1.create(classes.universal, type, false, binary);
}

function toBinary(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1');
}
