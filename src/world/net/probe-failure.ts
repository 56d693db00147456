import { escapeControls } from '../../text/escape.ts';
import type { FailureStage, ProbeFailure } from '../../model/probe.ts';
import { alerted, brokenProtocol, closed, ProbeEnd } from './probe-end.ts';

/** What errors of node:net, node:tls, node:http and node:http2 carry. */
interface NodeError extends Error {
  readonly code?: unknown;
  readonly syscall?: unknown;
  /** OpenSSL's or the HTTP parser's own words. */
  readonly reason?: unknown;
  /** What the HTTP parser was given. */
  readonly rawPacket?: unknown;
}

/**
 * Puts an error of a connection into the words of the model.
 *
 * - An alert record where HTTP was expected is an `alert`: a TLS server refuses plain HTTP so.
 * - `protocol` stands for everything that is no TLS or no HTTP, also for a version or an extension of TLS that was not
 *   asked for, a certificate that cannot be read, and a stream of HTTP/2 that was reset.
 * - EPIPE is ECONNRESET seen while writing, and is called so.
 *
 * @returns undefined for an error that no connection makes: a mistake of ours.
 */
export function toProbeFailure(thrown: unknown, stage: FailureStage): ProbeFailure | undefined {
  const error = firstOf(thrown);
  if (error instanceof ProbeEnd) return formatEnd(error, stage);
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, reason, rawPacket, message } = error as NodeError;
  if (typeof code !== 'string') return undefined;
  const alert = findAlert(message) ?? findAlertRecord(rawPacket);
  // Alert 0 is close_notify: the end, and no complaint.
  if (alert === 0 || isEndOfStream(code, syscall)) return formatEnd(closed(), stage);
  if (alert !== undefined) return formatEnd(alerted(alert), stage);
  if (code === 'EPIPE') return { stage, code: 'ECONNRESET', message: escapeControls(message) };
  if (/^E[A-Z0-9]+$|^EAI_/.test(code) && code !== 'EPROTO') return { stage, code, message: escapeControls(message) };
  return formatEnd(brokenProtocol(typeof reason === 'string' ? reason : message), stage);
}

function formatEnd({ code, alert, message }: ProbeEnd, stage: FailureStage): ProbeFailure {
  return alert === undefined
    ? { stage, code, message: escapeControls(message) }
    : { stage, code, alert, message: `TLS alert ${alert}` };
}

/** With several addresses of a name, node:net throws the errors of all of them together. */
function firstOf(thrown: unknown): unknown {
  return thrown instanceof AggregateError ? (thrown.errors as readonly unknown[])[0] : thrown;
}

/**
 * Node calls it ECONNRESET when a stream ends before it should (node@20 lib/internal/errors.js, ConnResetException);
 * a real reset names the system call that met it.
 */
function isEndOfStream(code: string, syscall: unknown): boolean {
  const isMadeUp = code === 'ECONNRESET' && syscall === undefined;
  return (
    isMadeUp ||
    /^ERR_SSL_UNEXPECTED_EOF|^ERR_STREAM_PREMATURE_CLOSE$|^ERR_HTTP2_STREAM_CANCEL$|^HPE_INVALID_EOF_STATE$/.test(code)
  );
}

/** The description in a TLS alert record: type 21, major version 3, two octets of content (RFC 8446, 5.1 and 6). */
function findAlertRecord(bytes: unknown): number | undefined {
  const isRecord =
    Buffer.isBuffer(bytes) && bytes.length >= 7 && bytes[0] === 21 && bytes[1] === 3 && bytes.readUInt16BE(3) === 2;
  return isRecord ? bytes[6] : undefined;
}

/**
 * The number of the alert that an error of OpenSSL's tells of, or undefined when it tells of none.
 *
 * OpenSSL ends the text with `SSL alert number N`, and its reason code of a received alert is 1000 + N
 * (openssl@3.0 ssl/record/rec_layer_s3.c, SSL_AD_REASON_OFFSET); Node passes both on in the message.
 */
export function findAlert(message: string): number | undefined {
  const spelled = /SSL alert number (\d{1,3})\b/.exec(message)?.[1];
  if (spelled !== undefined) return Number(spelled);
  // Library 20 (SSL) stands in bits 23 to 30 of the error code, the reason in the lowest 23 (openssl@3.0 err.h).
  const reason = /\berror:0A([0-9A-F]{6}):/i.exec(message)?.[1];
  const alert = reason === undefined ? -1 : Number.parseInt(reason, 16) - 1000;
  return alert >= 0 && alert <= 255 ? alert : undefined;
}
