import { coversName } from '../../certs/names.ts';
import { observeProject } from '../../world/files/observe.ts';
import { exitCodes } from '../../errors.ts';
import type { FoundPairs } from '../../graph/describe-certificate.ts';
import { describeGraph } from '../../graph/describe-graph.ts';
import { drawGraph } from '../../graph/draw-graph.ts';
import type { GraphFormat } from '../../graph/draw-graph.ts';
import { loadProject, type Project } from '../../app/project.ts';
import type { CommandSession } from '../session.ts';

export interface GraphOptions {
  readonly format: GraphFormat;
}

/** Draws the project as its files describe it. Reads only, and asks no cluster. */
export function graph(session: CommandSession, { format }: GraphOptions): Promise<number> {
  const project = loadProject(session);
  const description = describeGraph({ ...project, found: findPairs(session, project), now: session.world.now() });
  session.report.result(drawGraph(description, format));
  // Annotations that undo a mode: the picture shows the mode that was asked for, which no file will have.
  for (const notice of project.desired.notices.filter(({ level }) => level === 'error')) session.report.notice(notice);
  return Promise.resolve(exitCodes.done);
}

function findPairs({ files }: CommandSession, { desired }: Project): FoundPairs {
  const { pairs } = observeProject(files, {
    paths: [],
    gitFiles: [],
    objects: [],
    pairs: desired.pairs.map(({ paths, issuer }) => ({ ...paths, ...(issuer === undefined ? {} : { issuer: issuer.certificate }) })),
  });
  const required = new Map(desired.pairs.map(({ paths, requiredNames }) => [paths.certificate, requiredNames]));
  return new Map(
    Array.from(pairs, ([path, pair]) => {
      const { certificate } = pair;
      const names = certificate === undefined ? [] : (required.get(path) ?? []).filter((name) => !coversName(certificate.dnsNames, name));
      return [path, { ...pair, uncovered: names }];
    }),
  );
}
