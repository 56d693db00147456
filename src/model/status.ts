import type { Backend } from './backend.ts';
import type { Difference } from './changes.ts';
import type { KubeObject, ObjectReference } from './kube-object.ts';
import type { Mode } from './mode.ts';

/** What a cluster says of a project at one moment. `status --json` prints it with its differences in words: members are only ever added. */
export interface Status {
  /** Whether nothing is the matter; warnings do not count. */
  readonly well: boolean;
  readonly cluster: StatusCluster;
  readonly controller: ControllerStatus;
  /** In the order of ingress-tls.yaml. */
  readonly services: readonly ServiceStatus[];
  /** The controller's first. What is the same for several services is told once. */
  readonly problems: readonly StatusProblem[];
}

export interface StatusCluster {
  readonly context: string;
  /** The context that the project belongs to, where that is another one; absent: it belongs here, or nowhere. */
  readonly ownContext?: string;
  /** URL of the API server. */
  readonly server: string;
  /** `v1.35.4`. */
  readonly version: string;
}

export interface ControllerStatus {
  readonly name: string;
  readonly profile: string;
  readonly workloads: readonly (ObjectReference & {
    /** Null: the cluster has no such workload. */
    readonly pods: PodCount | null;
    /** Of its first container. */
    readonly image: string | null;
  })[];
  /** Null where none is ours: clients come in another way. */
  readonly nodePort: {
    readonly wanted: number;
    /** Null: the controller's Service is missing or has none. */ readonly found: number | null;
  } | null;
  /** Where clients come in by another type of Service; absent with a node port. */
  readonly service?: {
    readonly type: 'LoadBalancer' | 'ClusterIP';
    readonly name: string;
    readonly namespace: string;
    readonly port: number;
    /** Of its load balancer. */
    readonly addresses: readonly string[];
  };
  /** Null where the profile has no such object. */
  readonly class: ClassStatus | null;
  /** How routes name their controller where there is no object for it; null where nothing has to be said. */
  readonly classNote: string | null;
}

/** The object by which routes name their controller: an IngressClass, a GatewayClass. */
export interface ClassStatus {
  readonly kind: string;
  readonly name: string;
  /** Its spec.controller or the like; null: the cluster has no such class. */
  readonly controller: string | null;
  /** Whether the controller takes it for its own. */
  readonly agrees: boolean;
  /** By what that is known, in a few words: `the arguments agree`. */
  readonly evidence: string;
  /** What does not work because of it; null while it agrees. */
  readonly complaint: string | null;
  /** Whether it could be looked at: for want of that right it is taken to be as apply brings it. */
  readonly seen: boolean;
}

export interface PodCount {
  readonly ready: number;
  readonly wanted: number;
  /** All pods are of the newest template and available, as `kubectl rollout status` judges it. */
  readonly rolledOut: boolean;
}

export interface ServiceStatus {
  readonly name: string;
  readonly mode: Mode;
  readonly host: string;
  /** `existing`: a Service that is none of the project's. */
  readonly backend: Backend;
  readonly release: {
    readonly name: string;
    readonly namespace: string;
    /** As helm records it: `deployed`, `failed`, `pending-upgrade`...; null: there is no release. */
    readonly status: string | null;
    readonly revision: number | null;
  };
  /** Null: its Deployment is missing, or the Service is none of the project's. */
  readonly pods: PodCount | null;
  readonly route: RouteStatus;
  /** Null: no Secret of the project holds it. */
  readonly certificate: CertificateStatus | null;
  /** What differs from what apply would bring; empty: nothing, as far as can be seen without asking for each object. */
  readonly drift: readonly Difference[];
}

/** By which the controller learns of a service. */
export interface RouteStatus {
  /** Of the object that decides: `Ingress`. */
  readonly kind: string;
  /**
   * `admitted`: the controller of this project reads it. `stopped`: it would, and none of its pods is ready. `foreign`: it is
   * another controller's. `ignored`: nobody's, for the reason given. `missing`: it is not there. `unknown`: nothing tells, for the reason given.
   */
  readonly state: 'admitted' | 'stopped' | 'foreign' | 'ignored' | 'missing' | 'unknown';
  readonly className: string | null;
  /** The controller that the class is of. */
  readonly controller: string | null;
  readonly reason: string | null;
  /** As its status says; an addition, they prove nothing. Traefik writes none. */
  readonly addresses: readonly string[];
}

/** The certificate that clients are shown, as the cluster's Secret holds it. */
export interface CertificateStatus {
  /** Name of the Secret, in the namespace of the service. */
  readonly secret: string;
  readonly state: 'valid' | 'expiring' | 'expired' | 'not-yet-valid' | 'unreadable' | 'missing';
  /** ISO date and time. */
  readonly expires: string | null;
  /** Whole days, rounded down. */
  readonly daysLeft: number | null;
}

export interface StatusProblem {
  readonly level: 'error' | 'warning';
  /** Stable, for scripts. */
  readonly code: ProblemCode;
  /** Empty: it is the controller's or the project's. */
  readonly services: readonly string[];
  readonly message: string;
  /** More about it, a line each. */
  readonly details: readonly string[];
  /** The next command. */
  readonly remedy: string;
}

export type ProblemCode =
  | 'not-applied'
  | 'release-pending'
  | 'release-failed'
  | 'not-ready'
  | 'dead-end'
  | 'node-port'
  | 'load-balancer'
  | 'route-unknown'
  | 'class-disagrees'
  /** Of routes, by their kind: `ingress-missing`. */
  | `${string}-missing`
  | `${string}-foreign`
  | `${string}-ignored`
  | 'secret-type'
  | 'certificate-unreadable'
  | 'certificate-not-issued'
  | 'certificate-invalid'
  | 'certificate-expiring'
  | 'authority-rotation'
  | 'drift'
  | 'namespace-terminating'
  | 'no-longer-wanted'
  | 'other-project'
  | 'not-looked-at';

/** What is read of a Secret; nothing else of its content leaves kubectl. */
export interface LiveSecret {
  readonly type: string;
  /** PEM text of tls.crt; empty where there is none. */
  readonly certificate: string;
}

/** What is read of a cluster for a status, beside the light look that apply takes as well. */
export interface LiveStatus {
  /** Of the services' namespaces: Deployments (their counts alone) and route objects; and all classes. */
  readonly objects: readonly KubeObject[];
  /** Whether classes may not be listed. */
  readonly hasUnseenClasses: boolean;
  /** The controller's workloads and its Services, among other objects of its own. */
  readonly controller: readonly KubeObject[];
  /** Secrets of the services' namespaces, without helm's own, by `namespace/name`. */
  readonly secrets: ReadonlyMap<string, LiveSecret>;
}
