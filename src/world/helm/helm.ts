import { ToolError } from '../../errors.ts';
import type { ClusterConnection } from '../../kube/commands.ts';
import { helmQuestion, liveStates } from '../../kube/helm-commands.ts';
import { textField } from '../../kube/object-fields.ts';
import type { ReleaseName } from '../../model/changes.ts';
import type { ToolCommand } from '../../model/plan.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import { listAt, parseJson } from '../../kube/json-answer.ts';
import { askTool, findText, garbledAnswer } from '../exec/tool-failure.ts';

interface HelmVersion {
  readonly major: 3 | 4;
  readonly minor: number;
  /** As helm says it: `v4.1.4`. */
  readonly text: string;
}

export interface Release extends ReleaseName {
  /** Its newest. */
  readonly revision: number;
  /** Name and version: `svc7-0.1.0`. */
  readonly chart: string;
  /** `deployed`, `failed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling`... */
  readonly status: string;
}

/** Questions to helm. Every method throws ToolError when helm or the cluster fails. */
export interface Helm {
  /** @throws ToolError for a helm older than 3.13, which cannot label releases. */
  readHelmVersion(): Promise<HelmVersion>;
  /** Releases of all namespaces, whatever their status; those of which only the history was kept when asked for. */
  listReleases(labelSelector?: string, options?: { readonly withUninstalled: boolean }): Promise<readonly Release[]>;
}

/** Creates the adapter that asks helm; commands that change releases are data (kube/helm-commands.ts) for Exec. */
export function createHelm(exec: Exec, connection: ClusterConnection): Helm {
  const ask = async (what: string, question: ToolCommand): Promise<ToolResult> => {
    const result = await askTool(exec, question, { what });
    if (result.isCut) throw garbledAnswer('helm', what, result);
    return result;
  };

  return {
    async readHelmVersion() {
      const what = "cannot read helm's version";
      const result = await ask(what, helmQuestion({}, ['version', '--template={{.Version}}'], { isLocal: true }));
      const match = /^v?(\d+)\.(\d+)\.\S+$/.exec(result.stdout.trim());
      if (match === null) throw garbledAnswer('helm', what, result);
      const [text, major, minor] = [match[0], Number(match[1]), Number(match[2])];
      if (major < 3 || (major === 3 && minor < 13)) {
        throw new ToolError(`cannot use helm ${text}: releases have labels since helm 3.13`, {
          remedy: 'Install helm 3.13 or later: https://helm.sh/docs/intro/install/',
        });
      }
      return { major: major === 3 ? 3 : 4, minor, text };
    },

    async listReleases(labelSelector, options) {
      const what = 'cannot list the helm releases';
      const states = [...liveStates, ...(options?.withUninstalled === true ? ['--uninstalled'] : [])];
      const selector = labelSelector === undefined ? [] : [`--selector=${labelSelector}`];
      const result = await ask(
        what,
        helmQuestion(connection, ['list', '--all-namespaces', '--output=json', '--max=0', ...states, ...selector]),
      );
      const releases = listAt({ releases: parseJson(result.stdout) }, 'releases')?.map(readRelease);
      if (releases === undefined || !releases.every((release) => release !== undefined))
        throw garbledAnswer('helm', what, result);
      return releases;
    },
  };
}

/** Whether a release that helm was to remove is gone already: the run before may have been killed, or an answer lost. */
export function isAlreadyUninstalled({ release }: ToolCommand, result: ToolResult): boolean {
  return (
    release !== undefined && result.exitCode === 1 && findText(result, 'already-uninstalled')?.[1] === release.name
  );
}

function readRelease(value: unknown): Release | undefined {
  const [name, namespace, status] = [
    textField(value, 'name'),
    textField(value, 'namespace'),
    textField(value, 'status'),
  ];
  const chart = textField(value, 'chart');
  // helm 3 and 4 print it as text.
  const revision = Number(textField(value, 'revision'));
  if (
    name === undefined ||
    namespace === undefined ||
    status === undefined ||
    chart === undefined ||
    !Number.isSafeInteger(revision)
  )
    return undefined;
  return { name, namespace, revision, chart, status };
}
