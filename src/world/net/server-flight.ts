import type { TlsVersion } from '../../model/probe.ts';
import { alerted, brokenProtocol, closed } from './probe-end.ts';
import { createRecordReader, mostBytes, type TlsRecord } from './tls-records.ts';

/** What a server answers to a ClientHello in clear, up to its certificate. */
export interface ServerFlight {
  readonly version?: TlsVersion;
  /** In DER, not looked into; never empty. */
  readonly certificates?: readonly Buffer[];
  /** Names of the authorities whose clients are asked for, in DER; absent: no certificate is, as far as was read. */
  readonly clientAuthorities?: readonly Buffer[];
  /** Whether the server is done: all of its flight was read. */
  readonly isDone?: true;
}

export interface FlightReader {
  /**
   * Takes what came and returns what is known now; whatever follows the certificates is read where `isWhole` wants it.
   *
   * @throws ProbeEnd: `alert`; `closed` for the alert close_notify; `protocol` for what is no such flight. What was known
   *   before stays in `flight`.
   */
  push(chunk: Uint8Array): ServerFlight;
  readonly flight: ServerFlight;
}

const serverHello = 2;
const certificate = 11;
const certificateRequest = 13;
const serverHelloDone = 14;
const versions: Readonly<Record<number, TlsVersion>> = { 0x0302: 'TLSv1.1', 0x0303: 'TLSv1.2' };

/** @param offered the version that the hello offered; a higher one breaks the protocol. */
export function createFlightReader(offered: 'TLSv1.1' | 'TLSv1.2', isWhole = false): FlightReader {
  const records = createRecordReader();
  const handshake = Buffer.alloc(mostBytes);
  let length = 0;
  let start = 0;
  let flight: ServerFlight = {};

  function wantsMore(): boolean {
    return isWhole ? flight.isDone !== true : flight.certificates === undefined;
  }

  function takeRecord({ type, content }: TlsRecord): void {
    if (type === 21) {
      takeAlert(content);
      return;
    }
    // Records are bounded together, so what they hold fits.
    content.copy(handshake, length);
    length += content.length;
    while (wantsMore() && length - start >= 4) {
      const end = start + 4 + handshake.readUIntBE(start + 1, 3);
      if (end - start > mostBytes) throw brokenProtocol('a handshake message that is too long');
      if (end > length) return;
      takeMessage(handshake[start], handshake.subarray(start + 4, end));
      start = end;
    }
  }

  function takeMessage(type: number | undefined, body: Buffer): void {
    if (flight.version === undefined) {
      if (type !== serverHello) throw brokenProtocol('its first message is no ServerHello');
      flight = { version: readVersion(body, offered) };
    } else if (flight.certificates !== undefined) {
      if (type === certificateRequest) flight = { ...flight, clientAuthorities: readAuthorities(body, offered) };
      if (type === serverHelloDone) flight = { ...flight, isDone: true };
    } else {
      if (type !== certificate) throw brokenProtocol('no certificate follows its ServerHello');
      flight = { ...flight, certificates: readCertificates(body) };
    }
  }

  return {
    push(chunk) {
      for (const record of records.push(chunk)) {
        if (wantsMore()) takeRecord(record);
      }
      return flight;
    },
    get flight() {
      return flight;
    },
  };
}

/** RFC 5246, 7.2: two octets; a warning (level 1) other than close_notify (0) does not end the handshake. */
function takeAlert(content: Buffer): void {
  const [level, description] = content;
  if (description === undefined || content.length !== 2) throw brokenProtocol('an alert that is none');
  if (description === 0) throw closed();
  if (level !== 1) throw alerted(description);
}

/** RFC 5246, 7.4.1.3. Of all that a ServerHello says, the version counts here; 38 octets are the least it has. */
function readVersion(body: Buffer, offered: 'TLSv1.1' | 'TLSv1.2'): TlsVersion {
  const version = body.length < 38 ? undefined : versions[body.readUInt16BE(0)];
  if (version === undefined || version > offered)
    throw brokenProtocol('a ServerHello of a version that was not offered');
  return version;
}

/** RFC 5246, 7.4.2: a list behind its length of three octets, each certificate behind its own. */
function readCertificates(body: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  let at = 3;
  if (body.length < 3 || body.readUIntBE(0, 3) !== body.length - 3)
    throw brokenProtocol('a list of certificates that is none');
  while (at < body.length) {
    const end = at + 3 <= body.length ? at + 3 + body.readUIntBE(at, 3) : Infinity;
    if (end > body.length) throw brokenProtocol('a certificate that is cut off');
    found.push(body.subarray(at + 3, end));
    at = end;
  }
  if (found.length === 0) throw brokenProtocol('an empty list of certificates');
  return found;
}

/** RFC 5246, 7.4.4: kinds of certificates, since TLS 1.2 kinds of signatures, then the names, each behind its length. */
function readAuthorities(body: Buffer, version: TlsVersion): readonly Buffer[] {
  const kinds = skipVector(body, 0, 1);
  const names = vectorAt(body, version === 'TLSv1.2' ? skipVector(body, kinds, 2) : kinds, 2);
  const found: Buffer[] = [];
  for (let at = names.start; at < names.end;) {
    const name = vectorAt(body, at, 2);
    found.push(body.subarray(name.start, name.end));
    at = name.end;
  }
  return found;
}

function skipVector(body: Buffer, at: number, lengthBytes: 1 | 2): number {
  return vectorAt(body, at, lengthBytes).end;
}

/** Where what stands behind a length begins and ends. */
function vectorAt(body: Buffer, at: number, lengthBytes: 1 | 2): { readonly start: number; readonly end: number } {
  const start = at + lengthBytes;
  const end = start <= body.length ? start + body.readUIntBE(at, lengthBytes) : Infinity;
  if (end > body.length) throw brokenProtocol('a request for a certificate that is cut off');
  return { start, end };
}
