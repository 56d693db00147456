import { canAsk } from '../../app/asking.ts';
import { addToProject, hasService } from '../../app/edit-project.ts';
import { loadProject, type Project } from '../../app/project.ts';
import { articleServices } from '../../config/defaults.ts';
import type { ServiceFields } from '../../config/edit.ts';
import { selectGiven } from '../../config/given-fields.ts';
import { alternatives } from '../../config/wording.ts';
import { UsageError } from '../../errors.ts';
import { modes, podSpeaksTls, type Mode } from '../../model/mode.ts';
import { printUrl } from '../../project/desired-project.ts';
import { quote } from '../../text/escape.ts';
import { nearest } from '../../text/nearest.ts';
import { reportNotices } from '../output/notices.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import type { CommandSession } from '../session.ts';

export interface AddServiceOptions {
  readonly name?: string;
  readonly mode?: string;
  readonly host?: readonly string[];
  readonly namespace?: string;
  readonly image?: string;
  readonly service?: string;
  /** A name: of the Service's port. */
  readonly port?: number | string;
  readonly replicas?: number;
  /** Absent: the default of the mode. */
  readonly clientAuth?: boolean;
  readonly annotation?: Readonly<Record<string, string>>;
  readonly yes?: boolean;
  readonly input: boolean;
}

/** Adds a service to the project; asks for what was not said. Exit 1 when edited files were kept. */
export async function addServiceToProject(session: CommandSession, options: AddServiceOptions): Promise<number> {
  const { report } = session;
  const found = await loadProject(session);
  const mode = await chooseMode(session, options, found);
  const name = await chooseName(session, options, found, mode);
  const written = await addToProject(session, toFields(options, name, mode), found);
  const { project, service, plan, news } = written;
  reportRender(session, written);
  reportNotices(report, news, ['warning', 'info']);
  report.message(`Added ${name}: ${mode}, ${printUrl(project.desired.entry, service ?? { host: name })}`);
  return closeRender(session, plan, 'ingress-tls apply --dry-run');
}

async function chooseMode({ world }: CommandSession, options: AddServiceOptions, project: Project): Promise<Mode> {
  if (options.mode !== undefined) {
    const mode = modes.find((known) => known === options.mode);
    if (mode !== undefined) return mode;
    const meant = nearest(options.mode, modes);
    throw new UsageError(`unknown mode ${quote(options.mode)}: expected ${alternatives(modes)}`, {
      remedy: meant === undefined ? 'ingress-tls add-service --help' : `did you mean --mode ${meant}?`,
    });
  }
  if (options.yes === true) return 'terminate';
  if (canAsk(world, options)) {
    const { askMode } = await import('../prompts.ts');
    return askMode(world);
  }
  const example = modes.find((mode) => !hasService(project, articleServices[mode])) ?? 'terminate';
  throw new UsageError('missing --mode: where does TLS end?', {
    details: [
      'terminate    at the controller',
      'reencrypt    at the controller, and again to the pod',
      'passthrough  in the pod',
    ],
    remedy: `ingress-tls add-service ${options.name ?? articleServices[example]} --mode ${example}`,
  });
}

/** Without a name: the article's service for the mode, as long as it is free. */
async function chooseName(
  { world }: CommandSession,
  options: AddServiceOptions,
  project: Project,
  mode: Mode,
): Promise<string> {
  if (options.name !== undefined) return options.name;
  const article = articleServices[mode];
  const isFree = !hasService(project, article);
  if (canAsk(world, options)) {
    const { askText } = await import('../prompts.ts');
    // With the mode given and the article's name free there is nothing left to ask: the short form is a whole command.
    if (isFree && options.mode !== undefined) return article;
    return askText(world, 'What is the service called?', isFree ? article : freeName(project));
  }
  if (isFree) return article;
  throw new UsageError(`missing name: ${article}, the default for ${mode}, exists already`, {
    remedy: `ingress-tls add-service NAME --mode ${mode}`,
  });
}

function freeName(project: Project): string {
  for (let number = 10; ; number += 1) {
    if (!hasService(project, `svc${number}`)) return `svc${number}`;
  }
}

/** A container's port has no name of its own here. */
function refuseName(port: number | string | undefined): number | undefined {
  if (typeof port !== 'string') return port;
  throw new UsageError(`--port ${quote(port)} names a port of a Service: no --service is given`, {
    remedy:
      'add --service NAME for a Service that is there already, or give the number of the port on which the container listens',
  });
}

/** Of a Service that is there already, and of which nobody said more. */
function defaultPort(mode: Mode): number {
  return podSpeaksTls(mode) ? 443 : 80;
}

function toFields(options: AddServiceOptions, name: string, mode: Mode): ServiceFields {
  const { host: hosts = [], namespace, service, image, port, replicas, clientAuth, annotation } = options;
  const backend =
    service === undefined
      ? { port: refuseName(port) }
      : { service: { name: service, port: port ?? defaultPort(mode) } };
  const host = hosts.length > 1 ? { hosts } : { host: hosts[0] };
  const given = { ...host, namespace, image, replicas, clientAuth, ...backend };
  return {
    name,
    mode,
    ...selectGiven({ ...given, annotations: annotation }),
  };
}
