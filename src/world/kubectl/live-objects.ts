import pLimit from 'p-limit';
import { listPath } from '../../kube/api-paths.ts';
import { fieldAt, textField } from '../../kube/object-fields.ts';
import type { JsonValue } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { askForObjects, askRaw, type ClusterAccess } from './ask-kubectl.ts';
import type { Exec } from '../exec/exec.ts';
import { listAt, parseJson } from '../../kube/json-answer.ts';
import { isKubeObject } from '../../kube/object-answers.ts';
import { garbledAnswer } from '../exec/tool-failure.ts';

export type Kind = Pick<KubeObject, 'apiVersion' | 'kind'>;

export interface LiveObjectsQuestion extends ClusterAccess {
  readonly kinds: readonly Kind[];
  /** Absent: of all namespaces, or of none. */
  readonly namespace?: string;
  readonly selector?: string;
  readonly fieldSelector?: string;
}

/** Objects in one answer at first: at some kilobytes each far from what Exec reads. */
const usualPage = 1000;
const smallestPage = 20;

/** Each kubectl keeps a core busy while it starts, and may start a program that asks the person for credentials. */
const atOnce = 4;

/**
 * The objects of these kinds that have these labels; of a kind that the cluster does not serve there are none. There is one call for each
 * kind: kubectl takes several times longer for all in one, because it decodes and prints what it gets. A Secret comes with its data: nothing
 * of it may be printed.
 *
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function listLiveObjects(
  exec: Exec,
  { kinds, ...question }: LiveObjectsQuestion,
): Promise<readonly KubeObject[]> {
  const limit = pLimit(atOnce);
  const lists = await limit.map(kinds, (kind) =>
    question.isAtRoot === true
      ? listByPath(exec, question, kind, { limit: usualPage })
      : listByName(exec, question, kind),
  );
  return lists.flat();
}

type KindQuestion = Omit<LiveObjectsQuestion, 'kinds'>;

async function listByPath(
  exec: Exec,
  question: KindQuestion,
  kind: Kind,
  page: { readonly limit: number; readonly continuation?: string },
): Promise<readonly KubeObject[]> {
  const what = describe(question, kind);
  const result = await askRaw(exec, question, what, listPath({ ...question, ...kind, ...page }));
  if (result === undefined) return [];
  if (result.isCut && page.limit > smallestPage)
    return listByPath(exec, question, kind, { ...page, limit: Math.ceil(page.limit / 4) });
  const answer = result.isCut ? undefined : parseJson(result.stdout);
  const objects = readItems(answer, kind);
  // An answer may hold a Secret: nothing of it is shown.
  if (objects === undefined) throw garbledAnswer('kubectl', what, { ...result, stdout: '' });
  const continuation = textField(fieldAt(answer, 'metadata'), 'continue') ?? '';
  return continuation === ''
    ? objects
    : [...objects, ...(await listByPath(exec, question, kind, { ...page, continuation }))];
}

async function listByName(exec: Exec, question: KindQuestion, kind: Kind): Promise<readonly KubeObject[]> {
  const { namespace, selector, fieldSelector } = question;
  const what = describe(question, kind);
  const args = [
    ...[
      'get',
      resourceOfKind(kind),
      namespace === undefined ? '--all-namespaces' : `--namespace=${namespace}`,
      '--ignore-not-found=true',
      '-o=json',
    ],
    ...(selector === undefined ? [] : [`--selector=${selector}`]),
    ...(fieldSelector === undefined ? [] : [`--field-selector=${fieldSelector}`]),
  ];
  const result = await askForObjects(exec, question, what, args);
  if (result.stdout.trim() === '') return [];
  const objects = readItems(result.isCut ? undefined : parseJson(result.stdout), kind);
  if (objects === undefined) throw garbledAnswer('kubectl', what, { ...result, stdout: '' });
  return objects;
}

/** The items of a list do not say of which kind they are. */
function readItems(answer: unknown, kind: Kind): readonly KubeObject[] | undefined {
  const objects: readonly unknown[] | undefined = listAt(answer, 'items')?.map((item) => ({
    ...(item as Readonly<Record<string, JsonValue>> | null),
    ...kind,
  }));
  return objects?.every(isKubeObject) === true ? objects : undefined;
}

function describe({ namespace }: KindQuestion, { kind }: Kind): string {
  return namespace === undefined
    ? `cannot list each ${kind} of the cluster`
    : `cannot see what namespace ${namespace} holds`;
}

/** A kind as kubectl takes it, with version and group: an Ingress may be served by two groups. */
export function resourceOfKind({ apiVersion, kind }: Kind): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind : `${kind}.${version}.${group ?? ''}`;
}
