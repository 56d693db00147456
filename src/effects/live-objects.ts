import type { ObjectName } from '../model/changes.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { askForPart, type ClusterAccess } from './ask-kubectl.ts';
import type { Exec, ToolResult } from './exec.ts';
import { parseJson } from './json-answer.ts';
import { isKubeObject } from './object-answers.ts';
import { garbledAnswer } from './tool-failure.ts';

export interface LiveObjectsQuestion extends ClusterAccess {
  /** As kubectl takes them: `deployments.apps`, `Ingress.v1.networking.k8s.io`. */
  readonly resources: readonly string[];
  readonly namespace: string;
  readonly selector: string;
  readonly fieldSelector?: string;
}

/**
 * The objects of a namespace that have these labels, in one call; kind by kind where together they are more than we can read. A Secret
 * comes with its data: nothing of it may be printed.
 *
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function listLiveObjects(exec: Exec, question: LiveObjectsQuestion): Promise<readonly KubeObject[]> {
  // jsonpath prints JSON without indentation.
  const result = await ask(exec, question, '-o=jsonpath={.items}');
  const { resources } = question;
  if (result.isCut && resources.length > 1) {
    const parts = await Promise.all(resources.map((resource) => listLiveObjects(exec, { ...question, resources: [resource] })));
    return parts.flat();
  }
  const answer: unknown = result.isCut ? undefined : parseJson(result.stdout.trim() === '' ? '[]' : result.stdout);
  const objects: readonly unknown[] | undefined = Array.isArray(answer) ? answer : undefined;
  // An answer may hold a Secret: nothing of it is shown.
  if (objects?.every(isKubeObject) !== true) throw garbledAnswer('kubectl', describe(question), { ...result, stdout: '' });
  return objects;
}

/** Which objects there are, and nothing of what they say. @throws ToolError as above. */
export async function listLiveNames(exec: Exec, question: LiveObjectsQuestion): Promise<readonly ObjectName[]> {
  const result = await ask(exec, question, String.raw`-o=jsonpath={range .items[*]}{.kind}{"\t"}{.metadata.name}{"\n"}{end}`);
  if (result.isCut) throw garbledAnswer('kubectl', describe(question), result);
  return result.stdout.split('\n').flatMap((line) => {
    const [kind, name] = line.split('\t');
    return kind === undefined || name === undefined ? [] : [{ kind, name, namespace: question.namespace }];
  });
}

function ask(exec: Exec, question: LiveObjectsQuestion, output: string): Promise<ToolResult> {
  const { resources, namespace, selector, fieldSelector } = question;
  const select = [`--selector=${selector}`, ...(fieldSelector === undefined ? [] : [`--field-selector=${fieldSelector}`])];
  return askForPart(exec, question, describe(question), ['get', resources.join(','), `--namespace=${namespace}`, ...select, '--ignore-not-found=true', output]);
}

function describe({ namespace }: LiveObjectsQuestion): string {
  return `cannot see what namespace ${namespace} holds`;
}

/** A kind as kubectl takes it, with version and group: an Ingress may be served by two groups. */
export function resourceOfKind({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind : `${kind}.${version}.${group ?? ''}`;
}
