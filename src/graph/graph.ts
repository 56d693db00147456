import type { Validity } from '../certs/validity.ts';
import type { Mode } from '../model/mode.ts';

/** The picture as data: who talks to whom, where each TLS connection begins and ends, and by which certificate. */
export interface Graph {
  readonly domain: string;
  readonly controller: {
    readonly name: string;
    readonly profile: string;
    readonly namespace: string;
    /** Where clients reach it: `node port 30092`. */
    readonly port: string;
  };
  /** One for each service, in the order of ingress-tls.yaml. */
  readonly lanes: readonly Lane[];
  /** Every certificate of the project once, authorities included. */
  readonly certificates: readonly GraphCertificate[];
}

export interface Lane {
  readonly service: string;
  readonly mode: Mode;
  /** With the path at which it is asked where that is not the root: others may have the host too. */
  readonly host: string;
  /** Other names of it. */
  readonly moreHosts?: readonly string[];
  readonly url: string;
  /** The container's port, or that of the Service that is there already. */
  readonly port: number | string;
  /** The Service that is there already: `argocd/argocd-server`. */
  readonly existing?: string;
  /** Absent: the cluster decides. */
  readonly replicas?: number;
  readonly path: LanePath;
}

/** The way of a request. The union is the point of the picture: a path has as many TLS connections as it has `tls` parts. */
export type LanePath =
  | { readonly mode: 'terminate'; readonly outer: TlsConnection }
  | { readonly mode: 'reencrypt'; readonly outer: TlsConnection; readonly inner: TlsConnection }
  /** One connection from the client to the pod: the controller hands bytes on. */
  | { readonly mode: 'passthrough'; readonly whole: TlsConnection };

export interface TlsConnection {
  /** Shown by the end that is further from the client. */
  readonly server: GraphCertificate;
  /** Whether the end that begins the connection checks `server`. People's own clients do unless they are told not to. */
  readonly isVerified: boolean;
  /** Present: whoever ends TLS asks for a client certificate; this one is ready to be shown. */
  readonly client?: GraphCertificate;
}

export interface GraphCertificate {
  /** Path in the project: `certs/wildcard.crt`. */
  readonly path: string;
  /** DNS names; empty for authorities, client certificates and what is missing. */
  readonly names: readonly string[];
  readonly isAuthority: boolean;
  /** Absent, as the two that follow: the certificate is not there. */
  readonly expires?: Date;
  readonly validity?: Validity;
  /** Whole days, rounded down; negative when expired. */
  readonly daysLeft?: number;
  /** Who vouches for it: `itself`, the path of an authority in certs/, or the name of somebody else's. */
  readonly issuer: string;
  /** What is wrong with it, the worst first: `missing`, `expired on 2024-01-01`. */
  readonly problems: readonly string[];
}
