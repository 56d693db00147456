import type { Notice } from '../model/notice.ts';
import type { ClusterChanges, ObjectName, ReleaseRecord } from '../model/changes.ts';
import type { PlannedService } from '../model/chart.ts';
import type { LiveStatus, StatusCluster } from '../model/status.ts';
import type { DesiredProject } from '../project/desired-project.ts';
import type { OtherProject } from './project-identity.ts';

/** All that a status is judged by. */
export interface StatusFacts {
  readonly cluster: StatusCluster;
  readonly desired: DesiredProject;
  /** Those to tell about. */
  readonly services: readonly PlannedService[];
  readonly live: LiveStatus;
  readonly records: readonly ReleaseRecord[];
  /** What apply would do. */
  readonly changes: ClusterChanges;
  /** What the project would no longer bring. */
  readonly orphans: {
    readonly releases: readonly { readonly name: string; readonly namespace: string }[];
    readonly objects: readonly ObjectName[];
  };
  /** Who else has the controller's name there. */
  readonly other: OtherProject | undefined;
  /** What could not be looked at for want of rights. */
  readonly unseen: readonly string[];
  /** Why Services that are there already answer nobody, by the service's name. */
  readonly unserved: ReadonlyMap<string, string>;
  /** Whether a generated file was edited. */
  readonly isEdited: boolean;
  /** Namespaces of the project that are being deleted. */
  readonly terminating: readonly string[];
  /** Why workloads are not ready, by `Kind namespace/name`. */
  readonly causes: ReadonlyMap<string, readonly string[]>;
  /** What the folder says of authorities that are being exchanged. */
  readonly rotations: readonly Pick<Notice, 'message' | 'remedy'>[];
  readonly now: Date;
}
