import type { TlsVersion } from './probe.ts';
import type { CheckId } from './verification.ts';

/** How a controller behaves on its TLS port whatever its routes are: what preview imitates and verify expects. */
export interface GatewayBehaviour {
  /** Product and version, for messages: `ingress-nginx v1.15.1`. */
  readonly product: string;
  /** The certificate that is shown where no other fits, by which it is recognised. */
  readonly fallbackCertificate: {
    readonly commonName: string;
    readonly organization?: string;
    readonly dnsNames: readonly string[];
  };
  /** The answer to plain HTTP on the TLS port; `text` is the part of the body that tells it from other errors. */
  readonly plainHttp: PageAnswer & { readonly text: string };
  /** The answer to a host that no route has. */
  readonly unknownHost: PageAnswer;
  /** When the pod's certificate does not stand the test of the reencrypt hop. */
  readonly upstreamRefused: PageAnswer;
  /** When the hop's authority cannot be read, or no pod is there. */
  readonly upstreamMissing: PageAnswer;
  /** Versions of TLS that are accepted where TLS ends at the controller. */
  readonly tlsVersions: readonly TlsVersion[];
  /** Whether the host name of a passthrough connection is looked for in the first read alone. */
  readonly helloReading: 'whole' | 'first-read';
  /**
   * What is made of a request's path before it is compared with those of routes. `decoded`: as nginx does, of every escape and dot
   * segment, and the pod gets what the client wrote; `cleaned`: as Traefik does, of all but what an escape keeps from being a part of
   * the path's structure, and the pod gets the outcome. Absent: nothing.
   */
  readonly pathReading?: 'decoded' | 'cleaned';
  /** How clients without the right certificate are refused where the controller asks for one; absent: it can ask for none. */
  readonly clientAuth?: ClientAuthBehaviour;
  /** Strict-Transport-Security on every answer where TLS ends at the controller. */
  readonly strictTransportSecurity?: string | undefined;
  /** What the controller is known not to do: verify reports it as such and not as a mistake of the person. */
  readonly knownLimits: readonly KnownLimit[];
}

/** `page`: any certificate and none passes the handshake, and a page says no. `handshake`: TLS itself ends the connection. */
export type ClientAuthBehaviour = {
  /** To a request for a host that asks for certificates, over a connection that was opened for another host. */
  readonly misdirected: PageAnswer;
} & (
  | {
      readonly refusesBy: 'page';
      readonly missing: PageAnswer;
      readonly wrong: PageAnswer;
      /** To everybody, where the authority cannot be read. */
      readonly unreadable: PageAnswer;
    }
  | { readonly refusesBy: 'handshake' }
);

export interface PageAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface KnownLimit {
  /** The check that meets it. */
  readonly check: CheckId;
  /** `kubernetes/ingress-nginx#11424`. */
  readonly issue: string;
  /** What it means for users of the service; one sentence. */
  readonly meaning: string;
  readonly remedy: string;
}

export interface NamedObject {
  readonly namespace: string;
  readonly name: string;
}

/** The Service port that a route leads to, by number or name as the route says it. */
export interface GatewayBackend {
  readonly service: NamedObject;
  readonly port: string | number;
}

/** What a controller makes of a set of route objects, read as it reads them. */
export interface GatewayTable {
  readonly hosts: readonly GatewayHost[];
  /** Whether HTTP/2 is offered where TLS ends at the controller, by its own settings. */
  readonly offersHttp2: boolean;
  /** Absent: no Service leads to a port for plain HTTP, or what is done there is not known. */
  readonly plainHttp?: GatewayPlainHttp;
  /** What it would complain about in its log, for the person who previews. */
  readonly complaints: readonly Complaint[];
}

/** How a controller redirects to HTTPS on its port for plain HTTP. */
export interface GatewayPlainHttp {
  /** `everything`: whatever host is named. `routes`: the hosts of the table, where they are not `inClear`. */
  readonly redirects: 'everything' | 'routes';
  /** To GET, and to every other method. */
  readonly answers: { readonly get: PageAnswer; readonly others: PageAnswer };
  /** The port that the redirect names; 443 is named by none. */
  readonly leadsTo: number;
  /** The port for HTTPS that clients see, where the Service has one. */
  readonly clientPort?: number;
  /** The redirect leaves out the slash at the end of what was asked for. */
  readonly cutsSlash?: true;
}

/** What a controller does not like about an object, or leaves out. */
export interface Complaint {
  /** The object that it is about; absent: a host, which `text` names, or the controller's own settings. */
  readonly object?: NamedObject & { readonly kind: string };
  /** Whether the controller leaves the whole object out. */
  readonly isIgnored?: boolean;
  /** For people, without the object's name where there is `object`. */
  readonly text: string;
}

/** Where a certificate authority lies; `inline`: in the route itself, as PEM. */
export type AuthorityPlace =
  | (NamedObject & { readonly kind: 'Secret' | 'ConfigMap'; readonly key: string })
  | { readonly kind: 'inline'; readonly pem: string };

export interface GatewayHost {
  /** Lower case. `*.x` stands for exactly one label. */
  readonly name: string;
  /** `dead`: every TLS connection to the host is ended at once. */
  readonly connection: 'terminated' | 'passed-through' | 'dead';
  /** Secret of the certificate that is shown where TLS ends at the controller; absent: the fallback certificate. */
  readonly certificate?: NamedObject;
  /** Which clients are let in where TLS ends at the controller; absent: everybody, and nobody is asked for a certificate. */
  readonly clientAuth?: GatewayClientAuth;
  /** Where connections go; absent where they are terminated. */
  readonly backend?: GatewayBackend;
  /**
   * Where requests go that the controller reads, in the order in which it tries: the first that fits has the request, and where none
   * does the answer is `unknownHost`. For a passed-through host these are requests that come by another way (no SNI, split hello).
   */
  readonly locations: readonly GatewayLocation[];
  /** Plain HTTP for what no location fits is not redirected. */
  readonly inClear?: true;
}

export interface GatewayLocation {
  readonly path: string;
  /** `exact`: this path alone. `start`: every path that begins with these characters. */
  readonly type: 'exact' | 'start';
  readonly backend: GatewayBackend;
  readonly upstream: GatewayUpstream;
  /** Plain HTTP goes on to the pod like everything else, and is not redirected. */
  readonly inClear?: true;
}

export type GatewayClientAuth =
  | {
      /** `unverified`: a certificate is asked for, and whatever comes is taken. */
      readonly demands: 'required' | 'optional' | 'unverified';
      readonly authority: AuthorityPlace;
      /** How many authorities may stand between a client's certificate and the trusted one; absent: any number. */
      readonly depth?: number;
      /** The headers by which the pod is told of the certificate: all, all but the certificate itself, or none. */
      readonly forwards: 'everything' | 'names' | 'nothing';
    }
  /** Every request is refused: the authority cannot be read. */
  | { readonly demands: 'impossible'; readonly reason: string };

/** How the controller speaks to the pod for requests that it reads itself. */
export type GatewayUpstream =
  | { readonly scheme: 'http'; readonly isGrpc?: true }
  | {
      readonly scheme: 'https';
      /** HTTP/2 alone is spoken. */
      readonly isGrpc?: true;
      /** Absent: any certificate passes. Without a name any that the authority signed does. */
      readonly verification?: { readonly authority: AuthorityPlace; readonly name?: string };
      /** Secret with tls.crt and tls.key that the controller shows to the pod; absent: none. */
      readonly client?: NamedObject;
      /** Sent as SNI; absent: none. */
      readonly serverName?: string;
    }
  /** Every request is answered with `upstreamMissing`, for instance because a Secret is named that may not be read. */
  | { readonly scheme: 'none'; readonly reason: string };
