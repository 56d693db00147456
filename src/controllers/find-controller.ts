import { textField } from '../kube/object-fields.ts';
import { className, type Config } from '../model/config.ts';
import type { ControllerProfile, ControllerSettings } from '../model/controller-profile.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { printable } from '../text/escape.ts';

/** What a cluster has where a controller that is there already is looked for; absent: it may not be looked at. */
export interface ControllerSurroundings {
  /** Of all kinds by which routes name a controller. */
  readonly classes?: readonly KubeObject[];
  /** Deployments and DaemonSets of its namespace. */
  readonly workloads?: readonly KubeObject[];
  /** Services of its namespace. */
}

/** The workload that runs the controller of the project's class, and how it is set up. */
export interface FoundController {
  readonly workload: KubeObject;
  readonly settings: ControllerSettings;
}

/** Finds the workload by its arguments; undefined: none that was seen is it. */
export function findController(
  { existing }: ControllerProfile,
  config: Config,
  { classes = [], workloads = [] }: ControllerSurroundings,
): FoundController | undefined {
  const classController = textField(findClass(config, classes), 'spec', 'controller');
  for (const workload of workloads) {
    const settings = existing?.readSettings(workload, config, classController);
    if (settings !== undefined) return { workload, settings };
  }
  return undefined;
}

function findClass(config: Config, classes: readonly KubeObject[]): KubeObject | undefined {
  return classes.find(({ metadata }) => metadata.name === className(config));
}

/** Why no controller of the profile reads routes of the class; undefined: nothing says so. @param found the workload that reads it. */
export function explainClass(
  profile: ControllerProfile,
  config: Config,
  { classes }: ControllerSurroundings,
  found: FoundController | undefined,
): string | undefined {
  const [kind] = listClasses(profile, config);
  if (classes === undefined || kind === undefined) return undefined;
  const name = className(config);
  const routeClass = findClass(config, classes);
  if (routeClass === undefined) {
    const names = classes.map(({ metadata }) => metadata.name);
    return `there is no ${kind.kind} ${name}, which the routes name: ${names.length === 0 ? 'the cluster has none' : `the cluster has ${names.join(', ')}`}`;
  }
  if (found !== undefined) return undefined;
  const controller = textField(routeClass, 'spec', 'controller') ?? '';
  const other = profile.existing?.nameOther(controller);
  return other === undefined
    ? undefined
    : `${kind.kind} ${name} is for ${printable(controller)}: ${other}. The routes are for profile ${profile.name}`;
}

/** The objects by which routes name a controller that is there already, as the profile would bring them; none where no object does. */
export function listClasses({ standIns, liveObjects }: ControllerProfile, config: Config): readonly KubeObject[] {
  return standIns?.(config).filter(({ kind }) => liveObjects.classKinds.includes(kind)) ?? [];
}
