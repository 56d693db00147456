import { ToolError, UsageError } from '../../errors.ts';
import type { Entry } from '../../model/controller-profile.ts';
import type { PlannedService } from '../../model/chart.ts';
import { findTaker, haveCommonHost, listPaths } from '../../model/paths.ts';
import type { ProbeAddress, ProbeFailure } from '../../model/probe.ts';
import type { Verification } from '../../model/verification.ts';
import type { OwnClient, VerifyContext, VerifySubject } from '../../verify/subject.ts';
import { showFailure } from '../../verify/words.ts';
import { printName } from '../../kube/object-index.ts';
import { hasOwnCertificate } from '../../model/backend.ts';
import type { KeptSecret } from '../../project/kept-secrets.ts';
import { seeSecrets, type SeenSecrets } from '../cluster/kept-secrets.ts';
import { loadProject, type Project } from '../project.ts';
import { selectServices } from '../select-services.ts';
import type { Session } from '../session.ts';
import { encodePath } from '../url-path.ts';
import { findAddress, printAddress, type FoundAddress } from './address.ts';
import { readOwnClient } from './client-identity.ts';
import { createUntrustedIssuer } from './foreign.ts';
import { repair } from './repair.ts';
import { runVerification, type VerifySettings } from './run.ts';
import { buildSubjects, listRotations } from './subjects.ts';

export interface VerifyRequest extends VerifySettings {
  /** Empty: all services. */
  readonly names: readonly string[];
  /** Absent: it is looked for. */
  readonly address?: ProbeAddress;
  /** One of the two makes verify judge the status of this path alone. */
  readonly path?: string;
  readonly status?: number;
  /** Files of a client to try with where one is asked for, as seen from the current folder; absent: the project's own. */
  readonly cert?: string;
  readonly key?: string;
}

/** What was seen, as far as anything was. */
export interface Verified {
  /** Without an address where there is no service to connect to. */
  readonly verification: Omit<Verification, 'address'> & Partial<Pick<Verification, 'address'>>;
  /** The controller, as its profile names it. */
  readonly product: string;
  readonly isReached: boolean;
  /** Why the run, or a part of it, could not be carried out; what was seen stands. */
  readonly failure?: ToolError;
}

/**
 * Connects as clients do and judges what is seen.
 * @param onAddress told where, before it connects.
 * @throws UsageError for wishes that do not go together, ToolError when there is nothing to connect to.
 */
export async function verify(
  session: Session,
  request: VerifyRequest,
  onAddress: (found: FoundAddress) => void,
): Promise<Verified> {
  const project = await loadProject(session);
  const services: readonly PlannedService[] = selectServices(project, request.names);
  refuseCombinations(request);
  refusePages(request, services);
  refuseOthersPath(request, services, project.desired.services);
  const { path, status, logs, deep } = request;
  const asked =
    path === undefined && status === undefined
      ? {}
      : { asked: { services, ...(path !== undefined && { path: encodePath(path) }), status: status ?? 200 } };
  await repair(session, project, request);
  const behaviour = project.profile.behaviour(project.config);
  const { product } = behaviour;
  if (services.length === 0)
    return { verification: { holds: true, services: [], controller: [] }, product, isReached: true };
  const untrusted = await createUntrustedIssuer(session.world);
  const now = session.world.now();
  const client = readAskedClient(session, request, project, services);
  const build = (kept?: SeenSecrets): readonly VerifySubject[] =>
    buildSubjects({
      ...{ files: session.files, project, untrusted, now },
      ...(client !== undefined && { client }),
      ...(kept !== undefined && { kept }),
      ...asked,
    });
  // What is missing here is told before anything is looked for.
  const withoutCluster = build();
  for (const notice of listRotations(session.files, project)) session.listener.notice(notice);
  const found = await findAddress(session, project, {
    ...request,
    needsCluster: logs === true,
    changesCluster: deep === true,
  });
  onAddress(found);
  const kept = await seeKept(session, found, selectKept(project, services));
  const subjects = kept.size === 0 ? withoutCluster : build(kept);
  const context: VerifyContext = {
    config: project.config,
    entry: project.desired.entry,
    behaviour,
    words: project.profile.words,
    subjects,
    now,
  };
  const provable = found.address.source === 'preview' ? leaveOutKept(session, services) : services;
  const selected = subjects.filter(({ service }) => provable.some(({ name }) => name === service.name));
  const { verification, unreached, failures } = await runVerification(session, request, {
    project,
    context,
    selected,
    found,
    untrusted,
  });
  const failure =
    unreached === undefined ? joinFailures(failures) : explainUnreached(verification, unreached, project.desired.entry);
  return { verification, product, isReached: unreached === undefined, ...(failure !== undefined && { failure }) };
}

/** Of these Secrets what the cluster has; says of which certificates it is not known whether they are the right ones. */
async function seeKept(
  { listener }: Session,
  { address, cluster }: FoundAddress,
  kept: readonly KeptSecret[],
): Promise<SeenSecrets> {
  const seen: SeenSecrets = cluster === undefined ? new Map() : await seeSecrets(cluster.tools, kept);
  const unread = kept.map(printName).filter((name) => !seen.get(name));
  if (unread.length > 0 && address.source !== 'preview')
    listener.message(
      `Secret ${unread.join(', ')} could not be read, so the certificate in it is not compared with what is shown: any for the host will do that the right authority vouches for.`,
    );
  return seen;
}

function selectKept({ desired: { kept } }: Project, services: readonly PlannedService[]): readonly KeptSecret[] {
  return kept.filter(({ namespace, name }) =>
    services.some((service) => service.namespace === namespace && service.keptSecret === name),
  );
}

/** What a preview has no key for says nothing of the cluster. */
function leaveOutKept({ listener }: Session, services: readonly PlannedService[]): readonly PlannedService[] {
  const isKept = ({ keptSecret, podTlsSecret, ...service }: PlannedService): boolean =>
    keptSecret !== undefined || (podTlsSecret !== undefined && !hasOwnCertificate(service));
  const [out, provable] = [services.filter(isKept), services.filter((service) => !isKept(service))];
  if (out.length === 0) return services;
  const names = out.map(({ name }) => name).join(', ');
  const why = `the certificate of ${names} is in a Secret that somebody keeps, and a preview has no key for it`;
  const remedy = 'ingress-tls verify --context CONTEXT, once all is applied';
  if (provable.length === 0) throw new UsageError(`nothing can be proved here: ${why}`, { remedy });
  listener.message(`Left out: ${why}. On a cluster: ${remedy}`);
  return provable;
}

function joinFailures([first, ...others]: readonly ToolError[]): ToolError | undefined {
  if (first === undefined) return undefined;
  const { message, details, remedy } = first;
  return new ToolError(message, {
    details: [...others.flatMap((other) => [...other.details, other.message]), ...details],
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** `--deep` and `--logs` change or read more than an address leads to. */
function refuseCombinations({ address, context, kubeconfig, deep, logs, status }: VerifyRequest): void {
  if (address !== undefined && context === undefined && kubeconfig === undefined && (deep === true || logs === true)) {
    const [option, what] =
      deep === true
        ? ['--deep', 'the cluster or the preview whose Secret it changes']
        : ['--logs', 'the cluster whose logs it reads'];
    throw new UsageError(`${option} needs ${what}, and --address names neither`, {
      remedy:
        deep === true ? 'leave --address out, or name the cluster with --context' : 'name the cluster with --context',
    });
  }
  if (status !== undefined && (status < 100 || status > 599))
    throw new UsageError(`no such status: ${status}`, { remedy: 'give one from 100 to 599' });
}

function readAskedClient(
  { world }: Session,
  { cert, key }: VerifyRequest,
  { profile }: Project,
  services: readonly PlannedService[],
): OwnClient | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError('--cert and --key go together: a certificate is shown by who holds its key', {
      remedy: 'ingress-tls verify --cert FILE --key FILE',
    });
  const asks = (service: PlannedService): boolean =>
    service.clientAuth || profile.readOwnClientAuth?.(service) !== undefined;
  if (!services.some(asks))
    throw new UsageError('--cert is for services that ask for a client certificate, and none of these does', {
      remedy: 'leave --cert and --key out; ingress-tls list shows which services ask',
    });
  return readOwnClient({ certificate: cert, key }, world.currentFolder);
}

/** Where there are no pages, a path or a status would be taken in silence. */
function refusePages({ path, status }: VerifyRequest, services: readonly PlannedService[]): void {
  const other = services.find(({ protocol }) => protocol !== undefined);
  if ((path === undefined && status === undefined) || other === undefined) return;
  throw new UsageError(`--path and --status are for pages, and ${other.name} speaks ${other.protocol ?? ''}`, {
    remedy: 'leave them out, or name the services that speak HTTP',
  });
}

/** A path that another service of the host has, or none, says nothing of this one. */
function refuseOthersPath(
  { path }: VerifyRequest,
  services: readonly PlannedService[],
  all: readonly PlannedService[],
): void {
  if (path === undefined) return;
  const [requested = ''] = encodePath(path).split('?');
  for (const service of services) {
    const taker = findTaker(
      all
        .filter((other) => haveCommonHost(service, other))
        .flatMap((owner) => listPaths(owner).map(({ path, type }) => ({ path, type, owner }))),
      requested,
    )?.owner;
    if (taker?.name === service.name) continue;
    const whose = taker === undefined ? 'nobody has it' : `${taker.name} has it`;
    throw new UsageError(`${requested} of ${service.host} is not a path of ${service.name}: ${whose}`, {
      remedy: `name the service that is meant, or one of its paths: ${listPaths(service)
        .map((rule) => rule.path)
        .join(', ')}`,
    });
  }
}

/** One sentence, instead of one for each service: what was seen is the same for all of them. */
function explainUnreached({ address }: Verification, failure: ProbeFailure, { kind }: Entry): ToolError {
  const remedies = {
    option: 'check the address, and whether something listens there',
    preview: 'look at the terminal of ingress-tls preview, or start it again',
    cluster: `look whether this machine reaches ${kind === 'node-port' ? 'the node' : 'that address'} and its port; --address HOST:PORT names another way in`,
  };
  return new ToolError(`cannot reach ${printAddress(address)}: ${showFailure(failure)}`, {
    remedy: remedies[address.source],
  });
}
