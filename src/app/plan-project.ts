import { createLocator } from '../config/load.ts';
import { UsageError } from '../errors.ts';
import type { Notice } from '../model/notice.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { printFiles } from '../project/desired-files.ts';
import { listPairPaths } from '../project/desired-pairs.ts';
import { acknowledge } from '../project/acknowledged.ts';
import { gitFilePaths } from '../project/git-files.ts';
import { places } from '../project/places.ts';
import { planRender } from '../project/render-plan.ts';
import { observeProject } from '../world/files/observe.ts';
import { readChartTemplates, readConfigSchema } from '../world/files/templates.ts';
import type { Project } from './project.ts';
import type { Session } from './session.ts';

/** What of a project's folder is to be written, and what was seen there. */
export interface PlannedProject {
  readonly plan: Plan;
  readonly observed: Observed;
}

/** Looks at the project folder and plans what to write. @throws UsageError for notices of level error. */
export function planProject(session: Session, project: Project, force: boolean): PlannedProject {
  const { desired } = project;
  const { packageFolder } = session.world;
  const desiredFiles = printFiles({
    desired,
    templates: readChartTemplates(packageFolder),
    schema: readConfigSchema(packageFolder),
  });
  const observed = lookAtFolder(session, project);
  const rendered = planRender(desired, desiredFiles, observed, { now: session.world.now(), force });
  const plan = { ...rendered, notices: acknowledge(rendered.notices, project.config) };
  // Line numbers of a text that was refused before it was written would lead nowhere.
  refuseErrors(plan.notices, session.files.readText(places.config) === project.text ? project.text : undefined);
  return { plan, observed };
}

/** What is in the folder of what the project has. */
export function lookAtFolder({ files }: Session, { desired }: Project): Observed {
  return observeProject(files, {
    gitFiles: gitFilePaths,
    authorities: desired.authorities.map(({ path }) => path),
    made: [...desired.objects, ...desired.digests],
    pairs: listPairPaths(desired.pairs),
  });
}

function refuseErrors(notices: readonly Notice[], text: string | undefined): void {
  const errors = notices.filter(({ level }) => level === 'error');
  if (errors.length === 0) return;
  const locate = text === undefined ? undefined : createLocator(text, places.config);
  const formatError = ({ message, path, remedy }: Notice): string =>
    [
      path === undefined || locate === undefined ? message : `${locate(path)}: ${message}`,
      ...(remedy === undefined ? [] : [`    ${remedy}`]),
    ].join('\n');
  throw new UsageError(
    errors.length === 1
      ? 'nothing was written: see the line above'
      : `nothing was written: see the ${errors.length} problems above`,
    {
      details: errors.map(formatError),
    },
  );
}
