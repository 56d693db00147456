const longestName = 253;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Why a text is no DNS name for a certificate, or undefined when it is one.
 *
 * Names are lower-case letters, digits and hyphens (RFC 1034, 3.5; RFC 5280, 4.2.1.6); international names come in
 * their xn-- form. A wildcard is the complete left-most label (RFC 9525, 6.3) and has two labels to its right, for
 * OpenSSL matches no other (openssl@3.0 crypto/x509/v3_utl.c: valid_star counts the dots).
 */
export function dnsNameProblem(name: string): string | undefined {
  const isWildcard = name.startsWith('*.');
  const labels = name.slice(isWildcard ? 2 : 0).split('.');
  if (name.length > longestName) {
    return `it is longer than ${longestName} characters`;
  }
  if (labels.some((text) => text.length === 0)) {
    return 'it has an empty label';
  }
  if (labels.some((text) => text.length > 63)) {
    return 'one of its labels is longer than 63 characters';
  }
  if (labels.some((text) => text.includes('*'))) {
    return 'a wildcard must be the complete left-most label';
  }
  if (!labels.every((text) => label.test(text))) {
    return 'a label consists of a-z, 0-9 and inner hyphens';
  }
  // RFC 1123, 2.1: the right-most label of a host name is never all digits, so this is an IP address or nothing at all.
  if (/^\d+$/.test(labels.at(-1) ?? '')) {
    return 'its last label is a number';
  }
  if (isWildcard && labels.length < 2) {
    return 'a wildcard needs at least two labels to its right';
  }
  return undefined;
}

/** Whether an authority with these permitted DNS subtrees may sign for a name; without subtrees it may for all. */
export function permitsName(permittedDnsNames: readonly string[], name: string): boolean {
  return permittedDnsNames.length === 0 || permittedDnsNames.some((subtree) => isWithinSubtree(name, subtree));
}

/**
 * Whether a name lies within a dNSName subtree: the subtree's own name, with any labels added on the left (RFC 5280,
 * 4.2.1.10). With a leading dot, which others write and OpenSSL understands, only names below it.
 */
function isWithinSubtree(name: string, subtree: string): boolean {
  if (subtree === '') {
    return true;
  }
  const base = subtree.toLowerCase();
  return name === base || name.endsWith(base.startsWith('.') ? base : `.${base}`);
}
