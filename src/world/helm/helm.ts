import { ToolError } from '../../errors.ts';
import type { ClusterConnection } from '../../kube/commands.ts';
import { helmQuestion, liveStates } from '../../kube/helm-commands.ts';
import { textField } from '../../kube/object-fields.ts';
import type { ReleaseName } from '../../model/changes.ts';
import type { ToolCommand } from '../../model/plan.ts';
import { clusterFailures } from '../kubectl/cluster-failures.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import { listAt, parseJson } from '../../kube/json-answer.ts';
import { refusals } from '../kubectl/refusals.ts';
import { explainToolFailure, garbledAnswer, type KnownText, type Question } from '../exec/tool-failure.ts';

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

/** Asks helm something, whatever the answer's length. @throws ToolError when helm or the cluster fails. */
export async function askHelm(exec: Exec, what: string, question: ToolCommand): Promise<ToolResult> {
  const result = await exec.run(question, { what });
  if (result.exitCode !== 0 || result.timedOut) throw explainHelmFailure(what, result, undefined, question);
  return result;
}

/** Creates the adapter that asks helm; commands that change releases are data (kube/helm-commands.ts) for Exec. */
export function createHelm(exec: Exec, connection: ClusterConnection): Helm {
  const ask = async (what: string, question: ToolCommand): Promise<ToolResult> => {
    const result = await askHelm(exec, what, question);
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
      const result = await ask(what, helmQuestion(connection, ['list', '--all-namespaces', '--output=json', '--max=0', ...states, ...selector]));
      const releases = listAt({ releases: parseJson(result.stdout) }, 'releases')?.map(readRelease);
      if (releases === undefined || !releases.every((release) => release !== undefined)) throw garbledAnswer('helm', what, result);
      return releases;
    },
  };
}

/** Whether a release that helm was to remove is gone already: the run before may have been killed, or an answer lost. */
export function isAlreadyUninstalled({ release }: ToolCommand, { exitCode, stderr }: ToolResult): boolean {
  return release !== undefined && exitCode === 1 && stderr.includes(`Release not loaded: ${release.name}: release: not found`);
}

/** Puts a failure of helm into words: `what failed: why`, what to do, and helm's own words without secrets. `namespace` is that of the release. */
export function explainHelmFailure(what: string, result: ToolResult, namespace?: string, question: Question = {}): ToolError {
  return explainToolFailure('helm', what, result, [...releaseFailures(namespace), ...refusals, ...clusterFailures], question);
}

function releaseFailures(namespace: string | undefined): readonly KnownText[] {
  return [
    {
      pattern: /another operation \(install\/upgrade\/rollback\) is in progress/,
      why: () => 'another helm works on this release, or one was killed while it did',
      remedy: 'If no other helm is at work, ingress-tls apply --force-pending frees the release; its history stays.',
    },
    {
      pattern: /values don't meet the specifications of the schema/,
      why: () => "the values do not fit the chart's values.schema.json",
      remedy: 'Correct the values that are named above; ingress-tls render --force makes the chart anew.',
    },
    {
      pattern: /invalid ownership metadata|cannot be imported into the current release/,
      why: () => 'an object of the chart exists already and belongs to nobody or to another release',
      remedy: 'Delete the object that is named above if nothing else needs it, then run the same command again.',
    },
    {
      pattern: /cannot re-use a name that is still in use/,
      why: () => 'a release of this name exists already',
      remedy: 'helm list --all-namespaces shows it.',
    },
    {
      pattern: /release: not found/,
      why: () => 'there is no such release',
      remedy: 'helm list --all-namespaces shows those that there are.',
    },
    {
      pattern: /uninstallation completed with \d+ error[^\n]*\n?[^\n]*(?:timed out|deadline exceeded|not (?:gone|deleted))/,
      why: () => 'its objects were not gone in time',
      remedy: 'kubectl get pods --all-namespaces shows what ends slowly; then run the same command again.',
    },
    {
      pattern: /timed out waiting for the condition|(?:FAILED|failed)[^\n]*context deadline exceeded|resource \S+ not ready/,
      why: () => 'it did not become ready in time',
      remedy:
        namespace === undefined
          ? 'kubectl get pods --all-namespaces shows what is missing.'
          : `kubectl get pods,events --namespace=${namespace} shows what is missing; then run the same command again, with a longer --timeout if it needs one.`,
    },
  ];
}

function readRelease(value: unknown): Release | undefined {
  const [name, namespace, status] = [textField(value, 'name'), textField(value, 'namespace'), textField(value, 'status')];
  const chart = textField(value, 'chart');
  // helm 3 and 4 print it as text.
  const revision = Number(textField(value, 'revision'));
  if (name === undefined || namespace === undefined || status === undefined || chart === undefined || !Number.isSafeInteger(revision)) return undefined;
  return { name, namespace, revision, chart, status };
}
