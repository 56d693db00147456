import { createPrivateKey } from 'node:crypto';

/** The secret numbers of a private key, as bytes: the scalar of an EC key; exponent and primes of an RSA key. */
export function secretNumbers(pem: string | Buffer): readonly Buffer[] {
  const { d, p, q } = createPrivateKey(pem).export({ format: 'jwk' });
  return [d, p, q].filter((number) => number !== undefined).map((number) => Buffer.from(number, 'base64url'));
}

/**
 * Whether content holds one of the numbers: as it is, in hexadecimal, or in base64 (PEM, a Secret's data, and base64 of those)
 * however its lines are broken or escaped.
 */
export function holdsNumber(content: Buffer, numbers: readonly Buffer[], depth = 3): boolean {
  if (numbers.some((number) => content.includes(number))) return true;
  if (depth === 0) return false;
  const text = content
    .toString('latin1')
    .replaceAll(/-----[A-Z ]+-----/g, '\0')
    .replaceAll(/\\[nr]|[\s|>]+/g, '');
  if (numbers.some((number) => text.toLowerCase().includes(number.toString('hex')))) return true;
  const encoded = [...text.matchAll(/[A-Za-z0-9+/_-]{40,}/g)].map(([run]) => run);
  // What stands before the first digit of a run may be a part of another word: try each of the four ways to begin.
  return encoded.some((run) =>
    [0, 1, 2, 3].some((skip) => holdsNumber(Buffer.from(run.slice(skip), 'base64'), numbers, depth - 1)),
  );
}
