import { areSameAuthority, hasOwnForm } from './own-form.ts';
import { parseCertificates, readBlocks } from './pem.ts';

/**
 * An authority and the one that takes its place, in one file while whoever reads it is to trust both. The first issues, and the younger stays:
 * `trusting`: the old one issues yet. `issuing`: the new one does.
 */
export interface Succession {
  readonly stage: 'trusting' | 'issuing';
  /** PEM, as both stand in the file. */
  readonly former: string;
  readonly successor: string;
}

/** What the file of an authority says of its succession; undefined: it holds one authority, or certificates that this program did not make. */
export function readSuccession(pem: string): Succession | undefined {
  const [first, second, ...more] = readBlocks(pem).blocks.map(({ text }) => text);
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  if (![first, second].every((each) => hasOwnForm(each) && isRoot(each)) || areSameAuthority(first, second))
    return undefined;
  return beginOf(first) < beginOf(second)
    ? { stage: 'trusting', former: first, successor: second }
    : { stage: 'issuing', former: second, successor: first };
}

function isRoot(pem: string): boolean {
  const [certificate] = parseCertificates(pem);
  return certificate.ca && certificate.subject === certificate.issuer;
}

/** From when on a certificate is valid, in milliseconds. */
export function beginOf(pem: string): number {
  return Date.parse(parseCertificates(pem)[0].validFrom);
}
