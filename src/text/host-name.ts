/**
 * Whether a certificate with these DNS names is valid for a host: by the name itself, or by a wildcard that stands for
 * exactly its first label (RFC 9525, 6.3).
 */
export function coversName(dnsNames: readonly string[], host: string): boolean {
  const wanted = host.toLowerCase();
  const dot = wanted.indexOf('.');
  const wildcard = dot > 0 ? `*${wanted.slice(dot)}` : undefined;
  return dnsNames.some((name) => name.toLowerCase() === wanted || name.toLowerCase() === wildcard);
}

/** Whether a host has to be looked up: it is a name and no address. */
export function isHostName(host: string): boolean {
  const labels = host.split('.');
  return (
    host.length <= 253 &&
    labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}
