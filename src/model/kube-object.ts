import type { JsonValue } from './json.ts';

interface ObjectMeta {
  readonly name: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Kubernetes object as it is sent: plain data, keys in the order in which they are printed. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [key: string]: JsonValue | ObjectMeta | undefined;
}

/** A file of objects in manifests/. */
export interface Manifest {
  /** File name without a folder, for instance `ic3-mandatory.yaml`. */
  readonly file: string;
  readonly objects: readonly KubeObject[];
}

/** The labels that say whose an object is; `destroy` goes by them. */
export type Labels = Readonly<Record<string, string>>;

export interface ObjectReference {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}
