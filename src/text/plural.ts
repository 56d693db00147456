/** Several of a kind, by the rules of English: `Ingresses`, `Gateways`, `policies`. Takes any case. */
export function plural(kind: string): string {
  if (kind.endsWith('s')) return `${kind}es`;
  return /[^aeiou]y$/i.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
