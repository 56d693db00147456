import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseHelmIgnore } from '../../kube/helm-ignore.ts';
import { fileFailure } from '../files/file-failure.ts';
import type { ProjectFiles } from '../files/files.ts';

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
  const texts = listChartFiles(files, folder).map(
    (path) => [path.slice(folder.length + 1), files.readText(path) ?? ''] as const,
  );
  return {
    folder: staged.stage('chart', new Map(texts)),
    remove: () => {
      staged.remove();
    },
  };
}

/** A private folder outside of the project for charts as they would be written. */
export interface StagedCharts {
  /**
   * Writes a chart; `texts` by path relative to the chart.
   * @returns its absolute path. @throws ToolError when the file system refuses.
   */
  stage(name: string, texts: ReadonlyMap<string, string>): string;
  /** Removes everything; to be called whatever happened. */
  remove(): void;
}

/** Nothing is made before the first chart is. */
export function createStagedCharts(): StagedCharts {
  let root: string | undefined;
  return {
    stage(name, texts) {
      try {
        // Made with mode 0700 (Node 20: fs.mkdtemp).
        root ??= mkdtempSync(join(tmpdir(), 'ingress-tls-charts-'));
        const folder = join(root, name);
        for (const [path, text] of texts) {
          const file = join(folder, path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
        }
        return folder;
      } catch (error) {
        throw fileFailure(`cannot put chart ${name} into a temporary folder`, error);
      }
    },
    remove() {
      if (root !== undefined) rmSync(root, { recursive: true, force: true });
      root = undefined;
    },
  };
}
