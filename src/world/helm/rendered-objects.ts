import { ToolError } from '../../errors.ts';
import { digestText } from '../../kube/digest.ts';
import { parseObjects } from '../../kube/parse-yaml.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { listChartFiles, presentChart } from './chart-folder.ts';
import { readSetFiles, templateChart } from './chart-template.ts';
import type { Exec } from '../exec/exec.ts';
import type { ProjectFiles } from '../files/files.ts';
import type { Helm } from './helm.ts';

/** A chart of the project. */
interface ChartSource {
  /** `charts/svc7`. */
  readonly folder: string;
  readonly release: string;
  readonly namespace: string;
  /** As helm is given them: dotted path in the values -> file of the project. */
  readonly setFiles?: Readonly<Record<string, string>>;
  /** The objects of the chart as it is generated, for where helm is not there; `texts`: those of setFiles. */
  readonly describe: (texts: Readonly<Record<string, string>>) => readonly KubeObject[];
}

export interface ObjectSources {
  /** Files of objects, in the order of applying. */
  readonly files: readonly string[];
  readonly charts: readonly ChartSource[];
  /** Kubernetes version that charts are rendered for, `1.15.0`. */
  readonly kubeVersion: string;
}

export interface RenderedObjects {
  readonly objects: readonly KubeObject[];
  /** `literal`: helm is not to be had, and edits inside of charts are not seen; `why` says what is missing. */
  readonly charts: { readonly by: 'helm' } | { readonly by: 'literal'; readonly why: string };
  /** Files that are not there. */
  readonly missing: readonly string[];
}

/** Reads all objects of a project from its files, as they would reach a cluster. */
export interface ObjectReader {
  /**
   * @throws UsageError for a file that is no YAML of Kubernetes objects; ToolError for a chart that helm cannot render.
   */
  read(sources: ObjectSources): Promise<RenderedObjects>;
}

const atOnce = 8;

/** A reader that remembers what helm made of a chart as long as the chart's files stay the same. */
export function createObjectReader({
  files,
  exec,
  helm,
}: {
  readonly files: ProjectFiles;
  readonly exec: Exec;
  readonly helm: Helm;
}): ObjectReader {
  let remembered = new Map<string, { readonly digest: string; readonly objects: readonly KubeObject[] }>();

  const makeObjects = async (
    { folder: name, release, namespace, setFiles = {} }: ChartSource,
    kubeVersion: string,
  ): Promise<readonly KubeObject[]> => {
    const { folder, remove } = presentChart(files, name);
    try {
      return await templateChart(exec, { folder, name, release, namespace, kubeVersion, setFiles });
    } finally {
      remove();
    }
  };

  const readChart = async (chart: ChartSource, kubeVersion: string): Promise<readonly KubeObject[]> => {
    const { folder, release, namespace, setFiles = {} } = chart;
    const digests = [...listChartFiles(files, folder), ...Object.values(setFiles)].map(
      (path) => `${path} ${files.digest(path) ?? ''}`,
    );
    const digest = digestText([release, namespace, kubeVersion, ...digests].join('\n'));
    const known = remembered.get(folder);
    const objects = known?.digest === digest ? known.objects : await makeObjects(chart, kubeVersion);
    remembered.set(folder, { digest, objects });
    return objects;
  };

  return {
    async read({ files: paths, charts, kubeVersion }) {
      const texts = paths.map((path) => ({ path, text: files.readText(path) }));
      const fromFiles = texts.flatMap(({ path, text }) => (text === undefined ? [] : parseObjects(text, path)));
      const missing = texts.filter(({ text }) => text === undefined).map(({ path }) => path);
      const why = charts.length === 0 ? undefined : await missingHelm(helm);
      if (why !== undefined)
        return {
          objects: [
            ...fromFiles,
            ...charts.flatMap(({ describe, setFiles = {} }) =>
              describe(readSetFiles((path) => files.readText(path), setFiles)),
            ),
          ],
          charts: { by: 'literal', why },
          missing,
        };
      const ofCharts: (readonly KubeObject[])[] = [];
      for (let start = 0; start < charts.length; start += atOnce) {
        ofCharts.push(
          ...(await Promise.all(charts.slice(start, start + atOnce).map((chart) => readChart(chart, kubeVersion)))),
        );
      }
      const wanted = new Set(charts.map(({ folder }) => folder));
      remembered = new Map([...remembered].filter(([folder]) => wanted.has(folder)));
      return { objects: [...fromFiles, ...ofCharts.flat()], charts: { by: 'helm' }, missing };
    },
  };
}

/** Why helm cannot be used; undefined when it can. */
async function missingHelm(helm: Helm): Promise<string | undefined> {
  try {
    await helm.readHelmVersion();
    return undefined;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
}
