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
  readonly hostCertificate?: string;
  readonly namespace?: string;
  readonly image?: string;
  readonly service?: string;
  /** A name: of the Service's port. */
  readonly port?: number | string;
  readonly replicas?: number;
  /** Absent: the default of the mode. */
  readonly clientAuth?: boolean | string;
  readonly annotation?: Readonly<Record<string, string>>;
  readonly yes?: boolean;
  readonly input: boolean;
}

/** Adds a service to the project; asks for what was not said. Exit 1 when edited files were kept. */
export async function addServiceToProject(session: CommandSession, given: AddServiceOptions): Promise<number> {
  const { report } = session;
  const options = freeWord(given);
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

/** `--client-auth svc9`: as long as there was no mode to give, the word behind it was the service's name; one like a mode is misspelt. */
function freeWord(options: AddServiceOptions): AddServiceOptions {
  const { name, clientAuth } = options;
  const isName =
    typeof clientAuth === 'string' && name === undefined && nearest(clientAuth, clientAuthModes) === undefined;
  return isName ? { ...options, name: clientAuth, clientAuth: true } : options;
}

const clientAuthModes = ['required', 'optional', 'off'] as const;

function isClientAuthMode(word: string): word is (typeof clientAuthModes)[number] {
  return clientAuthModes.some((mode) => mode === word);
}

/** As the file has it: the shortest form of each. */
function readClientAuth(word: boolean | string | undefined): ServiceFields['clientAuth'] {
  if (typeof word !== 'string') return word;
  if (isClientAuthMode(word)) return word === 'optional' ? { mode: 'optional' } : word === 'required';
  const meant = nearest(word, clientAuthModes);
  throw new UsageError(`unknown --client-auth ${quote(word)}: expected ${alternatives(clientAuthModes)}`, {
    remedy: meant === undefined ? 'ingress-tls add-service --help' : `did you mean --client-auth ${meant}?`,
  });
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
  const { host: hosts = [], hostCertificate, namespace, service, image, port, replicas, annotation } = options;
  const backend =
    service === undefined
      ? { port: refuseName(port) }
      : { service: { name: service, port: port ?? defaultPort(mode) } };
  const clientAuth = readClientAuth(options.clientAuth);
  const host = hosts.length > 1 ? { hosts } : { host: hosts[0] };
  const given = { ...host, hostCertificate, namespace, image, replicas, clientAuth, ...backend };
  return {
    name,
    mode,
    ...selectGiven({ ...given, annotations: annotation }),
  };
}
