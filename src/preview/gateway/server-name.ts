import { Readable } from 'node:stream';
import { getExtensionData, readTlsClientHello } from 'read-tls-client-hello';

import type { GatewayBehaviour } from '../../model/gateway.ts';

const headerLength = 5;
/** The longest plaintext record (RFC 8446, 5.1). */
const longestFragment = 2 ** 14;

/** Bytes that ingress-nginx gives to its reader of hellos (kubernetes/ingress-nginx@controller-v1.15.1:pkg/tcpproxy/tcp.go). */
const firstReadLength = 16_384;

/**
 * Bytes of the record that a connection begins with, with its header; undefined as long as the header is not there. A record
 * that claims more than a record may hold ends with its header: nobody waits for it, and TLS refuses it.
 */
export function lengthOfRecord(bytes: Buffer): number | undefined {
  if (bytes.length < headerLength) {
    return undefined;
  }
  const fragment = bytes.readUInt16BE(3);
  return headerLength + (fragment > longestFragment ? 0 : fragment);
}

/**
 * The host name in a ClientHello (RFC 6066, 3), as the client spells it; undefined when there is none, when the hello
 * goes on in another record, and when it cannot be read. Never rejects.
 *
 * @param bytes what the connection begins with.
 */
export async function readServerName(
  bytes: Buffer,
  reading: GatewayBehaviour['helloReading'],
): Promise<string | undefined> {
  const record = reading === 'first-read' ? fillWithZeros(bytes) : bytes.subarray(0, lengthOfRecord(bytes) ?? 0);
  try {
    // A stream that ends: read-tls-client-hello@2.0.0 waits for bytes as long as its stream is open.
    const hello = await readTlsClientHello(Readable.from([record], { objectMode: false }));
    const name = getExtensionData(hello, 'server_name')?.serverName;
    return name === '' ? undefined : name;
  } catch {
    return undefined;
  }
}

/**
 * One read in a buffer of zeros. ingress-nginx reads the extensions without a look at the lengths of record and message, so
 * it finds a name in the first bytes of a hello whose rest is missing. Lengths that count the zeros say the same to a
 * reader that does look.
 */
function fillWithZeros(bytes: Buffer): Buffer {
  const filled = Buffer.alloc(firstReadLength);
  bytes.copy(filled);
  filled.writeUInt16BE(firstReadLength - headerLength, 3);
  filled.writeUIntBE(firstReadLength - headerLength - 4, 6, 3);
  return filled;
}
