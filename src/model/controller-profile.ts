import type { PlannedService, RouteObject, UpstreamCaPlacement, WorkloadDialect } from './chart.ts';
import type { ClientAuthDetails, Config } from './config.ts';
import type { GatewayBehaviour, GatewayTable, NamedObject } from './gateway.ts';
import type { KubeObject, Manifest, ObjectReference } from './kube-object.ts';
import type { Mode } from './mode.ts';
import type { Notice } from './notice.ts';
import type { ClassStatus, LiveStatus, RouteStatus } from './status.ts';

/**
 * Everything the rest of the program asks a controller target; adding a target is one folder that answers this. The first half says what
 * the target wants, the second (`ReadBack`) what is seen of it: on a cluster, in a preview, by a client.
 */
export interface ControllerProfile extends ReadBack {
  readonly name: string;
  /** By what a person chooses it, in a few words; the recommended one is offered first to who is asked. */
  readonly summary: string;
  readonly isRecommended?: true;
  /** Kubernetes minor versions it runs on: `atLeast` inclusive, `below` exclusive ("1.16"), `newest` the newest that it is known to run on. */
  readonly kubernetes: { readonly atLeast?: string; readonly below?: string; readonly newest: string };
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
  /** Whether its routes have the controller ask clients for a certificate, by `edgeClientCaSecret` and `clientAuthDetails`. */
  readonly asksClients?: true;
  /** Whether it verifies pods by any authority that it is given, root or not. */
  readonly endsAtAnyAuthority?: true;
  /** Where the reencrypt hop's authority must lie, and in which shape; undefined where the hop cannot be verified. */
  upstreamCa(config: Config, service: Pick<PlannedService, 'release' | 'namespace'>): UpstreamCaPlacement | undefined;
  /**
   * What a person should know before rendering: what the controller cannot do of what a service asks (by name), own
   * annotations that would undo a mode (error), retirement, security reservations.
   */
  notices(config: Config): readonly Notice[];
  /** The codes of those that are no errors, which a person may acknowledge. */
  readonly noticeCodes: readonly string[];
  /** Secrets that a person's annotations name; absent where no annotation does. */
  namedSecrets?(config: Config): readonly NamedSecret[];
  /** Of a controller of this kind that is there already (`controller.install: false`); absent where nothing is known of such. */
  readonly existing?: ExistingController;
  /**
   * Where the controller is there already: the objects of one as the profile would install it. They stand in for it where it cannot be seen,
   * and name its class.
   */
  readonly standIns?: (config: Config) => readonly KubeObject[];
}

/** A Secret by which the controller guards a service. */
export interface NamedSecret extends NamedObject {
  /** `svc7 (terminate)`. */
  readonly service: string;
  /** The annotation that names it, without its prefix: `auth-secret`. */
  readonly annotation: string;
  /** The key that the controller reads; absent: each. */
  readonly key?: string;
  /** Of the annotation in ingress-tls.yaml. */
  readonly path: NonNullable<Notice['path']>;
}

/** How a controller that somebody else brought is told from others, and what the project's routes ask of it. */
export interface ExistingController {
  /**
   * Its settings, where a workload runs such a controller and that reads the class; undefined: it is another's.
   * @param classController spec.controller of the class; undefined where there is no such object, or it may not be read.
   */
  readSettings(
    workload: KubeObject,
    config: Config,
    classController: string | undefined,
  ): ControllerSettings | undefined;
  /** Whose class it is by its spec.controller, where that is known to be another kind of controller's; in a few words. */
  nameOther(classController: string): string | undefined;
  /** What has to be set. */
  needs(config: Config): readonly ControllerNeed[];
}

export interface ControllerSettings {
  /** Value of an argument; undefined: it is not given. */
  readonly argument: (name: string) => string | undefined;
  /** The ConfigMap with the rest of the settings, where an argument names one. */
  readonly configMap?: NamedObject;
}

export interface ControllerNeed {
  /** As a person types it: `--enable-ssl-passthrough`. */
  readonly setting: string;
  /** What is without it, as a clause: `TLS of svc9 would end at the controller`. */
  readonly otherwise: string;
  /** The routes work without it, though not as well as they should: it is said, and nothing is refused. */
  readonly isAdvice?: true;
  /** Whether it is so; undefined: the settings do not tell. @param data of the ConfigMap; undefined where it could not be read. */
  isMet(settings: ControllerSettings, data: Readonly<Record<string, string>> | undefined): boolean | undefined;
}

/** A question for client certificates that a person's own annotations ask. */
export interface OwnClientAuth {
  /** The Secret with the clients' authority. */
  readonly secret: NamedObject;
  readonly details: ClientAuthDetails;
}

/** How a target is read back. */
interface ReadBack {
  /** How the controller behaves on its TLS port, whatever the routes are. */
  behaviour(config: Config): GatewayBehaviour;
  /**
   * What the controller makes of objects: its own manifests, the routes and Services of the charts, Secrets and ConfigMaps
   * with their data. Reads them as the controller does, by its documentation and source, and never asks `routes` or the
   * configuration what they were meant to say; of the configuration only the controller's names are used.
   */
  readRoutes(objects: readonly KubeObject[], config: Config): GatewayTable;
  /** What a person's own annotations ask of clients, where the controller reads such; undefined: nothing. */
  readOwnClientAuth?(service: PlannedService): OwnClientAuth | undefined;
  /**
   * Which of a person's own annotations decide who is let in, or what is answered, and have no effect in `readRoutes`; absent: none has.
   */
  findUnimitated?(annotations: Readonly<Record<string, string>>): readonly string[];
  /** Where clients reach the controller on a cluster. */
  entry(config: Config): Entry;
  /** Milliseconds until the controller acts on a changed object at the latest, when all is well. */
  readonly noticesChangesWithin: number;
  readonly liveObjects: LiveObjectQuestion;
  /** The object by which the project's routes name their controller, as the cluster has it; absent where the target has no such object. */
  judgeClass?(config: Config, live: LiveRoutes): ClassStatus;
  /**
   * What the live objects say of a service's routes: whether the controller serves them, and why not.
   * @param isRunning whether each of its workloads has a ready pod; true where it has none of ours.
   */
  judgeRoute(config: Config, service: PlannedService, live: LiveRoutes, isRunning: boolean): RouteStatus;
  readonly words: ControllerWords;
}

/**
 * `node-port`, `load-balancer`, `cluster-ip`: a Service of ours, by its type; `port` is what clients connect to, `plainPort` where they
 * are redirected from, absent where nowhere or where the cluster chooses it. `elsewhere`: nothing that we make says where; `how` is how
 * a person finds out, as a command or a sentence. `existing`: the same of a controller that is there already; its port is found on the cluster.
 */
export type Entry =
  | ServiceEntry
  | { readonly kind: 'elsewhere'; readonly port: number; readonly how: string }
  | { readonly kind: 'existing'; readonly port?: never; readonly how: string };

export interface ServiceEntry {
  readonly kind: 'node-port' | 'load-balancer' | 'cluster-ip';
  readonly service: NamedObject;
  readonly port: number;
  readonly plainPort?: number;
  /** Found on the cluster, of a controller that is there already: nothing of ours changes it. */
  readonly isOthers?: true;
}

/** What status has to read of a cluster beside Deployments and Secrets. */
export interface LiveObjectQuestion {
  /** Of routes and classes, beside metadata, spec.replicas and status. */
  readonly fields: readonly LiveField[];
  /** Kinds among the controller's manifests that belong to no namespace and decide which routes are its own: IngressClass. */
  readonly classKinds: readonly string[];
  /** Kinds among its manifests that are read whole, beside its workloads. */
  readonly wholeKinds: readonly string[];
}

export interface LiveField {
  /** `['spec', 'rules']`. */
  readonly path: readonly [string, ...string[]];
  /** How kubectl's jsonpath prints it: a text as it is, lists and maps as JSON. */
  readonly as: 'text' | 'json';
}

/** What a route is judged by. */
export type LiveRoutes = Pick<LiveStatus, 'objects' | 'controller' | 'hasUnseenClasses'>;

/**
 * What a person reads of the target's own objects where verify explains what it saw, and what status says of them. Clauses without a full stop;
 * those that begin with a verb are what to do.
 */
export interface ControllerWords {
  /** How routes name their controller where that is no object: `class ic3, by annotation`. */
  classNote?(config: Config): string;
  /** Resources of its routes as kubectl takes them, joined by commas: `ingress`. */
  readonly routeResources: string;
  /** The one that a service of the mode has. */
  routeResource(mode: Mode): string;
  /** Why the controller may know nothing of a host. */
  whyUnrouted(config: Config): string;
  /** What may be missing where TLS ends at the controller and should not. */
  readonly whyNotPassedThrough: string;
  /** Why the pod may get plain HTTP in mode reencrypt. */
  readonly whyPlainToPod: string;
  /** Why the hop may not be verified although that was asked for; `source` holds the authority: `Secret default/x`. */
  whyUnverified(source: string): string;
  /** What the target has not, by which it would verify the hop; absent: it has. */
  readonly lacksAuthority?: { readonly what: string; readonly otherProfile: string };
  /** What to do where a connection is passed through and should not be. */
  undoPassthrough(host: string): string;
  /** What to do where requests reach a passthrough service's pod past its own TLS. */
  readonly keepToPassthrough: string;
  /** What to do where the controller demands client certificates. */
  readonly undoClientAuth: string;
  /** What to do where something answers with a redirect. */
  readonly undoRedirect: string;
  /** By which setting HTTP/2 is off. */
  http2Setting(config: Config): string;
  /** What to set so that these versions of TLS are spoken. */
  allowTlsVersions(config: Config, versions: readonly string[]): string;
  /** What to set so that the pod is told its client's address. */
  tellClientAddress(config: Config): string;
  /** Where requests for unknown names may go, beside a route without a host. */
  unknownNamesSetting(config: Config): string;
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
