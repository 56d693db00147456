import { addService, createConfigText, removeService, type ConfigIntent, type ServiceFields } from '../config/edit.ts';
import { UsageError } from '../errors.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Notice } from '../model/notice.ts';
import type { Plan } from '../model/plan.ts';
import { places, type PairPaths } from '../project/places.ts';
import { selectNewNotices } from './new-notices.ts';
import { planProject } from './plan-project.ts';
import { loadProject, parseChangedProject, parseProject, readConfigText, type Project } from './project.ts';
import { refuseUnknownService } from './select-services.ts';
import { withLock, type Session } from './session.ts';
import { carryOutPlan, writeChangedProject } from './write-project.ts';

/** What a command made of the project folder. */
export interface WrittenProject {
  readonly project: Project;
  readonly plan: Plan;
  /** Copies of what was replaced by force. */
  readonly backups: readonly string[];
  /** What the person has not read before. */
  readonly news: readonly Notice[];
}

/** Starts a project. Everything is checked before the first byte is written. @throws UsageError where there is one already. */
export function createProject(session: Session, intent: ConfigIntent): Promise<WrittenProject> {
  return withLock(session, 'init', async () => {
    refuseExisting(session);
    return writeEdited(session, undefined, await parseChangedProject(createConfigText(intent), 'init'));
  });
}

/** @throws UsageError where a project is already. */
export function refuseExisting({ files, root }: Session): void {
  if (!files.exists(places.config)) return;
  throw new UsageError(`${places.config} exists already in ${root}`, {
    remedy: 'ingress-tls render generates the files again from it; ingress-tls add-service adds to it',
  });
}

/**
 * Adds a service to ingress-tls.yaml and renders. The file is written only when the result is a valid project.
 * @param found the project as it was when the person was asked: it is read once only when nobody has edited it since.
 */
export function addToProject(
  session: Session,
  fields: ServiceFields,
  found?: Project,
): Promise<WrittenProject & { readonly service: PlannedService | undefined }> {
  return withLock(session, 'add-service', async () => {
    const text = readConfigText(session);
    const before = found?.text === text ? found : await parseProject(text);
    refuseTaken(before, fields.name);
    const written = await writeEdited(
      session,
      before,
      await parseChangedProject(addService(before.text, places.config, fields), 'add-service'),
    );
    return { ...written, service: written.project.desired.services.find(({ name }) => name === fields.name) };
  });
}

export function hasService({ config }: Project, name: string): boolean {
  return config.services.some((service) => service.name === name);
}

function refuseTaken(project: Project, name: string): void {
  if (!hasService(project, name)) return;
  throw new UsageError(`${places.config} has a service ${name} already`, {
    remedy: `edit it there and run ingress-tls render, or choose another name`,
  });
}

/** Takes a service out of ingress-tls.yaml and removes its generated files. Its keys and certificates, which nothing needs any more, are never deleted. */
export function removeFromProject(
  session: Session,
  name: string,
): Promise<WrittenProject & { readonly unneeded: readonly PairPaths[] }> {
  return withLock(session, 'remove-service', async () => {
    const before = await loadProject(session);
    refuseUnknownService(before, [name]);
    const project = await parseProject(removeService(before.text, places.config, name));
    const written = await writeEdited(session, before, project);
    const wanted = new Set(project.desired.pairs.map(({ paths }) => paths.certificate));
    return {
      ...written,
      unneeded: before.desired.pairs.map(({ paths }) => paths).filter(({ certificate }) => !wanted.has(certificate)),
    };
  });
}

/** Generates all files from ingress-tls.yaml. @param force edited files are replaced, and copies of them kept. */
export function renderProject(session: Session, force: boolean): Promise<WrittenProject> {
  return withLock(session, 'render', async () => {
    const project = await loadProject(session);
    const { plan, observed } = planProject(session, project, force);
    const backups = await carryOutPlan(session, plan, observed);
    // Who edited the file by hand has read none of them.
    return { project, plan, backups, news: plan.notices };
  });
}

/** Writes what an edit of ingress-tls.yaml makes of the project. */
export async function writeEdited(
  session: Session,
  before: Project | undefined,
  project: Project,
): Promise<WrittenProject> {
  const planned = planProject(session, project, false);
  const backups = await writeChangedProject(session, before?.text, project, planned);
  const { plan } = planned;
  return { project, plan, backups, news: selectNewNotices(before?.desired.notices ?? [], plan.notices) };
}
