import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileFailure } from '../files/file-failure.ts';

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
