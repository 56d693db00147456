import { loadProfile, loadProfiles, profileNames } from '../controllers/index.ts';
import { withoutController } from '../controllers/not-installed.ts';
import { parseConfig } from '../config/load.ts';
import { InternalError, UsageError } from '../errors.ts';
import { printProject } from '../kube/ownership.ts';
import type { Config } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import { buildDesiredProject, type DesiredProject } from '../project/desired-project.ts';
import { places } from '../project/places.ts';
import type { Session } from './session.ts';

/** A project as ingress-tls.yaml describes it. */
export interface Project {
  readonly text: string;
  readonly config: Config;
  readonly profile: ControllerProfile;
  readonly desired: DesiredProject;
  /** By which it knows what is its own on a cluster (kube/ownership.ts, printProject): its domain, and one that it takes over. */
  readonly identities: readonly string[];
}

/** Text of ingress-tls.yaml. @throws UsageError when there is none. */
export function readConfigText(session: Session): string {
  const text = session.files.readText(places.config);
  if (text !== undefined) return text;
  throw new UsageError(`no ${places.config} in ${session.root}`, { remedy: 'ingress-tls init' });
}

/**
 * Loads the project in the session's folder.
 * @param takeOver another domain, what was applied for which is taken for the project's own.
 * @throws UsageError with all problems of ingress-tls.yaml at once.
 */
export async function loadProject(session: Session, takeOver?: string): Promise<Project> {
  const project = await parseProject(readConfigText(session));
  // As errors name it: in the label's own words.
  return takeOver === undefined
    ? project
    : { ...project, identities: [...project.identities, takeOver, printProject(takeOver)] };
}

/** A command as it has to be typed again. */
export function addTakeOver(command: string, { takeOver }: { readonly takeOver?: string }): string {
  return takeOver === undefined ? command : `${command} --take-over ${takeOver}`;
}

/** The project that a text of ingress-tls.yaml describes, whether it is written yet or not. */
export async function parseProject(text: string): Promise<Project> {
  const config = parseConfig(text, places.config, profileNames);
  const target = await loadProfile(config.controller.profile);
  const others = config.acknowledged === undefined ? [] : await loadProfiles();
  if (target === undefined) throw new InternalError(`the schema let profile ${config.controller.profile} pass`);
  const profile = config.controller.install === false ? withoutController(target) : target;
  return {
    text,
    config,
    profile,
    desired: buildDesiredProject(
      config,
      profile,
      others.flatMap(({ noticeCodes }) => noticeCodes),
    ),
    identities: [printProject(config.domain)],
  };
}

/**
 * The project that a changed text of ingress-tls.yaml describes. Its problems come from what the person gave to the
 * command, and a place in a text that nobody can look at would only confuse.
 */
export async function parseChangedProject(text: string, command: string): Promise<Project> {
  try {
    return await parseProject(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError('nothing was written: see above what is not accepted', {
      details: error.details.map((line) => line.replace(/^ingress-tls\.yaml:\d+:\d+: /, '')),
      remedy: `ingress-tls ${command} --help`,
      cause: error,
    });
  }
}
