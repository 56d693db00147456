import { coversName } from '../text/host-name.ts';
import type { FoundPairs } from '../graph/certificate-state.ts';
import { buildGraph } from '../graph/project-graph.ts';
import type { Notice } from '../model/notice.ts';
import { observePairs } from '../world/files/observe.ts';
import { listPairPaths } from '../project/desired-pairs.ts';
import { loadProject, type Project } from './project.ts';
import type { Session } from './session.ts';

export interface ProjectGraph {
  readonly description: ReturnType<typeof buildGraph>;
  /** Annotations that undo a mode: the picture shows the mode that was asked for, which no file will have. */
  readonly errors: readonly Notice[];
}

/** Describes the project as its files do. Reads only, and asks no cluster. */
export async function graphProject(session: Session): Promise<ProjectGraph> {
  const project = await loadProject(session);
  const description = buildGraph({
    desired: project.desired,
    found: findPairs(session, project),
    now: session.world.now(),
  });
  return { description, errors: project.desired.notices.filter(({ level }) => level === 'error') };
}

function findPairs({ files }: Session, { desired }: Project): FoundPairs {
  const pairs = observePairs(files, listPairPaths(desired.pairs));
  const required = new Map(desired.pairs.map(({ paths, requiredNames }) => [paths.certificate, requiredNames]));
  return new Map(
    Array.from(pairs, ([path, pair]) => {
      const { certificate } = pair;
      const names =
        certificate === undefined
          ? []
          : (required.get(path) ?? []).filter((name) => !coversName(certificate.dnsNames, name));
      return [path, { ...pair, uncovered: names }];
    }),
  );
}
