import { brokenProtocol } from './probe-end.ts';

/** Most bytes that are taken from a server before it must have shown its certificate. */
export const mostBytes = 64 * 1024;

export interface TlsRecord {
  /** 21 alert, 22 handshake. */
  readonly type: 21 | 22;
  readonly content: Buffer;
}

/** Cuts what comes over the wire into records, without decryption. */
export interface RecordReader {
  /**
   * @returns the records that the bytes complete.
   * @throws ProbeEnd with the code `protocol` when they are no TLS, or too much.
   */
  push(chunk: Uint8Array): readonly TlsRecord[];
}

export function createRecordReader(): RecordReader {
  const taken = Buffer.alloc(mostBytes);
  let length = 0;
  let start = 0;

  function next(): TlsRecord | undefined {
    if (length - start < 5) {
      checkHeader(taken.subarray(start, length));
      return undefined;
    }
    const header = taken.subarray(start, start + 5);
    checkHeader(header);
    const end = start + 5 + header.readUInt16BE(3);
    if (end > length) return undefined;
    const record = { type: header[0] as TlsRecord['type'], content: taken.subarray(start + 5, end) };
    start = end;
    return record;
  }

  return {
    push(chunk) {
      if (length + chunk.length > mostBytes) throw brokenProtocol('it sends more than any handshake needs');
      taken.set(chunk, length);
      length += chunk.length;
      const records: TlsRecord[] = [];
      for (let record = next(); record !== undefined; record = next()) records.push(record);
      return records;
    },
  };
}

/** Checks as much of a record's header (RFC 5246, 6.2.1) as has come, so that what is no TLS is known by its first byte. */
function checkHeader(header: Buffer): void {
  const [type, major] = header;
  if (type !== undefined && type !== 21 && type !== 22) throw brokenProtocol('what it sends is no TLS handshake');
  if (major !== undefined && major !== 3) throw brokenProtocol('what it sends is no TLS record');
  if (header.length < 5) return;
  const length = header.readUInt16BE(3);
  if (length === 0 || length > 2 ** 14) throw brokenProtocol(`a TLS record of ${length} bytes`);
}
