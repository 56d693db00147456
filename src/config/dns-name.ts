import { domainToASCII } from 'node:url';
import { quote } from '../text/escape.ts';

/**
 * Says why a text is no DNS name that can be served under the wildcard. Goes in: a text that a rule refused. Comes out: one
 * reason, the one to mend first (RFC 1035, 2.3.4; RFC 1123, 2.1).
 */
export function explainDnsName(value: string, kind: 'domain' | 'host', maxLength: number): string {
  const name = quote(value);
  if (/[^\u0000-\u007f]/.test(value)) {
    const ascii = domainToASCII(value);
    return ascii === ''
      ? `${name} is no valid international domain name`
      : `${name} holds letters beyond ASCII, certificates and DNS carry the punycode form; write ${quote(ascii)}`;
  }
  if (value.includes('*')) {
    return kind === 'domain'
      ? `${name} holds a wildcard; write the domain alone, the certificate for *.DOMAIN is made from it`
      : `${name} holds a wildcard; a service has exact hosts, passthrough compares host names exactly`;
  }
  if (/[:/]/.test(value)) return `${name} is no ${kind}; write the name alone, without scheme, port or path`;
  if (value.length > maxLength) return `the ${kind} is ${value.length} characters long; at most ${maxLength} fit`;
  const labels = value.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length > 1 && last === '') return `${name} ends with a dot; leave it out, a Kubernetes host has none`;
  for (const label of labels) {
    if (label === '') return `${name} has an empty label`;
    if (label.length > 63) return `${name} has a label of ${label.length} characters; at most 63 fit`;
    if (!/^[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?$/.test(label)) {
      return `${name} is no ${kind}: the label ${quote(label)} may hold letters, digits and "-", neither first nor last a "-"`;
    }
  }
  if (labels.length === 1) {
    return kind === 'domain'
      ? // openssl crypto/x509/v3_utl.c, valid_star: fewer than two dots, no wildcard.
        `${name} has a single label, clients refuse the wildcard *.${value}; ` +
          `write a domain of two labels or more, for instance example.${value}`
      : `${name} has a single label; write the whole host name with its domain`;
  }
  return `${name} reads as an IP address; write a DNS name`;
}
