import type { PlannedService, RouteObject, UpstreamCaPlacement, WorkloadDialect } from './chart.ts';
import type { Config } from './config.ts';
import type { GatewayBehaviour, GatewayTable } from './gateway.ts';
import type { KubeObject, Manifest, ObjectReference } from './kube-object.ts';
import type { Mode } from './mode.ts';
import type { Notice } from './notice.ts';

/** Everything the rest of the program asks a controller target; adding a target is one folder that answers this. */
export interface ControllerProfile {
  readonly name: string;
  /** Kubernetes minor versions it runs on: `atLeast` inclusive, `below` exclusive ("1.16"). */
  readonly kubernetes: { readonly atLeast?: string; readonly below?: string };
  /** Resources that must be served, as `group/version/Kind`: checked by doctor and before apply. */
  readonly requiredResources: readonly string[];
  /** Server-side apply exists since Kubernetes 1.16; before, Secrets must not pass through client-side apply. */
  readonly applyMethod: 'server-side' | 'client-side';
  readonly workload: WorkloadDialect;
  /** Port of a service's Service in a mode. */
  servicePort(mode: Mode): PlannedService['servicePort'];
  /** Files for manifests/, in the order in which they are to be applied; `labels` mark what destroy may remove. */
  manifests(config: Config, labels: ManifestLabels): ProfileManifests;
  /** Workloads that apply waits for. */
  workloads(config: Config): readonly ObjectReference[];
  /**
   * Objects that the controller itself makes for its election, and that carry no label of ours; absent when it makes none. destroy
   * removes them once the controller is gone.
   */
  elections?(config: Config): readonly (ObjectReference & { readonly resource: string })[];
  /** The route objects of a service's chart. */
  routes(config: Config, service: PlannedService): readonly RouteObject[];
  /** Where the reencrypt hop's authority must lie, and in which shape; undefined where the hop cannot be verified. */
  upstreamCa(config: Config, service: Pick<PlannedService, 'release' | 'namespace'>): UpstreamCaPlacement | undefined;
  /**
   * What a person should know before rendering: what the controller cannot do of what a service asks (by name), own
   * annotations that would undo a mode (error), retirement, security reservations.
   */
  notices(config: Config): readonly Notice[];
  /** How the controller behaves on its TLS port, whatever the routes are. */
  behaviour(config: Config): GatewayBehaviour;
  /**
   * What the controller makes of objects: its own manifests, the routes and Services of the charts, Secrets and ConfigMaps
   * with their data. Reads them as the controller does, by its documentation and source, and never asks `routes` or the
   * configuration what they were meant to say; of the configuration only the controller's names are used.
   */
  readRoutes(objects: readonly KubeObject[], config: Config): GatewayTable;
}

export interface ManifestLabels {
  /** For objects that are this controller's alone. */
  readonly own: Readonly<Record<string, string>>;
  /** For objects shared with other controllers: never removed by destroy. */
  readonly shared: Readonly<Record<string, string>>;
}

export interface ProfileManifests {
  /** Applied before the Secrets: namespaces, RBAC, classes. */
  readonly before: readonly Manifest[];
  /** Applied after the Secrets: Services first, then the controller's workload. */
  readonly after: readonly Manifest[];
}
