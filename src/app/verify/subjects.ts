import type { DesiredService } from '../../project/desired-services.ts';
import { listHosts } from '../../model/hosts.ts';
import { findOwnAnchor, judgeChain } from '../../certs/chain.ts';
import { inspectCertificate } from '../../certs/inspect.ts';
import { hasOwnForm } from '../../certs/own-form.ts';
import { readSuccession } from '../../certs/succession.ts';
import { demoGreeting } from '../../charts/demo-backend.ts';
import type { ProjectFiles } from '../../world/files/files.ts';
import { readPem } from '../../world/files/object-text.ts';
import type { CertificateSecret } from '../../world/kubectl/certificate-secrets.ts';
import { readPublicRoots } from '../../world/net/public-roots.ts';
import { UsageError } from '../../errors.ts';
import type { Notice } from '../../model/notice.ts';
import type { PlannedService, UpstreamCaPlacement } from '../../model/chart.ts';
import { noteSuccession } from '../../project/chain-notices.ts';
import { isAuthority } from '../../project/desired-pairs.ts';
import { controllerPair, shownPair, trustedCertificate } from '../../project/places.ts';
import type { ExpectedAnswer, OwnClient, VerifySubject } from '../../verify/subject.ts';
import type { SeenSecrets } from '../cluster/kept-secrets.ts';
import type { Project } from '../project.ts';
import { findClientFault, readClient } from './client-identity.ts';
import type { UntrustedIssuer } from './foreign.ts';
import { backendOf, hasOwnCertificate } from '../../model/backend.ts';
import { endsInPod } from '../../model/mode.ts';
import { listPaths, takesPath } from '../../model/paths.ts';

export interface SubjectsInput {
  readonly files: ProjectFiles;
  readonly project: Project;
  /** Absent: nobody is to be refused. */
  readonly untrusted?: UntrustedIssuer;
  /** Of the person's own, in place of the project's; absent: that one. */
  readonly client?: OwnClient;
  readonly now: Date;
  /** Secrets of somebody else, where a cluster was asked for them. */
  readonly kept?: SeenSecrets;
  /** What the person asks for; absent: what each service should answer. */
  readonly asked?: { readonly services: readonly PlannedService[]; readonly path?: string; readonly status: number };
}

/**
 * What verify has to know of each service, from the project's files.
 * @throws UsageError when a certificate is missing or cannot be read, or is not that of the key beside it.
 */
export function buildSubjects(input: SubjectsInput): readonly VerifySubject[] {
  return input.project.desired.services.flatMap((planned) => {
    const own = planned.clientAuth ? undefined : input.project.desired.profile.readOwnClientAuth?.(planned);
    // What a person's own annotations ask of clients is proved as if the configuration said it.
    const service = own === undefined ? planned : { ...planned, clientAuth: true, clientAuthDetails: own.details };
    const { namespace, edgeClientCaSecret: name } = planned;
    const clientCa = own?.secret ?? (name === undefined ? undefined : { namespace, name });
    const first = {
      ...buildSubject(input, service, input.asked?.services.includes(planned) === true),
      ...(clientCa !== undefined && { clientCa }),
      // Named by the configuration alone: for the clients of annotations the project makes no pair.
      ...(planned.upstreamClientCertificate === true && { shownToPod: controllerPair(planned).certificate }),
    };
    return listHosts(service).map((host, index) => ({
      ...first,
      service: { ...service, host },
      isOtherHost: index > 0,
    }));
  });
}

/** That authorities are being exchanged, so that two of them are trusted. */
export function listRotations(files: ProjectFiles, { desired }: Project): readonly Notice[] {
  return desired.pairs.filter(isAuthority).flatMap(({ paths }) => {
    const stage = readSuccession(readPem(files, paths.certificate) ?? '')?.stage;
    return stage === undefined ? [] : [noteSuccession({ paths }, stage)];
  });
}

function buildSubject(
  { files, project, untrusted, client: own, now, kept, asked }: SubjectsInput,
  service: DesiredService,
  isAsked: boolean,
): VerifySubject {
  const { upstreamCa, keptSecret, namespace } = service;
  const { certificate } = shownPair(service);
  const trustPath = trustedCertificate(service);
  const isLeafHere = keptSecret === undefined && (!endsInPod(service.mode) || hasOwnCertificate(service));
  const secret = keptSecret === undefined ? undefined : (kept?.get(`${namespace}/${keptSecret}`) ?? undefined);
  const leafSource = nameLeafSource(service);
  const shown = isLeafHere ? readRequired(files, certificate) : secret?.certificate || undefined;
  const client = service.clientAuth ? (own ?? readClient(files, service)) : undefined;
  const clientFault = client && findClientFault(client, files, service, now);
  const trust =
    trustPath === undefined
      ? readKeptTrust(secret, leafSource)
      : readTrust(files, trustPath, keptSecret === undefined && trustPath === certificate);
  return {
    service,
    ...(shown !== undefined && {
      leaf: inspectCertificate(shown, isLeafHere ? certificate : leafSource),
      isLeafBrought:
        !isLeafHere ||
        !hasOwnForm(shown) ||
        project.desired.pairs.some(({ paths, isBrought }) => isBrought === true && paths.certificate === certificate),
      chain: judgeChain(shown, { pem: trust.trust, origin: trust.trustPath }),
    }),
    leafSource,
    ...trust,
    ...(backendOf(service) === 'demo' ? { greeting: demoGreeting(service.name) } : {}),
    answer:
      isAsked && asked !== undefined
        ? { path: asked.path ?? service.entryPath ?? '/', status: asked.status }
        : usualAnswer(service),
    ...(service.clientAuth
      ? {
          ...(client !== undefined && { client }),
          ...(clientFault !== undefined && { clientFault }),
          ...(untrusted === undefined ? {} : { foreignClient: untrusted.makeClient(service.name) }),
        }
      : {}),
    ...(upstreamCa === undefined ? {} : { upstreamCaSource: nameAuthority(upstreamCa, service) }),
  };
}

/** What holds the certificate that clients are shown. */
function nameLeafSource({ mode, namespace, podTlsSecret, hostSecret, service }: PlannedService): string {
  const secret = endsInPod(mode) ? podTlsSecret : hostSecret;
  return secret === undefined
    ? `the pods of Service ${service?.namespace ?? namespace}/${service?.name ?? ''}`
    : `Secret ${namespace}/${secret}`;
}

/** What holds the authority by which the controller verifies the hop. */
function nameAuthority(placement: UpstreamCaPlacement, { release }: PlannedService): string {
  return placement.kind === 'ChartValue'
    ? `the route of release ${release}`
    : `${placement.kind} ${placement.namespace}/${placement.name}`;
}

/** Of a person's own image no more is known than that it should be well. */
function usualAnswer(service: PlannedService): ExpectedAnswer {
  return {
    path: service.protocol === 'grpc' ? nameMethod(service) : (service.entryPath ?? '/'),
    status: 200,
    ...(backendOf(service) === 'demo' ? { body: demoGreeting(service.name) } : {}),
  };
}

/** Every gRPC server answers for any method, were it that it has none of the name: one of two elements (grpc doc/PROTOCOL-HTTP2.md). */
function nameMethod(service: PlannedService): string {
  const { entryPath } = service;
  if (entryPath === undefined) return '/grpc.health.v1.Health/Check';
  const method = `${entryPath}/Check`;
  const isWhole = entryPath.split('/').length > 2 || !listPaths(service).some((rule) => takesPath(rule, method));
  return isWhole ? entryPath : method;
}

/**
 * What clients believe the certificate by: an authority's file, and where it is the file that is shown, what it has at its end or a public
 * root. The certificates between are for the server to show (RFC 8446, 4.4.2), so they are not among what is trusted.
 */
function readTrust(files: ProjectFiles, path: string, isShown: boolean): Pick<VerifySubject, 'trust' | 'trustPath'> {
  const pem = readRequired(files, path);
  if (!isShown) return { trust: pem, trustPath: path };
  const own = findOwnAnchor(pem);
  return own === undefined ? publicTrust() : { trust: own, trustPath: path };
}

/** The same of a Secret that somebody keeps: the authority that lies in it, as cert-manager puts it there, or what its chain ends with. */
function readKeptTrust(
  secret: CertificateSecret | undefined,
  source: string,
): Pick<VerifySubject, 'trust' | 'trustPath'> {
  if (secret?.authority) return { trust: secret.authority, trustPath: `ca.crt of ${source}` };
  const own = secret === undefined ? undefined : findOwnAnchor(secret.certificate);
  return own === undefined ? publicTrust() : { trust: own, trustPath: `the root in ${source}` };
}

function publicTrust(): Pick<VerifySubject, 'trust' | 'trustPath'> {
  return { trust: readPublicRoots().join('\n'), trustPath: 'the public authorities' };
}

function readRequired(files: ProjectFiles, path: string): string {
  const text = readPem(files, path);
  if (text === undefined) throw new UsageError(`cannot verify: ${path} is not there`, { remedy: 'ingress-tls render' });
  return text;
}
