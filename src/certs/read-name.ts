import { decodeDer, type DerNode } from './der.ts';

/** Short names of RFC 4514, 3, and the one that everybody writes for PKCS #9's. */
const shortNames: Readonly<Record<string, string>> = {
  '550403': 'CN',
  '550406': 'C',
  '550407': 'L',
  '550408': 'ST',
  '55040a': 'O',
  '55040b': 'OU',
  '0992268993f22c640119': 'DC',
  '2a864886f70d010901': 'emailAddress',
};

/**
 * A distinguished name in DER (RFC 5280, 4.1.2.4) as `CN=a, O=b`, in the order of the encoding. Text is read as UTF-8, which holds what the
 * older forms say in ASCII; an attribute without a short name is left out.
 *
 * @returns `a name that cannot be read` for what is none: the octets are the other side's.
 */
export function readDistinguishedName(der: Buffer): string {
  try {
    const attributes = children(decodeDer(der)).flatMap(children);
    const texts = attributes.flatMap((attribute) => {
      const [type, value] = children(attribute).map(octets);
      const name = type === undefined ? undefined : shortNames[type.toString('hex')];
      return name === undefined || value === undefined ? [] : [`${name}=${value.toString('utf8')}`];
    });
    return texts.join(', ');
  } catch {
    return 'a name that cannot be read';
  }
}

function children({ value }: DerNode): readonly DerNode[] {
  if (typeof value === 'string') throw new TypeError('a value without parts');
  return value;
}

function octets({ value }: DerNode): Buffer {
  if (typeof value !== 'string') throw new TypeError('a value with parts');
  return Buffer.from(value, 'latin1');
}
