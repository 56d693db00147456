import { backendOf } from '../model/backend.ts';
import {
  applyCommand,
  awaitCertificatesCommand,
  rolloutCommand,
  secretCommands,
  type ClusterConnection,
} from '../kube/commands.ts';
import { helmUpgradeCommand } from '../kube/helm-commands.ts';
import { isWorkload } from '../kube/workload-readiness.ts';
import { chartDigestLabel, ownerLabel, printChartDigest, printProject, projectLabel } from '../kube/ownership.ts';
import type { ClusterChanges, DeletableObject } from '../model/changes.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import type { ObjectReference } from '../model/kube-object.ts';
import type { PlannedRelease, RunStep, ToolCommand } from '../model/plan.ts';
import { deleteSteps, uninstallStep } from './cluster-steps.ts';
import type { DesiredProject, ManifestFile } from '../project/desired-project.ts';
import { identifyObject } from './orphans.ts';
import type { DesiredService } from '../project/desired-services.ts';
import { chartFolder } from '../project/places.ts';

/** How the cluster is reached, and what was found there; what could not be looked up has the value to assume. */
export interface ApplyTarget {
  readonly connection: ClusterConnection;
  readonly helmMajor: 3 | 4;
  /** Whether the API server checks field names and types itself. */
  readonly serverValidates: boolean;
  /** In seconds, for each wait and each release. */
  readonly timeout: number;
  /** The newest revision of releases that the cluster has, whosever they are. */
  readonly releases: readonly PlannedRelease[];
  /** What to remove because the project no longer brings it: nothing, unless the person asked for it. */
  readonly orphans: Orphans;
  /** Paths of Secret manifests whose Secret exists; only client-side profiles need it. */
  readonly existingSecrets: ReadonlySet<string>;
  /** Namespaces that exist and that somebody else made: used as they are. */
  readonly foreignNamespaces: ReadonlySet<string>;
  /** Whether fields that others set are taken over. */
  readonly forceConflicts: boolean;
}

export interface Orphans {
  readonly releases: readonly PlannedRelease[];
  readonly objects: readonly DeletableObject[];
}

/** What differs on the cluster, and what is not ready there. */
export interface Findings {
  /** Absent: nobody could look, everything is sent. */
  readonly changes?: ClusterChanges;
  /** Digest of each service's chart, by the service's name. */
  readonly digests: ReadonlyMap<string, string>;
  /** Workloads that exist, change in nothing and are not ready, as identifyObject says. */
  readonly unready: ReadonlySet<string>;
  /** Paths of Secrets that cannot be sent, because keys are not here. */
  readonly keyless: ReadonlySet<string>;
  /** Pods that a release's Deployment is to keep where its chart says no number, by the service's name. */
  readonly keepReplicas?: ReadonlyMap<string, number>;
}

/** Seconds for a command that only sends objects. */
const sendingTimeout = 120;

/** Workloads that one kubectl waits for: their names must fit a command line. */
const waitsAtOnce = 100;

/**
 * The commands that bring to the cluster what differs there, in the order that avoids needless failures: namespaces and
 * RBAC, Secrets, the controller, its rollout, one release for each service, and the wait for their pods.
 */
export function planApply(desired: DesiredProject, target: ApplyTarget, findings: Findings): readonly RunStep[] {
  const { config, profile } = desired;
  const { connection, timeout, forceConflicts } = target;
  const { applyMethod: method } = profile;
  const send = (phase: RunStep['phase'], title: string, command: ToolCommand): RunStep => ({
    title,
    phase,
    command,
    timeout: sendingTimeout,
  });
  const differs = selectDiffering(findings);
  const changes = ({ kind, name, namespace }: ObjectReference): boolean =>
    findings.changes?.objects.some(
      ({ object, change }) =>
        change !== 'unchanged' && identifyObject(object.kind, object) === identifyObject(kind, { name, namespace }),
    ) === true;
  const applyFiles = (phase: RunStep['phase'], files: readonly ManifestFile[]): readonly RunStep[] =>
    files
      .filter((file) => differs.file(file.path) && !isForeignNamespace(file, target))
      .map(({ path }) =>
        send(phase, `apply ${path}`, applyCommand({ files: [path], method, forceConflicts, ...connection })),
      );
  const wait = (
    phase: RunStep['phase'],
    namespace: string,
    workloads: readonly ObjectReference[],
  ): readonly RunStep[] =>
    inGroups(workloads).map((group) => ({
      // The command says what is waited for; a run looks at all of them first, and has kubectl wait for what is not ready.
      title: `wait for ${formatWorkloads(group)}`,
      phase,
      command: rolloutCommand({ workloads: group, namespace, timeout, ...connection }),
      timeout,
      waitsFor: group,
    }));

  const secrets = desired.objects
    .filter(
      ({ content, path }) => content.object.kind === 'Secret' && !findings.keyless.has(path) && differs.file(path),
    )
    .map(({ path }) => path);
  const controllerFiles = applyFiles('controller', desired.manifests.after);
  const workloads = profile
    .workloads(config)
    .filter((workload) => controllerFiles.length > 0 || differs.isUnready(workload));
  const changed = desired.services.filter(({ name }) => differs.service(name));
  const awaited = desired.services.flatMap((service) => {
    const own = listWorkloads(service, findings);
    return changed.includes(service) ? own : own.filter(differs.isUnready);
  });

  const files = applyFiles('namespaces-and-rbac', desired.manifests.before);
  const awaitIssue = groupByNamespace(
    desired.issued.certificates.filter((certificate) => changes(certificate) || differs.isUnready(certificate)),
  ).map(([namespace, certificates]): RunStep => ({
    title: `wait for ${certificates.length === 1 ? `Certificate ${certificates[0]?.name ?? ''}` : `${certificates.length} Certificates`}`,
    phase: 'namespaces-and-rbac',
    command: awaitCertificatesCommand({
      names: certificates.map(({ name }) => name),
      namespace,
      timeout,
      ...connection,
    }),
    timeout,
    certificates,
  }));

  return [
    ...files,
    ...awaitIssue,
    ...secretCommands({ files: secrets, existing: target.existingSecrets, method, forceConflicts, ...connection }).map(
      (command) => send('secrets', formatSecrets(command), command),
    ),
    ...controllerFiles,
    ...groupByNamespace(workloads).flatMap(([namespace, group]) => wait('rollout', namespace, group)),
    ...changed.map((service) => installStep(config, service, target, findings)),
    ...groupByNamespace(awaited).flatMap(([namespace, group]) => wait('readiness', namespace, group)),
    ...target.orphans.releases.map((release) => uninstallStep(release, target)),
    ...deleteSteps(target.orphans.objects, target),
  ];
}

/** The workloads of a service's chart: as somebody who looked at its objects saw them, else the one that is generated. */
function listWorkloads(service: PlannedService, { changes }: Findings): readonly ObjectReference[] {
  const { name, release, namespace } = service;
  const objects = changes?.releases.find((each) => each.service === name)?.objects;
  if (objects === undefined)
    return backendOf(service) === 'existing' ? [] : [{ kind: 'Deployment', name: release, namespace }];
  const wanted = objects.filter(({ object, change }) => isWorkload(object) && change !== 'delete');
  return wanted.map(({ object }) => ({
    kind: object.kind,
    name: object.name,
    namespace: object.namespace ?? namespace,
  }));
}

function installStep(config: Config, service: DesiredService, target: ApplyTarget, findings: Findings): RunStep {
  const digest = findings.digests.get(service.name);
  const found = target.releases.find(
    ({ name, namespace }) => name === service.release && namespace === service.namespace,
  );
  const keepReplicas = findings.keepReplicas?.get(service.name);
  const made = digest === undefined ? undefined : printChartDigest(digest, (found?.revision ?? 0) + 1);
  return {
    title: `install release ${service.release}`,
    phase: 'services',
    command: helmUpgradeCommand({
      release: service.release,
      chartFolder: chartFolder(service.name),
      namespace: service.namespace,
      timeout: target.timeout,
      helmMajor: target.helmMajor,
      labels: {
        [ownerLabel]: config.controller.name,
        [projectLabel]: printProject(config.domain),
        ...(made === undefined ? {} : { [chartDigestLabel]: made }),
      },
      setFiles: service.setFiles,
      ...(keepReplicas !== undefined && { keepReplicas }),
      forceConflicts: target.forceConflicts,
      serverValidates: target.serverValidates,
      ...target.connection,
    }),
    timeout: target.timeout,
    chart: chartFolder(service.name),
    release: found ?? { name: service.release, namespace: service.namespace },
    brings: listWorkloads(service, findings),
  };
}

interface Differing {
  readonly file: (path: string) => boolean;
  readonly service: (name: string) => boolean;
  readonly isUnready: (workload: ObjectReference) => boolean;
}

/** What nobody looked at is taken to differ. */
function selectDiffering({ changes, unready }: Findings): Differing {
  if (changes === undefined) return { file: () => true, service: () => true, isUnready: () => true };
  const sameFiles = new Set(changes.objects.map(({ path }) => path));
  for (const { path, change } of changes.objects) if (change !== 'unchanged') sameFiles.delete(path);
  const sameServices = new Set(
    changes.releases.filter(({ change }) => change === 'unchanged').map(({ service }) => service),
  );
  return {
    file: (path) => !sameFiles.has(path),
    service: (name) => !sameServices.has(name),
    isUnready: ({ kind, ...metadata }) => unready.has(identifyObject(kind, metadata)),
  };
}

function groupByNamespace(
  workloads: readonly ObjectReference[],
): readonly (readonly [string, readonly ObjectReference[]])[] {
  return [...new Set(workloads.map(({ namespace }) => namespace))].map((namespace) => [
    namespace,
    workloads.filter((workload) => workload.namespace === namespace),
  ]);
}

function inGroups(workloads: readonly ObjectReference[]): readonly (readonly ObjectReference[])[] {
  return Array.from({ length: Math.ceil(workloads.length / waitsAtOnce) }, (_, index) =>
    workloads.slice(index * waitsAtOnce, (index + 1) * waitsAtOnce),
  );
}

function formatWorkloads(workloads: readonly ObjectReference[]): string {
  const [first] = workloads;
  return workloads.length === 1 && first !== undefined
    ? `${first.kind} ${first.name}`
    : `${workloads.length} Deployments`;
}

function isForeignNamespace({ objects }: ManifestFile, { foreignNamespaces }: ApplyTarget): boolean {
  return (
    objects.length > 0 &&
    objects.every(({ kind, metadata }) => kind === 'Namespace' && foreignNamespaces.has(metadata.name))
  );
}

function formatSecrets({ stdinFiles = [] }: ToolCommand): string {
  return stdinFiles.length === 1 ? `apply ${stdinFiles[0] ?? ''}` : `apply ${stdinFiles.length} Secrets`;
}
