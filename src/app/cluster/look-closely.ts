import { createServerDryRun, type ServerDryRun } from '../../world/kubectl/server-dry-run.ts';
import { InternalError } from '../../errors.ts';
import { fieldManager } from '../../kube/commands.ts';
import { nameObject } from '../../kube/object-identity.ts';
import type { ClusterChanges, FileObjectChange } from '../../model/changes.ts';
import type { DesiredService } from '../../project/desired-services.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { ClusterFacts } from './facts.ts';
import type { ClusterTools } from './tools.ts';
import { lookAtKeyless } from './keyless-secrets.ts';
import { lookAtReleases } from './look-at-releases.ts';
import type { RenderedProject } from './rendered-project.ts';

/** What has to be known of a cluster before its objects are compared. */
export type LookedUp = Pick<ClusterFacts, 'cluster' | 'records'> & {
  readonly target: Pick<ClusterFacts['target'], 'helmMajor' | 'foreignNamespaces'>;
};

/**
 * What apply would change, object by object, by the API server's own word: nothing is taken from records or digests. Takes a helm for
 * each release.
 *
 * @param services those to look at, with their Secrets and nothing else; absent: the whole project.
 * @returns nothing at all for a profile of clusters that have no server-side apply.
 * @throws ToolError when a tool or the cluster fails; UsageError for a file that is no YAML of objects.
 */
export async function lookClosely(
  tools: ClusterTools,
  rendered: RenderedProject,
  facts: LookedUp,
  services?: readonly DesiredService[],
): Promise<ClusterChanges> {
  const { cluster, records = [], target } = facts;
  if (cluster === undefined) throw new InternalError('a cluster that was not found cannot be compared');
  const { desired, profile } = rendered.project;
  if (profile.applyMethod !== 'server-side') return { objects: [], releases: [] };
  const dryRun = createServerDryRun(tools.exec, tools);
  const paths = listPaths(rendered, services);
  const keyless = rendered.keyless.filter(({ path }) => paths.includes(path));
  const others = paths.filter((path) => !keyless.some((secret) => secret.path === path));
  const [objects, unwritable, releases] = await Promise.all([
    lookAtFiles(dryRun, rendered, others, target.foreignNamespaces),
    lookAtKeyless(tools, keyless),
    lookAtReleases(tools, dryRun, {
      rendered,
      services: services ?? desired.services,
      records,
      helmMajor: target.helmMajor,
      kubeVersion: cluster.version.text,
    }),
  ]);
  return { objects: [...objects, ...unwritable], releases };
}

/** The files whose objects kubectl brings, in the order of applying. */
function listPaths(
  { project: { desired } }: RenderedProject,
  services: readonly DesiredService[] | undefined,
): readonly string[] {
  const { manifests, objects } = desired;
  if (services !== undefined) {
    const names = new Set(services.map(({ name }) => name));
    return objects.filter(({ service }) => service !== undefined && names.has(service)).map(({ path }) => path);
  }
  const secrets = objects.filter(({ content }) => content.object.kind === 'Secret');
  return [...manifests.before, ...secrets, ...manifests.after].map(({ path }) => path);
}

interface FileObject {
  readonly path: string;
  readonly object: KubeObject;
  /** Its certificate is not made yet: what it will hold is not known. */
  readonly isUnfinished: boolean;
}

async function lookAtFiles(
  dryRun: ServerDryRun,
  { project, readObjects }: RenderedProject,
  paths: readonly string[],
  foreignNamespaces: ReadonlySet<string>,
): Promise<readonly FileObjectChange[]> {
  const unfinished = new Map(project.desired.objects.map(({ path, content }) => [path, content.object]));
  const files = paths.flatMap((path): readonly FileObject[] => {
    const objects = readObjects(path);
    if (objects !== undefined) return objects.map((object) => ({ path, object, isUnfinished: false }));
    const object = unfinished.get(path);
    return object === undefined ? [] : [{ path, object, isUnfinished: true }];
  });
  const sent = files.filter(
    ({ object: { kind, metadata } }) => !(kind === 'Namespace' && foreignNamespaces.has(metadata.name)),
  );
  const select = (isUnfinished: boolean): readonly KubeObject[] =>
    sent.filter((file) => file.isUnfinished === isUnfinished).map(({ object }) => object);
  const [finished, waiting] = [select(false), select(true)];
  const [previews, live] = await Promise.all([dryRun.preview(finished, { fieldManager }), dryRun.readLive(waiting)]);
  const changes = new Map(finished.map((object, index) => [object, previews[index]]));
  return sent.flatMap(({ path, object }): readonly FileObjectChange[] => {
    const preview = changes.get(object);
    return [
      preview === undefined
        ? { path, object: nameObject(object), change: live.has(object) ? 'change' : 'create', conflicts: [] }
        : { path, ...preview },
    ];
  });
}
