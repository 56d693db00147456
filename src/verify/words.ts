import { formatDate } from '../certs/validity.ts';
import type { CertificateFacts } from '../model/certificate.ts';
import type { HttpAnswer, Observation, ProbeFailure, TlsVersion } from '../model/probe.ts';
import { nameAlert } from './alerts.ts';
import type { VerifySubject } from './subject.ts';

const longestText = 80;
const longestName = 40;
const shownNames = 3;
const shownDigits = 12;

/**
 * Text that a server sent, fit for a terminal: on one line, at most 80 characters, without anything that could steer the
 * terminal or turn the reading direction (Unicode categories C and Z, each run of them one space).
 */
export function showText(text: string): string {
  return cut(text, longestText);
}

function cut(text: string, longest: number): string {
  // Cut before the expression runs: the text may be long, and nothing of the rest is shown.
  const line = text
    .slice(0, 20 * longest)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length > longest ? `${characters.slice(0, longest).join('')}...` : line;
}

/** As many of a fingerprint's digits as a person compares. */
function showFingerprint({ fingerprint }: CertificateFacts): string {
  return `SHA-256 ${showText(fingerprint.slice(0, shownDigits))}...`;
}

/** The certificate that must be shown: by its source, and by its fingerprint where it is known. */
export function nameExpected({ leaf, leafSource, service }: VerifySubject): string {
  return leaf === undefined
    ? `a certificate for ${service.host}, that of ${leafSource}`
    : `the certificate of ${leafSource} (${showFingerprint(leaf)})`;
}

/** Subject, the DNS names that it does not say itself, and fingerprint: for a certificate that is to be made out. */
export function showCertificate(facts: CertificateFacts): string {
  const commonName = findCommonName(facts);
  const others = facts.dnsNames.filter((name) => name !== commonName);
  const isNamed = others.length < facts.dnsNames.length;
  const subject = showText(facts.subject) || 'no subject,';
  const names =
    others.length === 0 ? (isNamed ? '' : ' for no DNS name') : `${isNamed ? ', also' : ''} for ${showNames(others)}`;
  return `${subject}${names} (${showFingerprint(facts)})`;
}

/** Common name and fingerprint, for a certificate that is the expected one. */
export function nameCertificate(facts: CertificateFacts): string {
  const name = cut(findCommonName(facts) ?? facts.dnsNames[0] ?? '', longestName);
  return `${name || 'no name'}, ${showFingerprint(facts)}`;
}

function showNames(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map((name) => cut(name, longestName));
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}

function findCommonName({ subject }: CertificateFacts): string | undefined {
  return subject
    .split(', ')
    .find((attribute) => attribute.startsWith('CN='))
    ?.slice('CN='.length);
}

/** The day in UTC, with the time where it is that of `now`; or that there is none: a date of another's certificate may be any. */
export function showDay(date: Date, now?: Date): string {
  if (Number.isNaN(date.getTime())) return 'a date that cannot be read';
  return now === undefined ? date.toISOString().slice(0, 10) : formatDate(date, now);
}

/** `1 day`, `20 days`. */
export function showDays(days: number): string {
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}

/** Status and what the body says: of an HTML page its title, which most servers begin with the status. */
export function showAnswer({ status, body, grpcStatus }: HttpAnswer): string {
  if (grpcStatus !== undefined) return `gRPC status ${grpcStatus}`;
  const title = /<title>([^<]{1,200})<\/title>/i.exec(body)?.[1]?.replace(new RegExp(`^${status} `), '');
  const text = showText(title ?? body);
  return text === '' ? `status ${status} without a body` : `status ${status}, "${text}"`;
}

/** How a connection ended without what was asked for. */
export function showFailure(failure: ProbeFailure | undefined): string {
  if (failure === undefined) return 'nothing';
  const { stage, code } = failure;
  const during =
    stage === 'connect'
      ? 'before it was open'
      : stage === 'handshake'
        ? 'during the TLS handshake'
        : 'before an answer';
  switch (code) {
    case 'timeout':
      return stage === 'connect'
        ? 'no connection within the time limit'
        : `nothing more within the time limit, ${during}`;
    case 'closed':
      return `the connection was closed without a word ${during}`;
    case 'alert':
      return `TLS alert ${nameAlert(failure.alert)} ${during}`;
    case 'protocol':
      if (stage !== 'response') return 'bytes that are no TLS';
      // node@20 src/node_http_parser.cc, TrackHeader: no more than 16 KiB of them.
      return /header overflow/i.test(failure.message)
        ? 'an answer with more headers than a client reads'
        : 'bytes that are no HTTP answer';
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no way to it (${code})`;
    case 'ECONNRESET':
      return `the connection was reset ${during}`;
    default:
      return `${showText(code)} ${during}`;
  }
}

/** What came of a request: the answer, or why there was none; where nothing was asked, that the connection was let be. */
export function showOutcome({ answer, isKept, failure }: Observation): string {
  if (isKept === true) return 'the connection is let be';
  return answer === undefined ? showFailure(failure) : showAnswer(answer);
}

/** `TLS 1.2` */
export function nameVersion(version: TlsVersion): string {
  return version.replace('TLSv', 'TLS ');
}

/** What was seen in each version, the same thing once: `TLS 1.2: alert 40; TLS 1.3: alert 116`, `TLS 1.2 and TLS 1.3: alert 48`. */
export function showByVersion(seen: readonly { readonly version: TlsVersion; readonly text: string }[]): string {
  const versions = new Map<string, string[]>();
  for (const { version, text } of seen) versions.set(text, [...(versions.get(text) ?? []), nameVersion(version)]);
  return [...versions].map(([text, names]) => `${names.join(' and ')}: ${text}`).join('; ');
}
