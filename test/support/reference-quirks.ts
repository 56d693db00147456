import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { SecureContextOptions } from 'node:tls';
import type { KeyPair } from './reference-certificates.ts';

/** svc7: TLS ends at the gateway. svc8: and a second, verified one leads to the pod. svc9: the pod's own, with client certificates. */
export type ServiceName = 'svc7' | 'svc8' | 'svc9';

const domain = 'example.test';

export function serviceOf(host: string | undefined): ServiceName | undefined {
  return (['svc7', 'svc8', 'svc9'] as const).find((service) => host === `${service}.${domain}`);
}

/** What a broken gateway does once it has the hello. */
export type Spoiled = 'hang' | 'reset' | 'end' | 'garbage' | 'half-certificate';

export interface EdgeClients {
  /** PEM. */
  readonly authority: string;
  /** `any`: a certificate of whatever authority. */
  readonly demands: 'required' | 'optional' | 'any';
  /** nginx answers with a page, Go ends TLS. */
  readonly refusesBy: 'page' | 'end';
}

/** In which ways a gateway is wrong; without any it does what ingress-nginx does, and a hello is read whole. */
export interface Quirks {
  /** To every connection, before anything is read. */
  readonly onAccept?: 'hang' | 'reset';
  /** To connections that name this service in the hello. */
  readonly onHello?: Partial<Record<ServiceName, Spoiled>>;
  /** `first-segment`: the name is looked for there only, else the gateway answers itself; `or-nothing`: else the connection ends. */
  readonly helloReading?: 'first-segment' | 'first-segment-or-nothing';
  /** Plain HTTP on the TLS port is routed like any request. */
  readonly servesPlainHttp?: boolean;
  /** To whose pod connections are passed through unread, by the name in the hello; default: those for svc9 to svc9. */
  readonly passedThrough?: Partial<Record<ServiceName | 'unknown' | 'nameless', ServiceName>>;
  /** Certificates that the gateway shows instead of certs/wildcard.crt; `fake`: its own fallback. */
  readonly edgeCertificates?: Partial<Record<ServiceName, KeyPair | 'fake'>>;
  /** Shown to unknown names and to none, instead of the fallback. */
  readonly defaultCertificate?: KeyPair;
  readonly edgeTls?: SecureContextOptions;
  /** How the gateway asks svc7's clients for a certificate; absent: not at all. */
  readonly edgeClients?: EdgeClients;
  readonly offersHttp2?: boolean;
  /** Service that answers for another, for hosts that are unknown, for connections without a name. */
  readonly backends?: Partial<Record<ServiceName | 'unknown' | 'nameless', ServiceName>>;
  /** Requests for svc9 that the gateway reads are brought to the pod with a client certificate of the gateway's own. */
  readonly leaks?: 'under-its-name' | 'under-another-name' | 'without-name';
  readonly hop?: 'unverified' | 'plain' | 'missing';
  /** PEM of the authority that svc8's pod is held against, instead of the Secret's. */
  readonly hopAuthority?: string;
  /** Answers written instead of the pod's. */
  readonly answers?: Partial<Record<ServiceName, (response: Answer) => void>>;
  readonly passthroughPod?: {
    readonly identity?: KeyPair;
    readonly tls?: SecureContextOptions;
    /** `any`: of whatever authority; `unasked`: none is demanded. */
    readonly clients?: 'any' | 'unasked';
    /** PEM of the authority of its clients, instead of certs/svc9-client-ca.crt. */
    readonly clientAuthority?: string;
  };
}

export type Answer = ServerResponse | Http2ServerResponse;
