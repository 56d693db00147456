import { observePairs } from '../world/files/observe.ts';
import type { ObservedPair } from '../model/observed.ts';
import type { DesiredPair } from '../project/desired-pairs.ts';
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
  readonly key: string;
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
  return {
    project,
    certificates: project.desired.pairs.map((pair) => datePair(pair, pairs.get(pair.paths.certificate), now)),
    now,
  };
}

function datePair(pair: DesiredPair, found: ObservedPair | undefined, now: Date): ListedCertificate {
  const facts = found?.certificate;
  return {
    certificate: pair.paths.certificate,
    key: pair.paths.key,
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
