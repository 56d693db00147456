import type { CertificateFacts } from './certificate.ts';

export type TlsVersion = 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** Where to connect. */
export interface ProbeAddress {
  /** An IPv4 or IPv6 address, or a host name when the person gave one. */
  readonly host: string;
  readonly port: number;
}

/** A client certificate and its key as PEM text, and never part of an observation. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** One connection as a client makes it; data, so that what verify asks can be looked at without a network. */
export type Probe =
  /** A TLS handshake, and one request over it. */
  | {
      readonly kind: 'https';
      /** The name in the hello (SNI, RFC 6066); absent: none is sent. */
      readonly serverName?: string;
      /** The Host header. */
      readonly host: string;
      readonly path: string;
      /**
       * Absent: one GET. `grpc`: one call with an empty message, over HTTP/2 whatever ALPN says. `nothing`: no byte is sent, and it is seen
       * whether the other side lets the connection be.
       */
      readonly asks?: 'grpc' | 'nothing';
      /** PEM of the certificates that the chain must lead to; no others are trusted. */
      readonly trust: string;
      readonly client?: ClientIdentity;
      /** Exactly this version; absent: 1.2 or 1.3, as the two sides agree. */
      readonly version?: 'TLSv1.2' | 'TLSv1.3';
      /** Offered by ALPN, in this order, if any; a GET is made over what the server picks. */
      readonly protocols: readonly ('h2' | 'http/1.1')[];
      /** Cut the first flight after this many bytes and send the rest in a TCP segment of its own, once the first must have been read. */
      readonly splitAfter?: number;
    }
  /** Plain HTTP to the TLS port. */
  | { readonly kind: 'plain-http'; readonly host: string; readonly path: string }
  /**
   * A hello made by hand, to see what no TLS library sends: an old version only, or so many extensions before the name that
   * it lies beyond the first segment, which is then sent and read alone. Only what the server answers in clear is read: TLS up to 1.2.
   */
  | {
      readonly kind: 'hello';
      readonly serverName: string;
      readonly version: 'TLSv1.1' | 'TLSv1.2';
      /** Bytes of padding (RFC 7685) before the server name, which then comes last. */
      readonly padding: number;
      /** Whether the answer is read on, to see whether a client certificate is asked for. */
      readonly readsRequest?: true;
    };

/** Where a connection ended. `handshake`: before the client could send a request; `response`: after, without an answer. */
export type FailureStage = 'connect' | 'handshake' | 'response';

export interface ProbeFailure {
  readonly stage: FailureStage;
  /**
   * `timeout`; `closed` (the other side ended the connection without a word); `alert` (a TLS alert: see `alert`); `protocol`
   * (bytes that are no TLS or no HTTP); or the system's code: `ECONNREFUSED`, `ECONNRESET`, `EHOSTUNREACH`.
   */
  readonly code: string;
  /** Number of the TLS alert (RFC 8446, 6): 40 handshake_failure, 48 unknown_ca, 70 protocol_version, 116 certificate_required. */
  readonly alert?: number;
  /** For people; no secret. */
  readonly message: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most the first 8 KiB, as UTF-8. */
  readonly body: string;
  readonly httpVersion: '1.0' | '1.1' | '2';
  /** What a gRPC server says of a call (grpc doc/statuscodes.md), in the headers or behind the body; absent: no such server answered. */
  readonly grpcStatus?: number;
}

/** What a probe saw. Everything that was seen before a failure is kept. */
export interface Observation {
  /** The certificate that was shown first; absent when none was. */
  readonly leaf?: CertificateFacts;
  /** Number of certificates that were shown. */
  readonly chainLength?: number;
  /** Whether OpenSSL accepted chain, dates and name by `trust`; absent where no certificate was judged. */
  readonly isTrusted?: boolean;
  /** OpenSSL's or Node's code when not: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, `SELF_SIGNED_CERT_IN_CHAIN`. */
  readonly trustProblem?: string;
  readonly version?: TlsVersion;
  /** What ALPN agreed on; absent: nothing. */
  readonly protocol?: string;
  /** Name of the group by which the key was agreed on, where node tells it: `X25519`. */
  readonly group?: string;
  /** Of the cipher suite, as IANA has it. */
  readonly cipher?: string;
  /** Names of the authorities whose clients the other side asks for; empty: of any. Absent: it asks for no certificate, or nobody looked. */
  readonly clientAuthorities?: readonly string[];
  /** Of a hello in two pieces: whether the other side was seen at work between them, and so read them apart. */
  readonly isReadApart?: boolean;
  readonly answer?: HttpAnswer;
  /** Where nothing was asked: the other side has let the connection be, and so everybody in who came by it. */
  readonly isKept?: true;
  readonly failure?: ProbeFailure;
  readonly durationMs: number;
}
