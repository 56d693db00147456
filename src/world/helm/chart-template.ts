import { ToolError } from '../../errors.ts';
import { chartArgument, helmQuestion, setFileOptions } from '../../kube/helm-commands.ts';
import { placeObject } from '../../kube/object-scope.ts';
import { parseObjects } from '../../kube/parse-yaml.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Exec } from '../exec/exec.ts';
import { askTool } from '../exec/tool-failure.ts';

export interface ChartToTemplate {
  /** `charts/svc7` in the project, or an absolute path. */
  readonly folder: string;
  /** The chart in words, where its folder would tell nobody anything. */
  readonly name?: string;
  readonly release: string;
  readonly namespace: string;
  /** Kubernetes version that it is rendered for: `1.15.0`, `v1.35.4`. */
  readonly kubeVersion: string;
  /** Dotted path in the values -> file of the project whose text is the value. */
  readonly setFiles?: Readonly<Record<string, string>>;
}

/** The values that helm reads from files, by their paths; a file that is not there is an empty one. */
export function readSetFiles(
  readText: (path: string) => string | undefined,
  setFiles: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(setFiles).map(([value, path]) => [value, readText(path) ?? '']));
}

/**
 * The objects that helm makes of a chart, in the order in which it sends them. Tests and other hooks are not among them.
 * @throws ToolError for a chart that helm cannot render.
 */
export async function templateChart(
  exec: Exec,
  { folder, name = folder, release, namespace, kubeVersion, setFiles = {} }: ChartToTemplate,
): Promise<readonly KubeObject[]> {
  const options = [
    ...[`--namespace=${namespace}`, '--no-hooks', '--skip-tests', `--kube-version=${kubeVersion}`],
    ...setFileOptions(setFiles),
  ];
  const what = `cannot render ${name}`;
  const result = await askTool(
    exec,
    helmQuestion({}, ['template', release, chartArgument(folder), ...options], { isLocal: true }),
    { what },
  );
  if (result.isCut) throw new ToolError(`${what}: it is larger than we can read`);
  return parseObjects(result.stdout, `what helm makes of ${name}`).map((object) => placeObject(object, namespace));
}
