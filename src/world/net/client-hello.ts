import { InternalError } from '../../errors.ts';

export interface ClientHelloOptions {
  /** The name to send; not looked at. */
  readonly serverName: string;
  /** The highest version that is offered, and the only one that is meant. */
  readonly version: 'TLSv1.1' | 'TLSv1.2';
  /** Bytes of padding before the server name, which comes last; 0: no padding extension. */
  readonly padding: number;
}

/** Bytes of randomness that a hello needs (RFC 5246, 7.4.1.2). */
export const helloRandomLength = 32;

/** What one record may hold (RFC 5246, 6.2.1). */
const longestFragment = 2 ** 14;

const clientVersions = { 'TLSv1.1': 0x0302, 'TLSv1.2': 0x0303 } as const;

// The registry of TLS cipher suites (IANA): ephemeral elliptic curves with ECDSA and with RSA, then RSA alone.
const authenticatedSuites = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009c, 0x009d];
const cbcSuites = [0xc009, 0xc013, 0xc00a, 0xc014, 0x002f, 0x0035];

const groups = [0x001d, 0x0017, 0x0018, 0x0019];
// ECDSA, RSA-PSS and RSA with SHA-256, 384 and 512; SHA-1 for the oldest servers (RFC 8446, 4.2.3).
const signatureSchemes = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

/**
 * A ClientHello in its record (RFC 5246, 7.4.1.2; RFC 4346 for TLS 1.1). There is no supported_versions extension, so that
 * a server cannot take it for one of TLS 1.3.
 *
 * @param random exactly helloRandomLength bytes.
 * @throws InternalError when the hello would not fit into one record, or `random` has another length.
 */
export function createClientHello(options: ClientHelloOptions, random: Uint8Array): Buffer {
  if (random.length !== helloRandomLength)
    throw new InternalError(`a ClientHello takes ${helloRandomLength} random bytes`);
  const suites = options.version === 'TLSv1.2' ? [...authenticatedSuites, ...cbcSuites] : cbcSuites;
  const body = Buffer.concat([
    uint16(clientVersions[options.version]),
    random,
    vector(1, Buffer.alloc(0)),
    vector(2, ...suites.map(uint16)),
    vector(1, Buffer.of(0)),
    vector(2, ...createExtensions(options)),
  ]);
  const message = Buffer.concat([Buffer.of(1), vector(3, body)]);
  if (message.length > longestFragment)
    throw new InternalError(`a ClientHello of ${message.length} bytes does not fit into a record`);
  // Record version 0x0301, which the oldest servers take too (RFC 5246, E.1).
  return Buffer.concat([Buffer.of(22, 3, 1), vector(2, message)]);
}

function createExtensions({ serverName, version, padding }: ClientHelloOptions): readonly Buffer[] {
  return [
    // renegotiation_info (RFC 5746, 3.4), empty in a first handshake.
    extension(0xff01, vector(1, Buffer.alloc(0))),
    // extended_master_secret (RFC 7627, 5.1).
    extension(23, Buffer.alloc(0)),
    // supported_groups and ec_point_formats (RFC 8422, 5.1).
    extension(10, vector(2, ...groups.map(uint16))),
    extension(11, vector(1, Buffer.of(0))),
    // signature_algorithms came with TLS 1.2 (RFC 5246, 7.4.1.4.1).
    ...(version === 'TLSv1.2' ? [extension(13, vector(2, ...signatureSchemes.map(uint16)))] : []),
    ...(padding > 0 ? [extension(21, Buffer.alloc(padding))] : []),
    // server_name with one host_name (RFC 6066, 3).
    extension(0, vector(2, Buffer.of(0), vector(2, Buffer.from(serverName, 'latin1')))),
  ];
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([uint16(type), vector(2, content)]);
}

/** The parts together, behind their length in `lengthBytes` bytes. */
function vector(lengthBytes: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length >= 2 ** (8 * lengthBytes))
    throw new InternalError(`${content.length} bytes do not fit into a ClientHello`);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntBE(content.length, 0, lengthBytes);
  return Buffer.concat([length, content]);
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
