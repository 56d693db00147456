/** A record of TLS: type, version 1.2, content. */
export function record(type: number, content: Buffer): Buffer {
  const header = Buffer.from([type, 3, 3, 0, 0]);
  header.writeUInt16BE(content.length, 3);
  return Buffer.concat([header, content]);
}

/** A handshake message, without a record. */
export function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), uint24(body.length), body]);
}

/** A ServerHello in a record: random of zeros, no session, ECDHE-RSA-AES128-GCM-SHA256, no extensions. */
export function serverHello(version: number): Buffer {
  return record(
    22,
    message(2, Buffer.concat([Buffer.of(version >> 8, version & 255), Buffer.alloc(32), Buffer.of(0, 0xc0, 0x2f, 0)])),
  );
}

/** A Certificate message of TLS 1.2 in a record. */
export function certificateMessage(certificates: readonly Buffer[]): Buffer {
  const list = Buffer.concat(certificates.map((der) => Buffer.concat([uint24(der.length), der])));
  return record(22, message(11, Buffer.concat([uint24(list.length), list])));
}

function uint24(value: number): Buffer {
  return Buffer.of(value >> 16, (value >> 8) & 255, value & 255);
}
