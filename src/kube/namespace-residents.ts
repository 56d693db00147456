/** An object of a namespace, as far as it matters when the namespace is to be deleted. */
export interface Resident {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Uids of what it belongs to. */
  readonly owners: readonly string[];
  readonly isBeingDeleted: boolean;
  /** Of a Secret. */
  readonly type: string;
  /** The Service whose addresses an EndpointSlice holds. */
  readonly service: string;
}

/** What to ask kubectl for, as jsonpath: one line for each object. */
export const residentColumns = [
  '{.kind}',
  '{.metadata.name}',
  '{.metadata.uid}',
  '{.metadata.ownerReferences[*].uid}',
  '{.metadata.deletionTimestamp}',
  '{.type}',
  String.raw`{.metadata.labels['kubernetes\.io/service-name']}`,
].join(String.raw`{"\t"}`);

/** Reads a line of them. */
export function readResident(line: string): Resident {
  const [kind = '', name = '', uid = '', owners = '', deletion = '', type = '', service = ''] = line.split('\t');
  return {
    kind,
    name,
    uid,
    owners: owners.split(' ').filter((owner) => owner !== ''),
    isBeingDeleted: deletion !== '',
    type,
    service,
  };
}

/** What nobody would miss, whoever made it. */
export const passingResources: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io', 'pods.metrics.k8s.io']);

/** What Kubernetes and OpenShift make in each namespace (kubernetes@1.35 pkg/controller/certificates/rootcacertpublisher). */
const comesWithNamespace = [
  'ServiceAccount/default',
  'ConfigMap/kube-root-ca.crt',
  'ConfigMap/openshift-service-ca.crt',
];

/**
 * Those residents that are neither ours nor come and go with something else.
 * @param passing what the controller makes for itself, as `Kind/name`.
 */
export function findForeign(
  residents: readonly Resident[],
  ours: readonly Resident[],
  passing: readonly string[],
): readonly Resident[] {
  const known = new Set([...comesWithNamespace, ...passing]);
  const own = new Set(ours.map(identify));
  const present = new Set(residents.map(({ uid }) => uid));
  const services = new Set(residents.filter(({ kind }) => kind === 'Service').map(({ name }) => name));
  return residents.filter((resident) => {
    const isKnown = known.has(printResident(resident)) || own.has(identify(resident)) || resident.isBeingDeleted;
    // What belongs to an object of the namespace is lost or kept with that one; an owner outside keeps nothing alive here.
    return !isKnown && !resident.owners.some((owner) => present.has(owner)) && !isAddressList(resident, services);
  });
}

/**
 * Whether it holds the addresses of a Service. An EndpointSlice of a Service that is gone follows it in a while; the Endpoints go with
 * the call that deletes the Service (kubernetes@1.35 pkg/registry/core/service/storage). What is left was written by hand.
 */
function isAddressList({ kind, name, owners, service }: Resident, services: ReadonlySet<string>): boolean {
  if (kind === 'Endpoints') return services.has(name);
  return kind === 'EndpointSlice' && (owners.length > 0 || services.has(service));
}

/**
 * Whether it is the token of a service account. Before Kubernetes 1.24 each account has one, which it lists; one that somebody made by
 * hand, for a build server perhaps, is listed nowhere.
 */
export function isToken({ kind, type }: Resident): boolean {
  return kind === 'Secret' && type === 'kubernetes.io/service-account-token';
}

export function printResident({ kind, name }: Pick<Resident, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

function identify({ kind, name, uid }: Resident): string {
  return `${kind} ${name} ${uid}`;
}
