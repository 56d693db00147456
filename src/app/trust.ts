import { inspectCertificate } from '../certs/inspect.ts';
import { readSuccession } from '../certs/succession.ts';
import { parseCertificate, parseCertificates } from '../certs/pem.ts';
import { Interrupted, KnownError, UsageError } from '../errors.ts';
import { printCommand } from '../kube/command-line.ts';
import type { CertificateFacts } from '../model/certificate.ts';
import { listHostCertificates } from '../model/host-certificate.ts';
import type { Notice } from '../model/notice.ts';
import { requestProjectAuthority } from '../certs/requests.ts';
import { hostPair, places, projectAuthorityPair, rotateCommand } from '../project/places.ts';
import { createExec, type Exec, type ExternalCommand } from '../world/exec/exec.ts';
import { askTool, hasFailed } from '../world/exec/tool-failure.ts';
import { readPem } from '../world/files/object-text.ts';
import {
  findStores,
  nameAuthority,
  type StoreKind,
  type TrustedAuthority,
  type TrustStore,
} from '../world/trust/stores.ts';
import { thisMachine } from '../world/trust/this-machine.ts';
import { loadProject, type Project } from './project.ts';
import type { Session } from './session.ts';

export interface TrustWish {
  readonly change: 'install' | 'uninstall' | 'none';
  /** Absent: all. */
  readonly kind?: StoreKind;
  /** Nothing is changed, only said. */
  readonly isDry?: boolean;
  /** Also an authority that may vouch for every host. */
  readonly takesUnconstrained?: boolean;
}

/** What became of a store. */
export interface StoreResult {
  readonly kind: StoreKind;
  readonly title: string;
  /** Whether it has the authority of today, in the end; undefined where it could not be looked at. */
  readonly has: boolean | undefined;
  /** Authorities of an earlier time, or of another project of the same domain, that are there in the end. */
  readonly others: number;
  /** `left`: for want of rights. */
  readonly state: 'changed' | 'unchanged' | 'planned' | 'left' | 'failed';
  /** What changes it, or did, to be pasted into a shell. */
  readonly lines: readonly string[];
  readonly failure?: KnownError;
}

export interface TrustResult {
  /** SHA-256 of the authority; null where there is none. */
  readonly fingerprint: string | null;
  readonly stores: readonly StoreResult[];
  readonly notices: readonly Notice[];
}

/**
 * Looks for the project's authority in the stores of this machine, and puts it there or takes it out. A store that fails does not keep the others.
 * @throws UsageError where there is no authority to be trusted, or one that nobody should trust.
 */
export async function changeTrust(session: Session, wish: TrustWish): Promise<TrustResult> {
  const project = await loadProject(session);
  const found = readAuthority(session, project, wish);
  const machine = thisMachine(session.world);
  const { domain } = project.config;
  const commonName = /(?:^|, )CN=([^,]*)/.exec(found?.facts.subject ?? '')?.[1];
  const stores = findStores(machine, {
    domain,
    commonName: commonName ?? requestProjectAuthority(domain, 'ecdsa-p256').commonName ?? '',
  }).filter(({ kind }) => wish.kind === undefined || kind === wish.kind);
  session.stop.listen();
  const { world, root, stop, listener } = session;
  const exec = createExec({ env: world.environment, cwd: root, stop, onRead: listener.waiting.begin });
  const results: StoreResult[] = [];
  for (const store of stores)
    results.push(await change(store, found?.authority, wish, { exec, isRoot: machine.isRoot, list: machine.list }));
  return {
    fingerprint: found?.facts.fingerprint ?? null,
    stores: results,
    notices: found !== undefined && wish.change === 'install' ? noteUncovered(project) : [],
  };
}

interface Hands {
  readonly exec: Exec;
  readonly isRoot: boolean;
  readonly list: (folder: string) => readonly string[];
}

async function change(
  store: TrustStore,
  authority: TrustedAuthority | undefined,
  { change: wanted, isDry = false }: TrustWish,
  hands: Hands,
): Promise<StoreResult> {
  const { kind, title, needsRoot } = store;
  const entry = authority && store.entryOf(authority);
  const tell = (entries: readonly string[]): Pick<StoreResult, 'kind' | 'title' | 'has' | 'others'> => ({
    kind,
    title,
    has: entry !== undefined && entries.includes(entry),
    others: entries.filter((each) => each !== entry).length,
  });
  let commands: readonly ExternalCommand[] = [];
  let entries: readonly string[] | undefined;
  try {
    entries = await look(store, hands);
    commands = choose(store, entries, authority, wanted);
    if (commands.length === 0) return { ...tell(entries), state: 'unchanged', lines: [] };
    const isLeft = needsRoot && !hands.isRoot;
    const lines = commands.map((command) => `${isLeft ? 'sudo ' : ''}${printCommand(command)}`);
    if (isDry) return { ...tell(entries), state: 'planned', lines };
    if (isLeft) return { ...tell(entries), state: 'left', lines };
    for (const command of commands)
      await askTool(hands.exec, command, { what: `cannot change ${title}`, timeoutMs: 120_000 });
    entries = await look(store, hands);
    return { ...tell(entries), state: 'changed', lines };
  } catch (error) {
    if (!(error instanceof KnownError) || error instanceof Interrupted) throw error;
    const seen = entries === undefined ? { kind, title, has: undefined, others: 0 } : tell(entries);
    return { ...seen, state: 'failed', lines: commands.map(printCommand), failure: error };
  }
}

function choose(
  store: TrustStore,
  entries: readonly string[],
  authority: TrustedAuthority | undefined,
  wanted: TrustWish['change'],
): readonly ExternalCommand[] {
  if (wanted === 'uninstall') return entries.length === 0 ? [] : store.remove(entries);
  if (wanted === 'none' || authority === undefined || entries.includes(store.entryOf(authority))) return [];
  return store.install(authority);
}

async function look({ look: how, title }: TrustStore, { exec, list }: Hands): Promise<readonly string[]> {
  if ('folder' in how) return how.entriesAmong(list(how.folder));
  const what = `cannot look at ${title}`;
  if (how.failsOnNothing !== true) return how.entriesOf((await askTool(exec, how.command, { what })).stdout);
  const result = await exec.run(how.command, { what });
  return hasFailed(result) ? [] : how.entriesOf(result.stdout);
}

interface FoundAuthority {
  readonly authority: TrustedAuthority;
  readonly facts: CertificateFacts;
}

/** What is to be trusted; for whatever does not install it may be gone. */
function readAuthority({ files, root }: Session, { config }: Project, wish: TrustWish): FoundAuthority | undefined {
  const path = projectAuthorityPair.certificate;
  const pem = readPem(files, path);
  if (pem === undefined) {
    if (wish.change !== 'install') return undefined;
    throw new UsageError(`there is no ${path} to be trusted: what this project shows signs itself, or is your own`, {
      remedy: `write certificate: {source: project} into ${places.config}, move certs/wildcard.crt and certs/wildcard.key away and run ingress-tls render; a certificate that signs itself cannot be imported as an authority`,
    });
  }
  const facts = inspectCertificate(pem, path);
  if (wish.change === 'install') {
    refuseSeveral(pem, path);
    refuseUntrustworthy(facts, path, wish);
  }
  const authority = {
    path: `${root}/${path}`,
    name: nameAuthority(config.domain, facts.fingerprint),
    sha1: parseCertificate(pem, path).fingerprint.replaceAll(':', ''),
  };
  return { authority, facts };
}

/** A store has one in each entry, and what is behind the first would be trusted unseen. */
function refuseSeveral(pem: string, path: string): void {
  if (parseCertificates(pem, path).length === 1) return;
  throw new UsageError(
    `${path} holds more than one certificate, and the stores of a machine take one`,
    readSuccession(pem) === undefined
      ? { remedy: 'leave the authority alone in it' }
      : {
          remedy: `${rotateCommand(projectAuthorityPair)} until the new authority is alone in it, then the same command again`,
        },
  );
}

function refuseUntrustworthy(facts: CertificateFacts, path: string, { takesUnconstrained }: TrustWish): void {
  if (!facts.isAuthority) {
    throw new UsageError(`${path} is no authority, and trusting it means nothing`, {
      remedy: 'bring the certificate of the authority',
    });
  }
  const isConstrained = facts.permittedDnsNames.length > 0 && !facts.permittedDnsNames.includes('');
  if (isConstrained || takesUnconstrained === true) return;
  throw new UsageError(
    `${path} has no name constraints: whoever has its key could vouch for every site to who trusts it`,
    { remedy: 'use the authority that ingress-tls makes; or add --unconstrained where you know who has the key' },
  );
}

/** Services whose clients see a certificate to which the trust does not reach. */
function noteUncovered({ config }: Project): readonly Notice[] {
  return listHostCertificates(config)
    .filter(({ source, services }) => source === undefined && services.length > 0)
    .map(({ name, services, path: [section = ''] }) => {
      const { certificate } = hostPair(name);
      return {
        level: 'warning',
        code: 'wildcard-signs-itself',
        message: `${services.map((service) => service.name).join(', ')}: clients see ${certificate} there, which signs itself, so that trust in ${projectAuthorityPair.certificate} does not reach it`,
        remedy: `write source: project under ${section} in ${places.config}, move ${certificate} and its key away and run ingress-tls apply`,
      };
    });
}
