import type { ToolResult } from './exec.ts';

/**
 * The API server, or what stands before or behind it, is not there at the moment. Texts of client-go and of the API server,
 * captured from kubectl 1.35.2, helm 4.1.4 and helm 3.22.0 against a server that was away, cut connections or answered so.
 */
const absent = new RegExp(
  [
    // Nothing listens, or the connection breaks.
    String.raw`connection to the server \S+ was refused`,
    'connect: connection refused',
    'read: connection reset by peer',
    'write: broken pipe',
    'use of closed network connection',
    String.raw`: (?:unexpected )?EOF(?: - error from a previous attempt.*)?$`,
    'http2: client connection lost',
    'http2: server sent GOAWAY',
    'http: server closed idle connection',
    'unable to decode an event from the watch stream',
    // Something listens and says nothing.
    'TLS handshake timeout',
    String.raw`dial tcp [^\n]*i/o timeout`,
    String.raw`Client\.Timeout exceeded while awaiting headers`,
    String.raw`net/http: request canceled while waiting for connection`,
    String.raw`(?:Get|Post|Put|Patch|Delete) "https?://[^\n]*context deadline exceeded`,
    // It answers that it cannot.
    String.raw`\(ServiceUnavailable\)|the server is currently unable to handle the request`,
    String.raw`\(TooManyRequests\)|the server has received too many requests`,
    String.raw`\(Timeout\)|the server was unable to return a response in the time allotted`,
    'apiserver not ready|apiserver is shutting down',
    'etcdserver: (?:leader changed|no leader|request timed out|too many requests|not capable)',
    String.raw`an error on the server \([^\n]*\) has prevented the request from succeeding`,
  ].join('|'),
  'm',
);

/**
 * Says the same of something else: a program that logs on the way to another failure, an aggregated API (often metrics) that
 * is broken for good, a webhook that does not answer, a stop by our own time limit.
 */
const aboutOthers = /^[EWIF]\d{4} |unable to retrieve the complete list of server APIs|failed calling webhook|client rate limiter Wait|^Warning: /;

/**
 * Whether a tool failed because the API server is not there right now, so that the same command may succeed in a moment.
 * A tool that a signal ended, that was over its time or that still runs is none: what it did is not known.
 */
export function isTransient({ exitCode, timedOut, stillRunning, stderr }: ToolResult): boolean {
  if (exitCode === undefined || exitCode === 0 || timedOut || stillRunning !== undefined) return false;
  return stderr.split('\n').some((line) => !aboutOthers.test(line) && absent.test(line));
}
