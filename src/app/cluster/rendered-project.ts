import { holdsLeftOutLink } from '../../world/helm/chart-folder.ts';
import { readSetFiles } from '../../world/helm/chart-template.ts';
import { listSources, printMade, readOwnData } from '../../world/files/object-text.ts';
import type { UnwritableSecret } from '../../cluster/object-changes.ts';
import { digestFiles, digestText, type FileDigest } from '../../kube/digest.ts';
import { parseHelmIgnore } from '../../kube/helm-ignore.ts';
import { parseObjects } from '../../kube/parse-yaml.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { MadeFromFiles } from '../../model/plan.ts';
import type { DesiredService } from '../../project/desired-services.ts';
import { chartFolder } from '../../project/places.ts';
import type { PlannedProject } from '../plan-project.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';
import { buildGeneratedChart } from './chart-objects.ts';

/** A project folder as it is once a plan has been carried out, whether it has been or not; edited files stay as they are. */
export interface RenderedProject {
  readonly project: Project;
  /** Text of a file; undefined while it cannot be known, because a certificate in it is not made yet. */
  readonly readText: (path: string) => string | undefined;
  /** The objects of a file in manifests/ or secrets/; undefined as above. @throws UsageError when it is no YAML of objects. */
  readonly readObjects: (path: string) => readonly KubeObject[] | undefined;
  /** Secrets that cannot be made, because keys are not here. */
  readonly keyless: readonly UnwritableSecret[];
  /** Digest of all that helm is given for a service. */
  readonly digestChart: (service: DesiredService) => string;
  /** The files of a chart by their paths in it, when the plan would change any of them, or helm cannot read them where they are; else undefined. */
  readonly readChangedChart: (service: DesiredService) => ReadonlyMap<string, string> | undefined;
  /** What a chart's objects say at least; empty where a person edited the chart. */
  readonly listChartObjects: (service: DesiredService) => readonly KubeObject[];
}

export function viewRendered(
  { files }: Session,
  project: Project,
  { plan, observed }: PlannedProject,
): RenderedProject {
  const written = new Map(
    plan.steps.flatMap((step) => (step.kind === 'write-file' ? [[step.path, step] as const] : [])),
  );
  const madeFromCertificates = new Map(
    plan.steps.flatMap((step) => (step.kind === 'write-made' ? [[step.path, step.content] as const] : [])),
  );
  const removed = new Set(plan.steps.flatMap((step) => (step.kind === 'remove-file' ? [step.path] : [])));
  const toBeMade = new Set(
    plan.steps.flatMap((step) => (step.kind === 'make-key' || step.kind === 'issue-certificate' ? [step.path] : [])),
  );
  const edited = plan.conflicts.map(({ path }) => path);
  const asDesired = new Set([...plan.unchanged, ...madeFromCertificates.keys(), ...written.keys()]);
  const { objects, manifests } = project.desired;
  const madeFromFiles = new Map(objects.map(({ path, content }) => [path, content]));
  const printed = new Map([...manifests.before, ...manifests.after].map((file) => [file.path, file.objects]));

  const digest = (path: string): string | undefined => {
    if (removed.has(path)) return undefined;
    if (madeFromCertificates.has(path)) {
      const text = readText(path);
      return text === undefined ? '' : digestText(text);
    }
    return written.get(path)?.digest ?? observed.digests.get(path) ?? files.digest(path);
  };
  const awaitsCertificate = (content: MadeFromFiles): boolean =>
    listSources(content).some((source) => toBeMade.has(source) && !files.exists(source));
  const keyless = new Map(plan.keyless.map((object) => [object.path, object]));
  const readText = (path: string): string | undefined => {
    // One that another run left may be of another certificate.
    if (keyless.has(path)) return undefined;
    const content = madeFromCertificates.get(path);
    if (content === undefined) return written.get(path)?.content ?? files.readText(path);
    return awaitsCertificate(content) ? undefined : printMade(content, files);
  };
  const listWritten = (folder: string): readonly string[] =>
    [...written.keys(), ...madeFromCertificates.keys()].filter((path) => path.startsWith(`${folder}/`));
  /** Those that helm takes. */
  const listChartFiles = (folder: string): readonly string[] => {
    const isLeftOut = parseHelmIgnore(readText(`${folder}/.helmignore`));
    const inFolder = [...files.list(folder), ...listWritten(folder)];
    return [...new Set(inFolder)].filter((path) => !removed.has(path) && !isLeftOut(path.slice(folder.length + 1)));
  };
  return {
    project,
    readText,
    keyless: [...keyless.values()].map(({ path, content: { object, data }, keys }) => {
      const others = Object.entries(data).filter(([, source]) => !keys.includes(source));
      return { path, keys, object, others: readOwnData({ object, data: Object.fromEntries(others) }, files) };
    }),
    readObjects: (path) => {
      // What this program printed need not be read back: that takes longer than all else here.
      if (asDesired.has(path)) {
        const made = madeFromFiles.get(path);
        if (made === undefined && printed.has(path)) return printed.get(path);
        const data = made === undefined || awaitsCertificate(made) ? undefined : readOwnData(made, files);
        if (made !== undefined && data !== undefined) return [{ ...made.object, data }];
      }
      const text = readText(path);
      return text === undefined ? undefined : parseObjects(text, path);
    },
    digestChart: (service) => {
      const folder = chartFolder(service.name);
      const beside = Object.entries(service.setFiles).map(([value, path]): FileDigest => ({
        path: `${value}=${path}`,
        digest: files.digest(path) ?? '',
      }));
      return digestFiles(
        listChartFiles(folder)
          .flatMap((path) => fileDigest(path, digest(path)))
          .concat(beside),
      );
    },
    readChangedChart: (service) => {
      const folder = chartFolder(service.name);
      const isChanged = listWritten(folder).length > 0 || [...removed].some((path) => path.startsWith(`${folder}/`));
      if (!isChanged && !holdsLeftOutLink(files, folder)) return undefined;
      return new Map(listChartFiles(folder).map((path) => [path.slice(folder.length + 1), readText(path) ?? '']));
    },
    listChartObjects: (service) => {
      const isEdited = edited.some((path) => path.startsWith(`${chartFolder(service.name)}/`));
      return isEdited
        ? []
        : buildGeneratedChart(project.profile.workload, service, readSetFiles(readText, service.setFiles));
    },
  };
}

function fileDigest(path: string, digest: string | undefined): readonly FileDigest[] {
  return digest === undefined ? [] : [{ path, digest }];
}
