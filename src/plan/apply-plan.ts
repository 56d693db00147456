import { applyCommand, rolloutCommand, secretCommands, type ClusterConnection } from '../kube/commands.ts';
import { helmUpgradeCommand } from '../kube/helm-commands.ts';
import { ownerLabel } from '../kube/ownership.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import type { PlannedRelease, RunStep, ToolCommand } from '../model/plan.ts';
import { deleteSteps, uninstallStep, type OwnedObject } from './cluster-steps.ts';
import type { DesiredProject, ManifestFile } from './desired-project.ts';
import { chartFolder, projectAuthorityPair } from './places.ts';

/** How the cluster is reached, and what was found there; what could not be looked up has the value to assume. */
export interface ApplyTarget {
  readonly connection: ClusterConnection;
  readonly helmMajor: 3 | 4;
  /** In seconds, for each rollout and each release. */
  readonly timeout: number;
  /** Releases of this controller that the cluster has. */
  readonly releases: readonly PlannedRelease[];
  /** What to remove because the project no longer brings it: nothing, unless the person asked for it. */
  readonly orphans: Orphans;
  /** Paths of Secret manifests whose Secret exists; only client-side profiles need it. */
  readonly existingSecrets: ReadonlySet<string>;
  /** Namespaces that exist and that somebody else made: used as they are. */
  readonly foreignNamespaces: ReadonlySet<string>;
}

export interface Orphans {
  readonly releases: readonly PlannedRelease[];
  readonly objects: readonly OwnedObject[];
}

/** Seconds for a command that only sends objects. */
const sendingTimeout = 120;

/**
 * The commands that bring the rendered files to the cluster, in the order that avoids needless failures: namespaces and
 * RBAC, Secrets, the controller, its rollout, one release for each service.
 */
export function planApply(
  config: Config,
  profile: ControllerProfile,
  desired: DesiredProject,
  target: ApplyTarget,
): readonly RunStep[] {
  const { connection, timeout } = target;
  const send = (phase: RunStep['phase'], title: string, command: ToolCommand): RunStep => ({ title, phase, command, timeout: sendingTimeout });
  const applyFile = (phase: RunStep['phase'], { path }: ManifestFile): RunStep =>
    send(phase, `apply ${path}`, applyCommand({ files: [path], method: profile.applyMethod, ...connection }));
  const secrets = desired.objects.filter(({ content }) => content.object.kind === 'Secret').map(({ path }) => path);

  return [
    ...desired.manifests.before.filter((file) => !isForeignNamespace(file, target)).map((file) => applyFile('namespaces-and-rbac', file)),
    ...secretCommands({ files: secrets, existing: target.existingSecrets, method: profile.applyMethod, ...connection }).map((command) =>
      send('secrets', describeSecrets(command), command),
    ),
    ...desired.manifests.after.map((file) => applyFile('controller', file)),
    ...profile.workloads(config).map((reference): RunStep => ({
      title: `wait for ${reference.kind} ${reference.name}`,
      phase: 'rollout',
      command: rolloutCommand({ reference, timeout, ...connection }),
      timeout,
    })),
    ...desired.services.map((service): RunStep => ({
      title: `install release ${service.release}`,
      phase: 'services',
      command: helmUpgradeCommand({
        release: service.release,
        chartFolder: chartFolder(service.name),
        namespace: service.namespace,
        timeout,
        helmMajor: target.helmMajor,
        labels: { [ownerLabel]: config.controller.name },
        setFiles: inlineAuthority(config, profile, service),
        ...connection,
      }),
      timeout,
      release: findRelease(service, target) ?? { name: service.release, namespace: service.namespace },
    })),
    ...target.orphans.releases.map((release) => uninstallStep(release, target)),
    ...deleteSteps(target.orphans.objects, target),
  ];
}

function findRelease({ release, namespace }: PlannedService, { releases }: ApplyTarget): PlannedRelease | undefined {
  return releases.find((found) => found.name === release && found.namespace === namespace);
}

function isForeignNamespace({ objects }: ManifestFile, { foreignNamespaces }: ApplyTarget): boolean {
  return objects.length > 0 && objects.every(({ kind, metadata }) => kind === 'Namespace' && foreignNamespaces.has(metadata.name));
}

function describeSecrets({ stdinFiles = [] }: ToolCommand): string {
  return stdinFiles.length === 1 ? `apply ${stdinFiles[0] ?? ''}` : `apply ${stdinFiles.length} Secrets`;
}

/** A certificate is public, so a route object may hold it inline where a controller wants it so. */
function inlineAuthority(config: Config, profile: ControllerProfile, service: PlannedService): Readonly<Record<string, string>> {
  if (service.mode !== 'reencrypt') return {};
  const placement = profile.upstreamCa(config, service);
  return placement?.kind === 'ChartValue' ? { [placement.path]: projectAuthorityPair.certificate } : {};
}
