/** A value of DER where it stands: neither copied nor made a tree of, which takes most of the time to read a thousand certificates. */
export interface DerValue {
  /** Class, form and number in one octet (X.690, 8.1.2). */
  readonly tag: number;
  /** With tag and length. */
  readonly octets: Buffer;
  readonly content: Buffer;
}

export const derTags = { integer: 0x02, objectIdentifier: 0x06, octetString: 0x04, sequence: 0x30 } as const;

/** The tag of a constructed value under a context-specific number. */
export function constructedTag(number: number): number {
  return 0xa0 | number;
}

/**
 * The values that stand side by side in these octets.
 *
 * @throws Error when one of them is cut off, or has a form that no certificate has: a long tag, an indefinite length.
 */
export function readValues(octets: Buffer): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let start = 0; start < octets.length;) {
    const tag = octets[start] ?? 0;
    const first = octets[start + 1] ?? 0x80;
    const more = first < 0x80 ? 0 : first & 0x7f;
    const begin = start + 2 + more;
    if ((tag & 0x1f) === 0x1f || first === 0x80 || more > 4 || begin > octets.length)
      throw new Error('a value has no readable head');
    const end = begin + (more === 0 ? first : octets.readUIntBE(start + 2, more));
    if (end > octets.length) throw new Error('a value is cut off');
    values.push({ tag, octets: octets.subarray(start, end), content: octets.subarray(begin, end) });
    start = end;
  }
  return values;
}

/** The parts of a constructed value. @throws Error when it is none, and as readValues. */
export function partsOf(value: DerValue | undefined): readonly DerValue[] {
  if (value === undefined || (value.tag & 0x20) === 0) throw new Error('a constructed value is missing');
  return readValues(value.content);
}

/** An object identifier with dots, from the octets of its value (X.690, 8.19). @throws Error when they end in the middle of a number. */
export function readObjectIdentifier(content: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const octet of content) {
    number = number * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first, ...others] = numbers;
  if (first === undefined || (content.at(-1) ?? 0) >= 0x80) throw new Error('an object identifier is cut off');
  // The first two arcs share a number, and there are three of the first.
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - 40 * root, ...others].join('.');
}
