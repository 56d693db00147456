import type { JsonObject } from './json.ts';
import type { Mode } from './mode.ts';

export type KeyType = 'rsa-2048' | 'ecdsa-p256';

/** What a person wants, as read from ingress-tls.yaml with every default filled in. */
export interface Config {
  readonly domain: string;
  /** The kubeconfig's context that the project belongs to; absent: whichever is current. */
  readonly context?: string;
  /** Namespace of the services that name no other, of their routes and of the wildcard's Secret. */
  readonly namespace: string;
  readonly controller: ControllerIntent;
  /** What services in terminate and reencrypt show that name no other: the wildcard of the domain. */
  readonly certificate: CertificateIntent;
  /** Others, that services name. Absent: none. */
  readonly hostCertificates?: readonly NamedCertificate[];
  readonly services: readonly ServiceIntent[];
  /** Codes of notices that are not to be printed any more. Absent: none. */
  readonly acknowledged?: readonly string[];
}

export interface ControllerIntent {
  /** A key of the table in controllers/. */
  readonly profile: string;
  /** Present: it is there already, somebody else's, and nothing of it is brought. */
  readonly install?: false;
  /** Names the IngressClass, the election lock and every object of this controller, and begins the name of each release. */
  readonly name: string;
  /** The class that routes name, of a controller that is there already; absent: `name`. */
  readonly className?: string;
  readonly namespace: string;
  /** For HTTPS, where `service` is of type NodePort; else the default, which means nothing on a cluster. */
  readonly nodePort: number;
  /** Absent: a node port for HTTPS and nothing else. */
  readonly service?: ExposureIntent;
  /** Absent: not ours to set. */
  readonly replicas?: number;
  /** Replaces the profile's own image, for instance by a maintained fork's. */
  readonly image?: string;
  /** Other controllers whose shared Role must keep their election names (the article's ic1 and ic2). */
  readonly sharedWith: readonly string[];
}

type ServiceType = 'NodePort' | 'LoadBalancer' | 'ClusterIP';

/** The controller's Service: how clients reach it. */
export interface ExposureIntent {
  readonly type: ServiceType;
  /** The Service's port for HTTPS. */
  readonly https: number;
  /** Plain HTTP, of which every request is redirected. Absent: no port for it. */
  readonly http?: {
    readonly port: number;
    /** Absent: the cluster chooses one where the type has node ports. */
    readonly nodePort?: number;
  };
  readonly annotations: Readonly<Record<string, string>>;
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  /** Empty: the cluster's own choice. */
  readonly ipFamilies: readonly ('IPv4' | 'IPv6')[];
}

export interface CertificateIntent {
  readonly secretName: string;
  readonly days: number;
  /** Of every new key. Absent: RSA for the wildcard, ECDSA for the others. */
  readonly keyType?: KeyType;
  /** `project`: issued by the project's authority. `files`: a person's own, never made. `existing`: in a Secret of somebody else. Absent: it signs itself. */
  readonly source?: 'project' | 'files' | 'existing' | 'cert-manager';
  /** Of what is a person's own: path in the project of what clients trust. Absent: what stands beside it at its end, or a public root. */
  readonly authority?: string;
  /** With `cert-manager`: who issues it, and what pods show. Absent: an authority that is made for it. */
  readonly issuerRef?: IssuerReference;
}

/** One beside the wildcard. */
interface NamedCertificate extends CertificateIntent {
  /** Of its pair in certs/ too. */
  readonly name: string;
  /** What it is made for. Absent: the hosts of the services that show it. */
  readonly names?: readonly string[];
}

/** An issuer of cert-manager. */
export interface IssuerReference {
  readonly name: string;
  /** `Issuer`: one in the namespace of the certificate. */
  readonly kind: string;
  readonly group: string;
}

/** A Service that somebody else brings to the cluster. */
export interface ExistingService {
  readonly name: string;
  /** Number or name of the Service's port. */
  readonly port: number | string;
  readonly namespace?: string;
  /** Path in the project of the certificate by which the pod's is verified; absent: the project makes the pod's certificate. */
  readonly authority?: string;
  /** Name in the pod's certificate, for the reencrypt hop; absent: `NAME.NAMESPACE.svc`. */
  readonly serverName?: string;
}

/** `grpc`: HTTP/2 with gRPC. `tcp`: no HTTP, so that the controller can pass it through alone. */
export type OtherProtocol = 'grpc' | 'tcp';

/** A path at which a service answers, as Kubernetes' Ingress has it. */
export interface PathRule {
  readonly path: string;
  readonly type: 'Prefix' | 'Exact';
}

export interface ServicePath extends PathRule {
  /** Another port of the Service that is there already. */
  readonly port?: number | string;
  /** Another Service that is there already, in the namespace of the route. */
  readonly service?: { readonly name: string; readonly port: number | string };
}

/** More of the question for a client certificate than that it is asked. */
export interface ClientAuthDetails {
  /** Clients without a certificate are taken too. */
  readonly isOptional?: true;
  /** Path in the project of the certificate by which clients are verified; absent: the project makes authority and client. */
  readonly authority?: string;
  /** How many authorities may stand between a client's certificate and the trusted one; absent: the controller's own choice. */
  readonly depth?: number;
  /** The controller tells the pod of the certificate. */
  readonly forward?: true;
  /** Persons who get a certificate each, of the authority that the project makes. */
  readonly clients?: readonly string[];
}

export interface ServiceIntent {
  readonly name: string;
  readonly mode: Mode;
  /** The one by which it is spoken of. */
  readonly host: string;
  /** Other names of it. */
  readonly moreHosts?: readonly string[];
  /** Absent: all paths. */
  readonly paths?: readonly ServicePath[];
  /** Absent: that of the project. */
  readonly namespace?: string;
  /** Present: it is there already, and the chart brings routes to it alone. */
  readonly service?: ExistingService;
  /** What is spoken inside TLS. Absent: HTTP. */
  readonly protocol?: OtherProtocol;
  /** Absent: the demo backend, or `service`. */
  readonly image?: string;
  /** The container's port. */
  readonly port: number;
  /** Absent: not ours to set. */
  readonly replicas?: number;
  /** Whether a client certificate is asked for where the client's TLS ends: by the pod in passthrough, else by the controller. */
  readonly clientAuth: boolean;
  /** Only where it is asked for. Absent: one of the project's own authority has to be shown. */
  readonly clientAuthDetails?: ClientAuthDetails;
  /** Present: in reencrypt the controller shows a client certificate to the pod, which demands one. */
  readonly upstreamClientCertificate?: true;
  /** The one of `hostCertificates` that is shown for its hosts, in terminate and reencrypt. Absent: the wildcard. */
  readonly hostCertificate?: string;
  /** Present: the pod's certificate is a person's own, never made. */
  readonly certificate?: {
    /** Path in the project of the authority that signed it. Absent, in passthrough alone: as for the wildcard. */
    readonly authority?: string;
    /** The Secret of somebody else that holds it; absent: it lies in certs/, or cert-manager issues it. */
    readonly secretName?: string;
    readonly source?: 'cert-manager';
    /** With `cert-manager`; absent: that of the certificate that hosts share. */
    readonly issuerRef?: IssuerReference;
  };
  /** The person's own annotations on the route objects. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What is laid over the values of the service's chart; whether the chart has them is its own business (charts/check-values.ts). */
  readonly values?: JsonObject;
}

/** The class that routes name. */
export function className({ controller }: Pick<Config, 'controller'>): string {
  return controller.className ?? controller.name;
}
