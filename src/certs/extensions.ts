import {
  booleanTrue,
  encodeDer,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  tagged,
  taggedOctets,
  type DerNode,
} from './der.ts';
import { dnsNameTag, extensionIdentifiers } from './extension-identifiers.ts';

const keyUsageBits = { digitalSignature: 0, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;

/** A leaf's CA:FALSE is the default, so its encoding is an empty SEQUENCE. An authority issues leaves only: pathlen 0. */
export function basicConstraints(isAuthority: boolean): DerNode {
  const value = isAuthority ? sequence(booleanTrue(), integer(0)) : sequence();
  return extension(extensionIdentifiers.basicConstraints, value, { critical: true });
}

export function keyUsage(...purposes: readonly (keyof typeof keyUsageBits)[]): DerNode {
  const value = namedBits(...purposes.map((purpose) => keyUsageBits[purpose]));
  return extension(extensionIdentifiers.keyUsage, value, { critical: true });
}

export function extendedKeyUsage(purpose: 'serverAuth' | 'clientAuth'): DerNode {
  const identifier = purpose === 'serverAuth' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
  return extension(extensionIdentifiers.extKeyUsage, sequence(objectIdentifier(identifier)));
}

export function subjectKeyIdentifier(identifier: Uint8Array): DerNode {
  return extension(extensionIdentifiers.subjectKeyIdentifier, octetString(identifier));
}

export function authorityKeyIdentifier(identifier: Uint8Array): DerNode {
  return extension(extensionIdentifiers.authorityKeyIdentifier, sequence(taggedOctets(0, identifier)));
}

/** Critical exactly when the subject is empty and the names stand here alone (RFC 5280, 4.2.1.6). */
export function subjectAlternativeName(dnsNames: readonly string[], options: { readonly critical: boolean }): DerNode {
  return extension(extensionIdentifiers.subjectAltName, sequence(...dnsNames.map(dnsName)), options);
}

/** Permitted subtrees without minimum and maximum, as RFC 5280, 4.2.1.10 demands. */
export function nameConstraints(permittedDnsNames: readonly string[]): DerNode {
  const subtrees = permittedDnsNames.map((name) => sequence(dnsName(name)));
  return extension(extensionIdentifiers.nameConstraints, sequence(tagged(0, ...subtrees)), { critical: true });
}

function dnsName(name: string): DerNode {
  return taggedOctets(dnsNameTag, Buffer.from(name, 'ascii'));
}

function extension(identifier: string, value: DerNode, { critical } = { critical: false }): DerNode {
  return sequence(objectIdentifier(identifier), ...(critical ? [booleanTrue()] : []), octetString(encodeDer(value)));
}
