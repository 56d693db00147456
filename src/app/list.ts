import { observePairs } from '../world/files/observe.ts';
import { inspectCertificate } from '../certs/inspect.ts';
import type { CertificateFacts } from '../model/certificate.ts';
import { readPem } from '../world/files/object-text.ts';
import { loadProject, type Project } from './project.ts';
import type { Session } from './session.ts';

const millisecondsOfDay = 24 * 60 * 60 * 1000;

/** What a project holds, and when. */
export interface ProjectList {
  readonly project: Project;
  readonly certificates: readonly ListedCertificate[];
  readonly now: Date;
}

interface ListedCertificate {
  readonly certificate: string;
  /** Null for the certificate of an authority that a person named: nobody here signs with it. */
  readonly key: string | null;
  readonly names: readonly string[];
  /** ISO date and time, as `expires`; null where the certificate is not there. */
  readonly validFrom: string | null;
  readonly expires: string | null;
  readonly daysLeft: number | null;
}

/** Looks at the project and the certificates in its folder. Reads only. */
export async function listProject(session: Session): Promise<ProjectList> {
  const project = await loadProject(session);
  const pairs = observePairs(
    session.files,
    project.desired.pairs.map(({ paths }) => paths),
  );
  const now = session.world.now();
  const authorities = new Set(project.desired.authorities.map(({ path }) => path));
  for (const path of pairs.keys()) authorities.delete(path);
  return {
    project,
    certificates: [
      ...project.desired.pairs.map(({ paths }) => date(paths, pairs.get(paths.certificate)?.certificate, now)),
      ...[...authorities].map((certificate) => {
        const pem = readPem(session.files, certificate);
        return date(
          { certificate, key: null },
          pem === undefined ? undefined : inspectCertificate(pem, certificate),
          now,
        );
      }),
    ],
    now,
  };
}

function date(
  paths: Pick<ListedCertificate, 'certificate' | 'key'>,
  facts: CertificateFacts | undefined,
  now: Date,
): ListedCertificate {
  return {
    certificate: paths.certificate,
    key: paths.key,
    names: facts?.dnsNames ?? [],
    validFrom: facts?.notBefore.toISOString() ?? null,
    expires: facts?.notAfter.toISOString() ?? null,
    // What has not begun has no days left.
    daysLeft:
      facts === undefined || facts.notBefore > now
        ? null
        : Math.floor((facts.notAfter.getTime() - now.getTime()) / millisecondsOfDay),
  };
}
