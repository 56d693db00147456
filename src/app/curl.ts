import { runInForeground } from '../world/exec/foreground.ts';
import { locateCertificate } from '../world/files/renewal.ts';
import { InternalError, UsageError } from '../errors.ts';
import { demandsCertificate, hasOwnClients } from '../model/client-auth.ts';
import type { ProbeAddress } from '../model/probe.ts';
import type { PlannedService } from '../model/chart.ts';
import { seeSecrets } from './cluster/kept-secrets.ts';
import type { ClusterOptions } from './cluster/tools.ts';
import { clientPair, places, trustedCertificate } from '../project/places.ts';
import { buildCurlArgs, folderSeenFrom } from './curl-line.ts';
import { loadProject, type Project } from './project.ts';
import { selectServices } from './select-services.ts';
import type { Session } from './session.ts';
import { findAddress, type FoundAddress } from './verify/address.ts';
import { findClientFault, readClient } from './verify/client-identity.ts';

export interface CurlRequest extends ClusterOptions {
  readonly name: string;
  /** As it stands in a URL; absent: where the service itself answers. */
  readonly path?: string;
  /** Options for curl itself. */
  readonly curlOptions: readonly string[];
  /** Absent: it is looked for. */
  readonly address?: ProbeAddress;
}

/** What is about to run. */
export interface CurlRun {
  readonly found: FoundAddress;
  /** Arguments to be shown: a person's own are left out. Among them may be a password, and what is printed stays in the log of a CI run. */
  readonly shown: readonly string[];
  /** Why whoever asks for the client certificate has to refuse it, as a clause. */
  readonly clientFault?: string;
}

/** Runs the real curl. @param onRun told right before. Returns curl's exit code. */
export async function curl(
  session: Session,
  { name, path, curlOptions, ...options }: CurlRequest,
  onRun: (run: CurlRun) => void,
): Promise<number> {
  const { world, root } = session;
  const project = await loadProject(session);
  const [service] = selectServices(project, [name]);
  if (service === undefined) throw new InternalError(`service ${name} was selected and is not there`);
  if (service.protocol !== undefined)
    throw new UsageError(`curl asks for pages, and ${name} speaks ${service.protocol}`, {
      remedy: `ingress-tls verify ${name}`,
    });
  const { key } = clientPair(name);
  const withoutClient = hasOwnClients(service) && !session.files.exists(key);
  if (withoutClient && demandsCertificate(service) && !curlOptions.some(isOwnCertificate))
    throw new UsageError(`${name} asks clients for a certificate, and ${key} is not here`, {
      remedy: `bring ${key}, or show a certificate of your own: ingress-tls curl ${name} -- --cert FILE --key FILE`,
    });
  const found = await findAddress(session, project, options);
  const authority = await fetchAuthority(session, project, service, found);
  const build = (ownOptions: readonly string[]): readonly string[] =>
    buildCurlArgs({
      service,
      address: found.address,
      path: path ?? service.entryPath ?? '/',
      folder: folderSeenFrom(world.currentFolder, root),
      locate: (name) => locateCertificate(session.files, name),
      ...(authority !== undefined && { authority }),
      isStrict: true,
      withoutClient,
      options: [...avoidProxy(world.environment), ...ownOptions],
    });
  const client = service.clientAuth ? readClient(session.files, service) : undefined;
  const clientFault = client && findClientFault(client, session.files, service, world.now());
  onRun({
    ...{ found, shown: build(curlOptions.length === 0 ? [] : ['...']) },
    ...(clientFault !== undefined && { clientFault }),
  });
  // It hears the signals itself, and decides when it ends.
  session.stop.hold();
  return runInForeground(world, 'curl', build(curlOptions), world.currentFolder);
}

/** Where no file here vouches for what is shown, what lies beside it on the cluster does: a certificate alone, which anybody may have. */
async function fetchAuthority(
  { files }: Session,
  { desired }: Project,
  service: PlannedService,
  { cluster }: FoundAddress,
): Promise<string | undefined> {
  const { name, namespace, keptSecret } = service;
  if (cluster === undefined || keptSecret === undefined || trustedCertificate(service) !== undefined) return undefined;
  const kept = desired.kept.filter((each) => each.namespace === namespace && each.name === keptSecret);
  const secret = (await seeSecrets(cluster.tools, kept)).get(`${namespace}/${keptSecret}`);
  if (!secret?.authority) return undefined;
  const path = `${places.trusted}/${name}.crt`;
  files.writeAtomic(path, secret.authority);
  return path;
}

/** curl@8.17.0 docs: --cert. */
function isOwnCertificate(option: string): boolean {
  return option === '--cert' || option.startsWith('-E');
}

/** A proxy would look the host up by itself, and does not know it. */
function avoidProxy(environment: Session['world']['environment']): readonly string[] {
  // curl@8.17.0 docs: ENVIRONMENT.
  const names = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
  return names.some((name) => (environment[name] ?? '') !== '') ? ['--noproxy', '*'] : [];
}
