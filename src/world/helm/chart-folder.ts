import { parseHelmIgnore } from '../../kube/helm-ignore.ts';
import type { ProjectFiles } from '../files/files.ts';
import { createStagedCharts } from './staged-charts.ts';

/** A chart where helm can read it. */
export interface ReadableChart {
  /** `charts/svc7` in the project, or an absolute path. */
  readonly folder: string;
  /** To be called whatever happened. */
  readonly remove: () => void;
}

/** The files of a chart that helm takes, sorted. */
export function listChartFiles(files: ProjectFiles, folder: string): readonly string[] {
  const isLeftOut = parseHelmIgnore(files.readText(`${folder}/.helmignore`));
  return files.list(folder).filter((path) => !isLeftOut(path.slice(folder.length + 1)));
}

/**
 * Whether helm stumbles over a file that it leaves out: it follows every symbolic link before it asks .helmignore
 * (helm@4.1.4:internal/sympath/walk.go), and the one that Emacs puts beside an unsaved file leads to nothing.
 */
export function holdsLeftOutLink(files: ProjectFiles, folder: string): boolean {
  const taken = new Set(listChartFiles(files, folder));
  return files.list(folder).some((path) => !taken.has(path) && files.isLink(path));
}

/** Gives helm a chart of the project: as it is, or a copy of what helm takes where it could not read the chart as it is. */
export function presentChart(files: ProjectFiles, folder: string): ReadableChart {
  if (!holdsLeftOutLink(files, folder)) return { folder, remove: () => undefined };
  const staged = createStagedCharts();
  const texts = listChartFiles(files, folder).map((path) => [path.slice(folder.length + 1), files.readText(path) ?? ''] as const);
  return { folder: staged.stage('chart', new Map(texts)), remove: () => { staged.remove(); } };
}
