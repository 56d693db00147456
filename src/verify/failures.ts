import type { Observation, ProbeFailure, TlsVersion } from '../model/probe.ts';
import { alerts } from './alerts.ts';

/** Whether no connection came about at all. */
export function isUnreachable({ failure }: Observation): boolean {
  return failure?.stage === 'connect';
}

/**
 * Whether the other side ended the connection, with a word (alert) or without. A reset is a close with bytes unread (RFC 1122,
 * 4.2.2.13); an alert that was under way is lost with it.
 */
export function isEnded({ code, stage }: ProbeFailure): boolean {
  return stage !== 'connect' && (code === 'alert' || code === 'closed' || code === 'ECONNRESET');
}

/**
 * Whether anybody was shown a certificate. Where nobody was, whatever listens there ends every connection alike, and an end is
 * no refusal.
 */
export function isAnybodyServed(observations: Iterable<Observation>): boolean {
  return [...observations].some(({ leaf }) => leaf !== undefined);
}

/** What is said of an end that is no refusal. */
export const provesNothing = 'every connection ends alike, so it proves nothing';

/**
 * Whether a handshake in one version ended because the other side does not speak it: by its alert, or, where it answered in
 * another version, by OpenSSL's own complaint on our side (openssl@3.0 ssl/ssl_err.c). Its complaint about a "wrong version
 * number" is another matter: the first bytes were no TLS.
 */
export function isVersionRefused({ failure, leaf, answer }: Observation): boolean {
  if (failure?.stage !== 'handshake' || leaf !== undefined || answer !== undefined) return false;
  if (failure.code === 'alert') return failure.alert === alerts.protocolVersion;
  return /unsupported[ _]protocol|wrong[ _]ssl[ _]version/i.test(`${failure.code} ${failure.message}`);
}

/** Whether a handshake in one version got as far as the other side's agreement to it. */
export function isVersionAccepted(observation: Observation, version: TlsVersion): boolean {
  if (observation.version !== undefined) return observation.version === version;
  return (
    observation.leaf !== undefined ||
    observation.answer !== undefined ||
    observation.isKept === true ||
    observation.failure?.stage === 'response'
  );
}
