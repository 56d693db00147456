/** What the first bytes of a connection are; `partial`: more must be read to tell. */
export type FirstBytes =
  | { readonly kind: 'partial' }
  | { readonly kind: 'other' }
  | { readonly kind: 'hello'; readonly serverName: string | undefined };

const handshakeRecord = 22;
const serverNameExtension = 0;

/** Reads the name out of a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), which may come in several records and segments. */
export function readFirstBytes(bytes: Buffer): FirstBytes {
  if (bytes.length === 0) return { kind: 'partial' };
  if (bytes[0] !== handshakeRecord) return { kind: 'other' };
  const message = joinRecords(bytes);
  if (message.length < 4 || message.length < 4 + message.readUIntBE(1, 3)) return { kind: 'partial' };
  return { kind: 'hello', serverName: findServerName(message) };
}

function joinRecords(bytes: Buffer): Buffer {
  const fragments: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === handshakeRecord; at += 5 + bytes.readUInt16BE(at + 3)) {
    fragments.push(bytes.subarray(at + 5, at + 5 + bytes.readUInt16BE(at + 3)));
  }
  return Buffer.concat(fragments);
}

function findServerName(hello: Buffer): string | undefined {
  let at = 4 + 2 + 32; // header, version, random
  at += 1 + hello.readUInt8(at); // session id
  at += 2 + hello.readUInt16BE(at); // cipher suites
  at += 1 + hello.readUInt8(at); // compression methods
  if (at + 2 > hello.length) return undefined;
  for (at += 2; at + 4 <= hello.length; at += 4 + hello.readUInt16BE(at + 2)) {
    if (hello.readUInt16BE(at) !== serverNameExtension) continue;
    const length = hello.readUInt16BE(at + 4 + 3);
    return hello.toString('latin1', at + 4 + 5, at + 4 + 5 + length).toLowerCase();
  }
  return undefined;
}
