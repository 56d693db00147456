import { formatTimeLeft } from '../certs/validity.ts';
import { shortenToColumns } from '../text/columns.ts';
import { escapeControls } from '../text/escape.ts';
import type { GraphCertificate, Lane, TlsConnection } from './graph.ts';

/** The day of a date in UTC: 2027-01-31. */
export function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** `1 pod, port 8080`, `3 pods, port 8080`; `pods` where nobody says how many; of a Service that is there already its name. */
export function tellPods({ replicas, port, existing }: Lane): string {
  const pods = replicas === undefined ? 'pods' : `${replicas} ${replicas === 1 ? 'pod' : 'pods'}`;
  return `${existing ?? pods}, port ${port}`;
}

/** What a person should know of a TLS connection besides its certificates. */
export function labelConnection({ isVerified, client }: TlsConnection): string {
  if (!isVerified) return 'TLS, not verified';
  return client === undefined ? 'TLS' : 'TLS, client certificate';
}

/** What a person should know of the hop from the controller to the pod. */
export function labelHop({ isVerified, client }: TlsConnection): string {
  if (!isVerified) return 'TLS, not verified';
  return client === undefined ? 'TLS, verified' : 'mutual TLS, verified';
}

/**
 * When a certificate ends: `until 2027-01-31`; undefined where it is missing or its dates are a problem. Without the days
 * that are left: a picture that is kept in a repository should not change from day to day.
 */
export function formatExpiry({ expires, validity }: GraphCertificate): string | undefined {
  if (expires === undefined || validity === 'expired' || validity === 'not-yet-valid') return undefined;
  return `until ${formatDay(expires)}${validity === 'expiring' ? ', soon' : ''}`;
}

/** As validity.ts says it; empty where the certificate is missing. */
export function formatDaysLeft({ validity, daysLeft }: GraphCertificate): string {
  return validity === undefined || daysLeft === undefined ? '' : formatTimeLeft(validity, daysLeft);
}

const mostNames = 4;
const longestName = 100;

/** The names of a certificate for people: a few of them, each of bearable length, or `none`. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => shortenToColumns(escapeControls(name), longestName));
  const others = names.length - shown.length;
  return `${shown.join(', ') || 'none'}${others === 0 ? '' : ` and ${others} more`}`;
}

/** A lane in a sentence, for who cannot see the picture. */
export function tellLane({ service, mode, host, moreHosts = [], path }: Lane, controller: string): string {
  const show = ({ path: file, problems }: GraphCertificate): string =>
    `${file}${problems.length === 0 ? '' : ` (${problems.join(', ')})`}`;
  const showClient = ({ client }: TlsConnection): string =>
    client === undefined ? '' : `; the client shows ${show(client)}`;
  const name = `${[host, ...moreHosts].join(' and ')}, ${mode}:`;
  switch (path.mode) {
    case 'terminate':
      return `${name} TLS from the client to ${controller} with ${show(path.outer.server)}, from there HTTP without TLS to ${service}${showClient(path.outer)}.`;
    case 'reencrypt':
      return `${name} TLS from the client to ${controller} with ${show(path.outer.server)}, from there TLS again to ${service} with ${show(path.inner.server)}, ${path.inner.isVerified ? 'verified' : 'not verified'}${path.inner.client === undefined ? '' : `; ${controller} shows ${show(path.inner.client)}`}${showClient(path.outer)}.`;
    case 'passthrough':
      return `${name} TLS from the client through ${controller} to ${service} with ${show(path.whole.server)}${showClient(path.whole)}.`;
  }
}
