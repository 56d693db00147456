import type { KubeObject } from './kube-object.ts';

/** What apply would do to an object or a release of the cluster. */
export type Change = 'create' | 'change' | 'unchanged' | 'delete';

/** Names an object of a cluster; without a namespace when it is cluster-scoped. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** An object as kubectl deletes it. */
export interface DeletableObject extends ObjectName {
  /** `deployment.apps`. */
  readonly resource: string;
}

/** Fields that somebody else set, as server-side apply knows it: apply does not take them without being told to. */
export interface FieldConflict {
  /** The other field manager: `kubectl-edit`. */
  readonly manager: string;
  /** Paths as the API server prints them: `.spec.replicas`. */
  readonly fields: readonly string[];
}

/** An object that is not as apply would have it. */
export interface ObjectDifference {
  readonly about: 'object';
  readonly object: ObjectName;
  /**
   * `missing`: it is not there. `changed`: by what a listing shows of it. `differs`: by the API server's word on all of it. `goes`: the chart no
   * longer has it.  `refused`: the API server would not take it.
   */
  readonly state: 'missing' | 'changed' | 'differs' | 'goes' | 'refused';
}

/** One thing that is not as apply would have it. cluster/difference-text.ts alone puts it into words. */
export type Difference =
  /** The release is not there. */
  | { readonly about: 'absence' }
  /** The project no longer has the release. */
  | { readonly about: 'unwanted' }
  /** Its newest revision is not `deployed`: what it is, in helm's word. */
  | { readonly about: 'revision-status'; readonly status: string }
  /** Its newest revision does not say what it was made from, as those of apply do. */
  | { readonly about: 'revision-origin' }
  /** It was made from another chart or other values. */
  | { readonly about: 'chart' }
  | ObjectDifference;

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
  /** Keys of a Secret that are not here, by their paths: apply leaves it as it is, or refuses where it is not as it should be. */
  readonly missingKeys?: readonly string[];
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
  /** Why it is `change` or `delete`; empty for the others. */
  readonly reasons: readonly Difference[];
  /** Its objects, where somebody looked at them one by one. */
  readonly objects?: readonly ObjectChange[];
}

export interface ClusterChanges {
  /** In the order of applying. */
  readonly objects: readonly FileObjectChange[];
  readonly releases: readonly ReleaseChange[];
}

/** What names a Helm release on a cluster. */
export interface ReleaseName {
  readonly name: string;
  /** That it is installed in. */
  readonly namespace: string;
  /** Never there: it keeps a PlannedService from being passed, whose `name` is the service's. */
  readonly release?: never;
}

/** What a cluster's record of a release says of its newest revision. */
export interface ReleaseRecord extends ReleaseName {
  readonly revision: number;
  /** `deployed`, `failed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling`, `uninstalled`... */
  readonly status: string;
  /** When helm wrote it last, in seconds since 1970. */
  readonly modifiedAt?: number;
  /** The controller that it belongs to, by our label. */
  readonly owner?: string;
  /** Whose it is, by our label (kube/ownership.ts, printProject). */
  readonly project?: string;
  /** Of the chart and values that this revision was made from (our label). */
  readonly digest?: string;
}
