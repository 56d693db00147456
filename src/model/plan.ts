import type { CertificateRequest } from './certificate.ts';
import type { ReleaseName } from './changes.ts';
import type { KeyType } from './config.ts';
import type { KubeObject, ObjectReference } from './kube-object.ts';
import type { Notice } from './notice.ts';

export type Tool = 'kubectl' | 'helm';

/**
 * A command as data: the dry run prints it, apply runs it. No argument ever holds key material. Whoever builds it says what has to be known
 * of it: nobody reads its arguments back.
 */
export interface ToolCommand {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** Files of the project that are given on standard input, one after the other. */
  readonly stdinFiles?: readonly string[];
  readonly effect: 'read' | 'write';
  /** The Helm release that it is about. */
  readonly release?: ReleaseName;
  /**
   * When it may be run again after it lost the API server: always, or once its release is free again. Absent: one that reads always, one that
   * writes never.
   */
  readonly retry?: 'always' | 'after-repair';
  /** Whether it needs no cluster. */
  readonly isLocal?: boolean;
}

/** An object whose data come from files when the step is carried out: the plan itself holds no key. */
export interface ObjectFromFiles {
  readonly object: KubeObject;
  /** `data` for a Secret (base64), `data` as text for a ConfigMap: key -> file of the project. */
  readonly data: Readonly<Record<string, string>>;
}

/** A file with the digests of certificates, by their paths: all of it is public. */
export interface CertificateDigests {
  readonly certificates: readonly string[];
}

/** What a file holds that is made from others when the step is carried out. */
export type MadeFromFiles = ObjectFromFiles | CertificateDigests;

/** A certificate that is to be issued, and where the keys for it lie. */
export interface CertificateOrder {
  readonly path: string;
  readonly keyPath: string;
  readonly request: CertificateRequest;
  /** Absent: self-signed. */
  readonly issuer?: { readonly certificatePath: string; readonly keyPath: string };
}

/** A certificate that is to be made anew in its place, with a new key or for the one that it has. */
export interface Renewal extends CertificateOrder {
  readonly keepsKey: boolean;
}

/** A change of the project folder. Paths are relative to it, with forward slashes. */
export type Step =
  | { readonly kind: 'make-directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'make-key'; readonly path: string; readonly keyType: KeyType }
  | ({ readonly kind: 'issue-certificate' } & CertificateOrder)
  | {
      readonly kind: 'write-file';
      readonly path: string;
      readonly content: string;
      readonly digest: string;
      readonly change: FileChange;
    }
  | {
      readonly kind: 'write-made';
      readonly path: string;
      readonly content: MadeFromFiles;
      readonly change: FileChange;
    }
  | { readonly kind: 'remove-file'; readonly path: string; readonly change: 'remove' | 'remove-edited' };

export interface PlannedRelease extends ReleaseName {
  /** As its record says before the command. */
  readonly status?: string;
  /** The revision before the command. */
  readonly revision?: number;
}

/** A change of the cluster: a command of kubectl or helm. */
export interface RunStep {
  readonly title: string;
  readonly phase: Phase;
  readonly command: ToolCommand;
  /** How long the command may take, in seconds. */
  readonly timeout: number;
  /** Names what the command was to remove and is still there: nothing, once it is gone. */
  readonly remaining?: ToolCommand;
  /** The Helm release that the command is about. */
  readonly release?: PlannedRelease;
  /** Folder of the chart that helm is given. */
  readonly chart?: string;
  /** Workloads of the release's chart. */
  readonly brings?: readonly ObjectReference[];
  /** Workloads that the command waits for. */
  readonly waitsFor?: readonly ObjectReference[];
  /** Certificates that cert-manager is to issue, which the command waits for. */
  readonly certificates?: readonly ObjectReference[];
}

/** `replace-edited` and `remove-edited` happen only when forced, and keep a backup of what a person had written. */
export type FileChange = 'create' | 'replace' | 'replace-edited';

/** The part of an apply that a command belongs to. */
type Phase = 'namespaces-and-rbac' | 'secrets' | 'controller' | 'rollout' | 'services' | 'readiness' | 'clean-up';

/** A generated file that a person edited: kept, named, and the run exits 1. */
export interface Conflict {
  readonly path: string;
  /** What the tool would have written; absent where it holds a key. */
  readonly desired?: string;
  readonly reason: 'edited' | 'not-ours';
}

/** A Secret whose certificate is here and its key is not: keys are in no repository. */
export interface KeylessObject {
  /** Of its manifest. */
  readonly path: string;
  readonly content: ObjectFromFiles;
  /** Paths of the keys that are not here. */
  readonly keys: readonly string[];
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly conflicts: readonly Conflict[];
  /** Generated files that already are as they should be. */
  readonly unchanged: readonly string[];
  /** Secrets that cannot be made here: left as they are, in the folder and on the cluster. */
  readonly keyless: readonly KeylessObject[];
  readonly notices: readonly Notice[];
}
