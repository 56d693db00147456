import type { KubeObject } from './kube-object.ts';

/** What apply would do to an object or a release of the cluster. */
export type Change = 'create' | 'change' | 'unchanged' | 'delete';

/** Names an object of a cluster; without a namespace when it is cluster-scoped. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Fields that somebody else set, as server-side apply knows it: apply does not take them without being told to. */
export interface FieldConflict {
  /** The other field manager: `kubectl-edit`. */
  readonly manager: string;
  /** Paths as the API server prints them: `.spec.replicas`. */
  readonly fields: readonly string[];
}

/** One object and what would become of it. */
export interface ObjectChange {
  readonly object: ObjectName;
  readonly change: Change;
  /** As it is; absent when there is none, or when nobody looked in detail. */
  readonly before?: KubeObject;
  /** As it would be, by the API server's own word where it could be asked. */
  readonly after?: KubeObject;
  readonly conflicts: readonly FieldConflict[];
  /** Why the API server would not take it, in its own words. */
  readonly refusal?: string;
}

/** An object that kubectl brings, with the file of the project that it comes from. */
export interface FileObjectChange extends ObjectChange {
  /** `manifests/ic-common.yaml`. */
  readonly path: string;
}

/** A Helm release and what would become of it. */
export interface ReleaseChange {
  readonly service: string;
  readonly release: string;
  readonly namespace: string;
  readonly change: Change;
  /** Why it is not `unchanged`, for people: `chart or values differ`, `Deployment ic3-svc7 is missing`. */
  readonly reasons: readonly string[];
  /** Its objects, where somebody looked at them one by one. */
  readonly objects?: readonly ObjectChange[];
}

export interface ClusterChanges {
  /** In the order of applying. */
  readonly objects: readonly FileObjectChange[];
  readonly releases: readonly ReleaseChange[];
}

/** What a cluster's record of a release says of its newest revision. */
export interface ReleaseRecord {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  /** `deployed`, `failed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling`, `uninstalled`... */
  readonly status: string;
  /** When helm wrote it last, in seconds since 1970. */
  readonly modifiedAt?: number;
  /** The controller that it belongs to, by our label. */
  readonly owner?: string;
  /** Of the chart and values that this revision was made from (our label). */
  readonly digest?: string;
}
