import { listPath } from '../kube/api-paths.ts';
import type { JsonValue } from '../model/json.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { askRaw, type ClusterAccess } from './ask-kubectl.ts';
import type { Exec } from './exec.ts';
import { listAt, parseJson } from './json-answer.ts';
import { isKubeObject } from './object-answers.ts';
import { fieldAt, textField } from '../kube/object-fields.ts';
import { garbledAnswer } from './tool-failure.ts';

export type Kind = Pick<KubeObject, 'apiVersion' | 'kind'>;

export interface LiveObjectsQuestion extends ClusterAccess {
  readonly kinds: readonly Kind[];
  /** Absent: of all namespaces, or of none. */
  readonly namespace?: string;
  readonly selector?: string;
  readonly fieldSelector?: string;
}

/** Objects in one answer: at some kilobytes each far from what Exec reads. */
const pageSize = 1000;

/**
 * The objects of these kinds that have these labels; of a kind that the cluster does not serve there are none. The calls run side by side,
 * one for each kind: kubectl would take several times longer for all in one, because it decodes and prints what it gets. A Secret comes
 * with its data: nothing of it may be printed.
 *
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function listLiveObjects(exec: Exec, { kinds, ...question }: LiveObjectsQuestion): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(kinds.map((kind) => listKind(exec, question, kind)));
  return lists.flat();
}

async function listKind(exec: Exec, question: Omit<LiveObjectsQuestion, 'kinds'>, kind: Kind, continuation?: string): Promise<readonly KubeObject[]> {
  const { namespace } = question;
  const what = namespace === undefined ? `cannot list each ${kind.kind} of the cluster` : `cannot see what namespace ${namespace} holds`;
  const result = await askRaw(exec, question, what, listPath({ ...question, ...kind, limit: pageSize, ...(continuation === undefined ? {} : { continuation }) }));
  if (result === undefined) return [];
  const answer = result.isCut ? undefined : parseJson(result.stdout);
  // The items of a list do not say of which kind they are.
  const objects: readonly unknown[] | undefined = listAt(answer, 'items')?.map((item) => ({ ...(item as Readonly<Record<string, JsonValue>> | null), ...kind }));
  // An answer may hold a Secret: nothing of it is shown.
  if (objects?.every(isKubeObject) !== true) throw garbledAnswer('kubectl', what, { ...result, stdout: '' });
  const next = textField(fieldAt(answer, 'metadata'), 'continue') ?? '';
  return next === '' ? objects : [...objects, ...(await listKind(exec, question, kind, next))];
}

/** A kind as kubectl takes it, with version and group: an Ingress may be served by two groups. */
export function resourceOfKind({ apiVersion, kind }: Kind): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind : `${kind}.${version}.${group ?? ''}`;
}
