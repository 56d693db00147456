import { findEntry, sortNeeds } from '../../cluster/existing-controller.ts';
import { explainClass, findController, listClasses, type FoundController } from '../../controllers/find-controller.ts';
import { UsageError } from '../../errors.ts';
import { nameObject, printObjectName } from '../../kube/object-identity.ts';
import { className } from '../../model/config.ts';
import type { ControllerNeed, Entry } from '../../model/controller-profile.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { needPeers } from '../../project/expected-controller.ts';
import { places } from '../../project/places.ts';
import { unlessForbidden } from '../../world/exec/tool-failure.ts';
import { listLiveObjects, type Kind } from '../../world/kubectl/live-objects.ts';
import type { Project } from '../project.ts';
import { sideBySide } from '../side-by-side.ts';
import type { ClusterTools } from './tools.ts';

/** A controller that is there already, as far as it could be seen. */
export interface SeenController {
  /** Absent: no workload that was seen runs it. */
  readonly found?: FoundController;
  /** Why no controller of the profile reads the routes' class; absent: nothing says so. */
  readonly wrongClass?: string;
  /** What it must have set and has not. */
  readonly unmet: readonly ControllerNeed[];
  /** What is left to the person: what nobody could look up, and advice that is not followed. */
  readonly open: readonly ControllerNeed[];
  readonly entry: Entry;
}

/**
 * Looks for the controller of a project that brings none; undefined for one that does.
 * @throws ToolError when kubectl or the cluster fails; not for want of rights.
 */
export async function seeController(tools: ClusterTools, project: Project): Promise<SeenController | undefined> {
  const { profile, config, desired } = project;
  if (profile.standIns === undefined) return undefined;
  const { namespace } = config.controller;
  const classKinds = listClasses(profile, config).map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  const list = (
    kinds: readonly Kind[],
    place: { readonly namespace?: string },
  ): Promise<readonly KubeObject[] | undefined> =>
    unlessForbidden(() => listLiveObjects(tools.exec, { ...tools, kinds, ...place }));
  const [classes, workloads, services] = await sideBySide(
    () => list(classKinds, {}),
    () => list(workloadKinds, { namespace }),
    () => list([{ apiVersion: 'v1', kind: 'Service' }], { namespace }),
  );
  const around = {
    ...(classes !== undefined && { classes }),
    ...(workloads !== undefined && { workloads }),
  };
  const found = findController(profile, config, around);
  const wrongClass = explainClass(profile, config, around, found);
  const { configMap } = found?.settings ?? {};
  const data =
    configMap === undefined
      ? undefined
      : await unlessForbidden(() => tools.kubectl.readData('ConfigMap', configMap.namespace, configMap.name));
  return {
    ...(found !== undefined && { found }),
    ...(wrongClass !== undefined && { wrongClass }),
    ...sortNeeds(
      [...(profile.existing?.needs(config) ?? []), ...(found ? needPeers(config, found) : [])],
      found,
      data?.data,
    ),
    entry: (found && services && findEntry(found, services)) ?? desired.entry,
  };
}

const workloadKinds: readonly Kind[] = ['Deployment', 'DaemonSet'].map((kind) => ({ apiVersion: 'apps/v1', kind }));

/** @throws UsageError for a class that is not there or is another controller's, and for what the controller has not set. */
export function refuseUnfit({ wrongClass, unmet, found }: SeenController, { config }: Project): void {
  if (wrongClass !== undefined) {
    throw new UsageError(wrongClass, {
      remedy: `name another class as controller.className in ${places.config}, or take install: false out to have a controller of the project's own`,
    });
  }
  if (unmet.length === 0 || found === undefined) return;
  throw new UsageError(
    `the controller of class ${className(config)}, ${printObjectName(nameObject(found.workload))}, is not set up for these routes`,
    {
      details: unmet.map(({ setting, otherwise }) => `it needs ${setting}: else ${otherwise}`),
      remedy: `have it set there, or take install: false out of ${places.config} to have a controller of the project's own`,
    },
  );
}

/** Where clients come in: as the project says, or, of a controller that is there already, as the cluster does. */
export async function resolveEntry(tools: ClusterTools, project: Project): Promise<Entry> {
  const { entry } = project.desired;
  return entry.kind === 'existing' ? ((await seeController(tools, project))?.entry ?? entry) : entry;
}
