import { countDays, isDue, judgeValidity, type Validity } from '../certs/validity.ts';
import { observePairs } from '../world/files/observe.ts';
import { inspectCertificate } from '../certs/inspect.ts';
import type { CertificateFacts } from '../model/certificate.ts';
import { readPem } from '../world/files/object-text.ts';
import type { ObservedPair } from '../model/observed.ts';
import { loadProject, type Project } from './project.ts';
import type { Session } from './session.ts';

/** What a project holds, and when. */
export interface ProjectList {
  readonly project: Project;
  readonly certificates: readonly ListedCertificate[];
  /** Those that expire within the time that was asked for. */
  readonly expiring: readonly ListedCertificate[];
  readonly now: Date;
}

export interface ListedCertificate {
  readonly certificate: string;
  /** Null for the certificate of an authority that a person named: nobody here signs with it. */
  readonly key: string | null;
  /** Whether it is here; null where there is none to be. */
  readonly hasKey: boolean | null;
  readonly names: readonly string[];
  /** ISO date and time, as `expires`; null where the certificate is not there. */
  readonly validFrom: string | null;
  readonly expires: string | null;
  readonly daysLeft: number | null;
  readonly state: Validity | 'missing';
  /** Who made it: the project, for itself or by an authority, or the person, whose files are never replaced; null where it is missing. */
  readonly source: 'self-signed' | 'project' | 'files' | null;
  /** Whether another authority is taking its place, and which of the two issues; absent where none is. */
  readonly rotation?: 'trusting' | 'issuing';
}

/** Looks at the project and the certificates in its folder. Reads only. @param within seconds; absent: by the rule for what expires soon. */
export async function listProject(session: Session, within?: number): Promise<ProjectList> {
  const project = await loadProject(session);
  const pairs = observePairs(
    session.files,
    project.desired.pairs.map(({ paths }) => paths),
  );
  const now = session.world.now();
  const ofPairs = project.desired.pairs.map(({ paths, isBrought }) => {
    const found = pairs.get(paths.certificate);
    return listCertificate(paths, isBrought === true ? { ...found, hasOwnForm: false } : found, now);
  });
  const named = new Set(project.desired.authorities.map(({ path }) => path));
  for (const path of pairs.keys()) named.delete(path);
  const ofAuthorities = [...named].map((certificate) => {
    const pem = readPem(session.files, certificate);
    const facts = pem === undefined ? {} : { certificate: inspectCertificate(pem, certificate) };
    return listCertificate({ certificate, key: null }, { ...facts, hasOwnForm: false }, now);
  });
  const certificates = [...ofPairs, ...ofAuthorities];
  const expiring = certificates.filter(
    ({ validFrom, expires }) =>
      validFrom !== null &&
      expires !== null &&
      isDue({ notBefore: new Date(validFrom), notAfter: new Date(expires) }, now, within),
  );
  return { project, certificates, expiring, now };
}

/** What is to be told of a certificate, there or not. */
export function listCertificate(
  paths: Pick<ListedCertificate, 'certificate' | 'key'>,
  found: Partial<Pick<ObservedPair, 'certificate' | 'hasOwnForm' | 'hasKey' | 'succession'>> | undefined,
  now: Date,
): ListedCertificate {
  const facts = found?.certificate;
  const state = facts === undefined ? 'missing' : judgeValidity(facts, now);
  return {
    certificate: paths.certificate,
    key: paths.key,
    hasKey: paths.key === null ? null : (found?.hasKey ?? false),
    names: facts?.dnsNames ?? [],
    validFrom: facts?.notBefore.toISOString() ?? null,
    expires: facts?.notAfter.toISOString() ?? null,
    // What has not begun has no days left.
    daysLeft: facts === undefined || state === 'not-yet-valid' ? null : countDays(now, facts.notAfter),
    state,
    source: facts === undefined ? null : tellSource(facts, found?.hasOwnForm),
    ...(found?.succession !== undefined && { rotation: found.succession }),
  };
}

function tellSource({ subject, issuer }: CertificateFacts, hasOwnForm = false): ListedCertificate['source'] {
  if (!hasOwnForm) return 'files';
  return subject === issuer ? 'self-signed' : 'project';
}
