import { addClient, removeClient } from '../config/edit-clients.ts';
import { InternalError, UsageError } from '../errors.ts';
import { hasOwnClients, listPersons } from '../model/client-auth.ts';
import type { DesiredPair } from '../project/desired-pairs.ts';
import type { DesiredService } from '../project/desired-services.ts';
import {
  clientAuthority,
  clientAuthorityPair,
  clientPair,
  personPair,
  places,
  type PairPaths,
} from '../project/places.ts';
import { quote } from '../text/escape.ts';
import { nearest } from '../text/nearest.ts';
import { observePairs } from '../world/files/observe.ts';
import { writeEdited, type WrittenProject } from './edit-project.ts';
import { listCertificate, type ListedCertificate } from './list.ts';
import { loadProject, parseChangedProject, parseProject, type Project } from './project.ts';
import { withLock, type Session } from './session.ts';

/** A client of a service, and the certificate by which it is let in. */
export interface ListedClient extends ListedCertificate {
  readonly service: string;
  /** Null: the one that every such service has. */
  readonly person: string | null;
  readonly subject: string | null;
}

export interface ChangedClients extends WrittenProject {
  readonly client: ListedClient;
  /** Pairs of the same authority: who would need another certificate with another authority. */
  readonly others: readonly PairPaths[];
  readonly authority: PairPaths;
  readonly now: Date;
}

/**
 * Names a person among the clients of a service in ingress-tls.yaml, and makes the pair. One that lies there of an earlier time is taken.
 * @throws UsageError for a service that has no authority of its own for clients, and for a name that cannot be one.
 */
export function addClientToProject(session: Session, name: string, person: string): Promise<ChangedClients> {
  return withLock(session, 'client', async () => {
    const before = await loadProject(session);
    const service = selectService(before, name);
    if (listPersons(service).includes(person)) {
      throw new UsageError(`${name} has a client ${quote(person)} already: ${personPair(name, person).certificate}`, {
        remedy: 'ingress-tls client list shows them',
      });
    }
    const text = addClient(before.text, places.config, name, person);
    const project = await parseChangedProject(text, 'client add');
    const written = await writeEdited(session, before, project);
    return describe(session, written, project, name, person);
  });
}

/** Takes a person out of the clients. The pair is kept, and nothing is revoked. @throws UsageError where there is no such client. */
export function removeClientFromProject(session: Session, name: string, person: string): Promise<ChangedClients> {
  return withLock(session, 'client', async () => {
    const before = await loadProject(session);
    const persons = listPersons(selectService(before, name));
    if (!persons.includes(person)) {
      const meant = nearest(person, persons);
      throw new UsageError(`${name} has no client ${quote(person)}: it has ${persons.join(', ') || 'none of a name'}`, {
        remedy: meant === undefined ? 'ingress-tls client list shows them' : `did you mean ${meant}?`,
      });
    }
    const project = await parseProject(removeClient(before.text, places.config, name, person));
    const written = await writeEdited(session, before, project);
    return describe(session, written, before, name, person);
  });
}

/** The clients of one service, or of all that have an authority of their own for them. Reads only. */
export async function listClients(
  session: Session,
  name?: string,
): Promise<{ readonly clients: readonly ListedClient[]; readonly now: Date }> {
  const project = await loadProject(session);
  const services = name === undefined ? project.desired.services.filter(hasOwnClients) : [selectService(project, name)];
  return { clients: lookAtClients(session, project, services), now: session.world.now() };
}

function lookAtClients(
  { files, world }: Session,
  { desired }: Project,
  services: readonly DesiredService[],
): readonly ListedClient[] {
  const wanted = services.flatMap((service) => pairsOf(desired.pairs, service.name).map((pair) => ({ service, pair })));
  const found = observePairs(
    files,
    wanted.map(({ pair }) => pair.paths),
  );
  return wanted.map(({ service, pair: { paths, person } }) => {
    const observed = found.get(paths.certificate);
    return {
      service: service.name,
      person: person ?? null,
      subject: observed?.certificate?.subject ?? null,
      ...listCertificate(paths, observed, world.now()),
    };
  });
}

/** The clients of a service, the ready-made one first. */
function pairsOf(pairs: readonly DesiredPair[], name: string): readonly DesiredPair[] {
  const own = clientPair(name).certificate;
  const authority = clientAuthorityPair(name).certificate;
  return pairs.filter(
    ({ paths, issuer, person }) =>
      issuer?.certificate === authority && (paths.certificate === own || person !== undefined),
  );
}

function describe(
  session: Session,
  written: WrittenProject,
  project: Project,
  name: string,
  person: string,
): ChangedClients {
  const clients = lookAtClients(session, project, [selectService(project, name)]);
  const client = clients.find((each) => each.person === person);
  if (client === undefined) throw new InternalError(`${person} is no client of ${name}`);
  return {
    ...written,
    client,
    others: pairsOf(written.project.desired.pairs, name)
      .filter((pair) => pair.person !== person)
      .map(({ paths }) => paths),
    authority: clientAuthorityPair(name),
    now: session.world.now(),
  };
}

/** @throws UsageError for a service that is not there, or whose clients the project does not certify. */
function selectService({ desired: { services } }: Project, name: string): DesiredService {
  const service = services.find((each) => each.name === name);
  if (service === undefined) {
    const known = services.map((each) => each.name);
    const meant = nearest(name, known);
    throw new UsageError(`no service ${quote(name)} in ${places.config}: it has ${known.join(', ') || 'none'}`, {
      remedy: meant === undefined ? 'ingress-tls list' : `did you mean ${meant}?`,
    });
  }
  if (!service.clientAuth) {
    throw new UsageError(`${name} asks no client for a certificate`, {
      remedy: `write clientAuth: true into ${name} in ${places.config}, then run the same command again`,
    });
  }
  if (!hasOwnClients(service)) {
    throw new UsageError(
      `${name} lets in whom ${clientAuthority(service)} certifies, and the project has no key of that authority`,
      {
        remedy: `have its holder issue the certificate; or leave clientAuth.authority of ${name} out of ${places.config}, and the project makes one`,
      },
    );
  }
  return service;
}
