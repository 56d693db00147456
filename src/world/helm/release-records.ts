import { chartDigestLabel, ownerLabel, projectLabel, readChartDigest } from '../../kube/ownership.ts';
import type { ReleaseRecord } from '../../model/changes.ts';
import { askKubectl, type ClusterAccess } from '../kubectl/ask-kubectl.ts';
import type { Exec } from '../exec/exec.ts';
import { garbledAnswer } from '../exec/tool-failure.ts';

export interface RecordSettings extends ClusterAccess {
  /** Where helm keeps its records: HELM_DRIVER. */
  readonly driver: string | undefined;
  /** Absent: of all namespaces. */
  readonly namespace?: string;
}

/** Whether the records of helm's storage driver are objects of the cluster (helm@4.1.4:pkg/action/action.go, Init). */
export function keepsRecordsInCluster(driver: string | undefined): boolean {
  return resourceOf(driver) !== undefined;
}

/**
 * The newest revision of every release of the cluster, in one light listing: helm keeps each revision in a Secret whose labels
 * say all that is asked here (helm@4.1.4:pkg/storage/driver/secrets.go, newSecretsObject; since 3.13 our own labels too). Only
 * names and labels travel: a table is made by the API server, and charts and manifests stay where they are.
 *
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function listReleaseRecords(
  exec: Exec,
  { driver, namespace, ...access }: RecordSettings,
): Promise<readonly ReleaseRecord[]> {
  const what = 'cannot list the helm releases';
  const resource = resourceOf(driver) ?? 'secrets';
  // Anybody can label a Secret of another kind.
  const ofHelm = [
    '--selector=owner=helm',
    ...(resource === 'secrets' ? ['--field-selector=type=helm.sh/release.v1'] : []),
  ];
  const options = [
    namespace === undefined ? '--all-namespaces' : `--namespace=${namespace}`,
    ...ofHelm,
    '--show-labels=true',
    '--no-headers=true',
    '--ignore-not-found=true',
  ];
  const result = await askKubectl(exec, access, what, ['get', resource, ...options]);

  const revisions = new Map<string, Revision[]>();
  for (const line of result.stdout.split('\n')) {
    if (line.trim() === '') continue;
    const columns = line.trim().split(/\s+/);
    if (columns.length < fewestColumns) throw garbledAnswer('kubectl', what, result);
    const record = readRecord(columns);
    // Helm itself passes over what is none of its records.
    if (record === undefined) continue;
    const key = `${record.namespace}/${record.name}`;
    revisions.set(key, [...(revisions.get(key) ?? []), record]);
  }
  return [...revisions.values()].flatMap((all) =>
    formatNewest(all.sort((one, other) => other.revision - one.revision)),
  );
}

/** A revision, and what its label says of the chart. */
interface Revision extends Omit<ReleaseRecord, 'digest'> {
  readonly made?: string;
}

/**
 * The first of these revisions, with the digest of what it was made from. helm hands labels on: an upgrade takes those of the revision
 * before, a rollback those of the revision that it goes back to, with its chart and values (helm@4.1.4:pkg/action/upgrade.go,
 * mergeCustomLabels; rollback.go, prepareRollback). A label of an earlier revision that the one before does not have is a rollback's.
 */
function formatNewest([newest, before]: readonly Revision[]): readonly ReleaseRecord[] {
  if (newest === undefined) return [];
  const { made, ...record } = newest;
  const { digest, revision } = readChartDigest(made) ?? {};
  const isRollback = before?.revision === record.revision - 1 && made !== before.made;
  return [digest !== undefined && (revision === record.revision || isRollback) ? { ...record, digest } : record];
}

function resourceOf(driver: string | undefined): 'secrets' | 'configmaps' | undefined {
  switch (driver?.toLowerCase()) {
    case undefined:
    case '':
    case 'secret':
    case 'secrets':
      return 'secrets';
    case 'configmap':
    case 'configmaps':
      return 'configmaps';
    default:
      return undefined;
  }
}

/** `NAMESPACE NAME DATA AGE LABELS`, for Secrets with a TYPE: neither names nor labels hold spaces. */
const fewestColumns = 5;

function readRecord(columns: readonly string[]): Revision | undefined {
  const namespace = columns[0];
  const labels = new Map(
    (columns.at(-1) ?? '')
      .split(',')
      .map((label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)]),
  );
  const [name, status, revision] = [labels.get('name'), labels.get('status'), Number(labels.get('version'))];
  if (namespace === undefined || name === undefined || status === undefined || !Number.isSafeInteger(revision))
    return undefined;
  // A pending upgrade has the revision's own createdAt, and modifiedAt copied from the revision before (tried, helm 3.22.0 and 4.1.4).
  const modifiedAt = Math.max(...['createdAt', 'modifiedAt'].map((label) => Number(labels.get(label) ?? 0)));
  const [owner, project, made] = [labels.get(ownerLabel), labels.get(projectLabel), labels.get(chartDigestLabel)];
  return {
    ...{ name, namespace, revision, status },
    ...(Number.isSafeInteger(modifiedAt) && modifiedAt > 0 ? { modifiedAt } : {}),
    ...(owner === undefined ? {} : { owner }),
    ...(project === undefined ? {} : { project }),
    ...(made === undefined ? {} : { made }),
  };
}
