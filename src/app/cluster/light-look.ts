import { isCertificate, readIssue } from '../../cert-manager/conditions.ts';
import { createServerDryRun } from '../../world/kubectl/server-dry-run.ts';
import { fieldManager } from '../../kube/commands.ts';
import { isReady, isWorkload } from '../../kube/workload-readiness.ts';
import type { ClusterChanges, FileObjectChange, ReleaseRecord } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { judgeSecret } from '../../cluster/object-changes.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import { judgeRelease } from '../../cluster/release-changes.ts';
import { lookAtKeyless } from './keyless-secrets.ts';
import type { LiveProject } from './live-project.ts';
import type { ClusterTools } from './tools.ts';
import type { RenderedProject } from './rendered-project.ts';
import { sideBySide } from '../side-by-side.ts';

export interface Look {
  readonly changes: ClusterChanges;
  /** Digest of each service's chart, by the service's name. */
  readonly digests: ReadonlyMap<string, string>;
  /** Workloads that exist and are not ready, and Certificates that are not issued, as identifyObject says. */
  readonly unready: ReadonlySet<string>;
}

export interface LookRequest {
  readonly rendered: RenderedProject;
  readonly records: readonly ReleaseRecord[];
  readonly live: LiveProject;
  /** Namespaces of the project that are there. */
  readonly existingNamespaces: ReadonlySet<string>;
  /** Namespaces that somebody else made: they are not sent. */
  readonly foreignNamespaces: ReadonlySet<string>;
  /** For whoever may not read what belongs to no namespace: nothing is said of manifests/ then. */
  readonly skipsManifests?: boolean;
}

/**
 * Compares records and live objects, which were read before, with a project; only of manifests, and of Secrets that seem to differ, the API
 * server is asked what it would make of them. No helm is called.
 *
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function lookLightly(tools: ClusterTools, request: LookRequest): Promise<Look> {
  const { desired, profile } = request.rendered.project;
  // Before Kubernetes 1.18 no server can be asked what it would make of an object: everything is sent.
  const isComparable = profile.applyMethod === 'server-side';
  const { live, rendered } = request;
  const [secrets, keyless, others, digests] = await sideBySide(
    () => (isComparable ? lookAtSecrets(tools, request) : []),
    () => lookAtKeyless(tools, rendered.keyless, live.secrets),
    () => (isComparable && request.skipsManifests !== true ? lookAtManifests(tools, request) : []),
    // Thousands of files are read while kubectl works.
    () => new Map(desired.services.map((service) => [service.name, rendered.digestChart(service)])),
  );
  const records = new Map(request.records.map((record) => [`${record.namespace}/${record.name}`, record]));
  const releases = desired.services.map((service) =>
    judgeRelease(
      {
        service,
        digest: digests.get(service.name) ?? '',
        record: records.get(`${service.namespace}/${service.release}`),
        desired: rendered.listChartObjects(service),
      },
      live.charts,
    ),
  );
  const controllers = others.flatMap(({ before }) => (before === undefined ? [] : [before]));
  const workloads = [...live.charts.values(), ...controllers].filter(isWorkload);
  return {
    changes: { objects: [...others, ...secrets, ...keyless], releases },
    digests,
    unready: new Set([...listUnready(workloads), ...listUnissued(controllers)]),
  };
}

/** Those of these objects that have pods and are not ready, as identifyObject says. */
export function listUnready(objects: readonly KubeObject[]): ReadonlySet<string> {
  return new Set(
    objects.filter((object) => !isReady(object)).map(({ kind, metadata }) => identifyObject(kind, metadata)),
  );
}

function listUnissued(objects: readonly KubeObject[]): readonly string[] {
  return objects.flatMap((object) =>
    isCertificate(object) && !readIssue(object).isIssued ? [identifyObject(object.kind, object.metadata)] : [],
  );
}

/** Those that seem to differ are few: the API server has the last word on them, and says who else manages their fields. */
async function lookAtSecrets(
  tools: ClusterTools,
  { rendered, live }: LookRequest,
): Promise<readonly FileObjectChange[]> {
  const { desired, config } = rendered.project;
  const keyless = new Set(rendered.keyless.map(({ path }) => path));
  const desiredSecrets = desired.objects
    .filter(({ path, content }) => content.object.kind === 'Secret' && !keyless.has(path))
    .map(({ path, content }) => {
      const { name, namespace = config.namespace } = content.object.metadata;
      return { path, name, namespace, object: rendered.readObjects(path)?.[0] };
    });
  const changes = desiredSecrets.map((secret) =>
    judgeSecret(secret, live.secrets.get(identifyObject('Secret', secret))),
  );
  const doubtful = desiredSecrets.flatMap(({ object }, index) =>
    object !== undefined && changes[index]?.change === 'change' ? [{ object, index }] : [],
  );
  if (doubtful.length === 0) return changes;
  const answers = await createServerDryRun(tools.exec, tools).preview(
    doubtful.map(({ object }) => object),
    { fieldManager },
  );
  const exact = new Map(doubtful.map(({ index }, place) => [index, answers[place]]));
  return changes.map((change, index) => ({ ...change, ...exact.get(index) }));
}

async function lookAtManifests(
  tools: ClusterTools,
  { rendered, existingNamespaces, foreignNamespaces }: LookRequest,
): Promise<readonly FileObjectChange[]> {
  const { before, after } = rendered.project.desired.manifests;
  const objects = [...before, ...after].flatMap(({ path }) =>
    (rendered.readObjects(path) ?? []).map((object) => ({ path, object })),
  );
  const sent = objects.filter(
    ({ object: { kind, metadata } }) => !(kind === 'Namespace' && foreignNamespaces.has(metadata.name)),
  );
  const changes = await createServerDryRun(tools.exec, tools).preview(
    sent.map(({ object }) => object),
    { fieldManager, existingNamespaces },
  );
  return changes.flatMap((change, index) => {
    const path = sent[index]?.path;
    return path === undefined ? [] : [{ path, ...change }];
  });
}
