import type { JsonValue } from '../../model/json.ts';
import type { KubeObject, ObjectReference } from '../../model/kube-object.ts';
import { isMap } from '../../kube/object-fields.ts';
import type { LiveField } from '../../model/controller-profile.ts';
import type { LiveSecret, LiveStatus } from '../../model/status.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import { listAt, parseJson } from '../../kube/json-answer.ts';
import { askKubectl, splitLines, type ClusterAccess } from './ask-kubectl.ts';
import { resourceOfKind, type Kind } from './live-objects.ts';
import { garbledAnswer, isForbidden } from '../exec/tool-failure.ts';

export interface StatusQuestion extends ClusterAccess {
  /** Of the services. */
  readonly namespaces: readonly string[];
  /** Which kinds to list there: Deployments, route objects. */
  readonly kinds: readonly Kind[];
  /** Which kinds to list beside, once, that belong to no namespace. Whoever has rights in the namespace alone may not. */
  readonly clusterKinds: readonly Kind[];
  /** What to read of all these, beside metadata, replicas and status. */
  readonly fields: readonly LiveField[];
  /** The controller's workloads and Services; empty when they are known already. */
  readonly controller: readonly (ObjectReference & Kind)[];
}

/**
 * Reads what a status tells, in two or three calls at once, however many services there are. Of Secrets nothing but tls.crt is put out
 * by kubectl.
 *
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function readLiveStatus(exec: Exec, question: StatusQuestion): Promise<LiveStatus> {
  const ask: Ask = (what, args) => askKubectl(exec, question, what, args);
  const { namespaces, kinds, clusterKinds } = question;
  const list = async (more: readonly Kind[]): Promise<readonly KubeObject[]> => {
    const listed = namespaces.map((namespace, index) =>
      listObjects(ask, { ...question, namespace, kinds: index === 0 ? [...kinds, ...more] : kinds }),
    );
    return (await Promise.all(listed)).flat();
  };
  const listAll = async (): Promise<Pick<LiveStatus, 'objects' | 'hasUnseenClasses'>> => {
    try {
      return { objects: await list(clusterKinds), hasUnseenClasses: false };
    } catch (error) {
      // kubectl prints nothing at all when it may not list one of the kinds.
      if (clusterKinds.length === 0 || !isForbidden(error)) throw error;
      return { objects: await list([]), hasUnseenClasses: true };
    }
  };
  const [objects, controller, secrets] = await Promise.all([
    listAll(),
    readController(ask, question),
    Promise.all(namespaces.map((namespace) => listSecrets(ask, namespace))),
  ]);
  return { ...objects, controller, secrets: new Map(secrets.flat()) };
}

/** The controller's workloads and Services alone. @throws ToolError as above. */
export function readControllerObjects(exec: Exec, question: StatusQuestion): Promise<readonly KubeObject[]> {
  return readController((what, args) => askKubectl(exec, question, what, args), question);
}

type Ask = (what: string, args: readonly string[]) => Promise<ToolResult>;

/** What is read of every object. Pod templates, the bulk of a Deployment, stay out. */
const usualFields: readonly LiveField[] = [
  { path: ['metadata', 'generation'], as: 'json' },
  { path: ['metadata', 'annotations'], as: 'json' },
  { path: ['spec', 'replicas'], as: 'json' },
];

const status: LiveField = { path: ['status'], as: 'json' };

const identity = ['.apiVersion', '.kind', '.metadata.namespace', '.metadata.name'];

/** jsonpath prints a map or a list as JSON on one line, so that neither a tab nor a line break of a text can end a column. */
async function listObjects(
  ask: Ask,
  { namespace, kinds, fields }: Pick<StatusQuestion, 'kinds' | 'fields'> & { readonly namespace: string },
): Promise<readonly KubeObject[]> {
  const what = `cannot see what namespace ${namespace} holds`;
  const wanted = [...usualFields, ...fields, status];
  const columns = [...identity, ...wanted.map(({ path }) => `.${path.join('.')}`)];
  const template = columns.map((path) => `{${path}}`).join(String.raw`{"\t"}`);
  const options = [
    `--namespace=${namespace}`,
    '--ignore-not-found=true',
    `-o=jsonpath={range .items[*]}${template}{"\\n"}{end}`,
  ];
  const result = await ask(what, ['get', [...new Set(kinds.map(resourceOfKind))].join(','), ...options]);
  return splitLines(result.stdout).map((line) => {
    const object = readObject(line.split('\t'), wanted);
    if (object === undefined) throw garbledAnswer('kubectl', what, result);
    return object;
  });
}

function readObject(
  [apiVersion, kind, namespace, name, ...cells]: readonly string[],
  fields: readonly LiveField[],
): KubeObject | undefined {
  if (apiVersion === undefined || kind === undefined || name === undefined || cells.length !== fields.length)
    return undefined;
  const parts: Record<string, JsonValue> = {};
  for (const [index, { path, as }] of fields.entries()) {
    const text = cells[index] ?? '';
    if (text === '') continue;
    const value = as === 'text' ? text : (parseJson(text) as JsonValue | undefined);
    if (value === undefined) return undefined;
    place(parts, path, value);
  }
  const { metadata, ...rest } = parts;
  return {
    apiVersion,
    kind,
    ...rest,
    metadata: { ...(isMap(metadata) ? metadata : {}), name, ...(namespace ? { namespace } : {}) },
  };
}

/** Puts a value where it lies in its object. */
function place(parts: Record<string, JsonValue>, [first, ...rest]: LiveField['path'], value: JsonValue): void {
  const [next, ...others] = rest;
  if (next === undefined) {
    parts[first] = value;
    return;
  }
  const inner: Record<string, JsonValue> = isMap(parts[first]) ? { ...parts[first] } : {};
  place(inner, [next, ...others], value);
  parts[first] = inner;
}

/** By name, and each whole: arguments, image and ports are looked at. */
async function readController(ask: Ask, { controller }: StatusQuestion): Promise<readonly KubeObject[]> {
  const namespaces = [...new Set(controller.map(({ namespace }) => namespace))];
  const found = await Promise.all(
    namespaces.map((namespace) =>
      readNamed(
        ask,
        namespace,
        controller.filter((object) => object.namespace === namespace),
      ),
    ),
  );
  return found.flat();
}

async function readNamed(
  ask: Ask,
  namespace: string,
  objects: StatusQuestion['controller'],
): Promise<readonly KubeObject[]> {
  const what = `cannot look at the controller in namespace ${namespace}`;
  const names = objects.map((object) => `${resourceOfKind(object)}/${object.name}`);
  const result = await ask(what, [
    'get',
    `--namespace=${namespace}`,
    '--ignore-not-found=true',
    '-o=json',
    '--',
    ...names,
  ]);
  if (result.stdout.trim() === '') return [];
  const answer = parseJson(result.stdout);
  if (typeof answer !== 'object' || answer === null) throw garbledAnswer('kubectl', what, result);
  // For one object kubectl prints the object itself.
  return (listAt(answer, 'items') ?? [answer]) as readonly KubeObject[];
}

/**
 * The API server hands the keys to kubectl all the same; they do not leave it. Of helm's own records, which are large, nothing is sent; a
 * Secret of a wrong type is to be told from one that is missing.
 */
async function listSecrets(ask: Ask, namespace: string): Promise<readonly (readonly [string, LiveSecret])[]> {
  const template = String.raw`{range .items[*]}{.metadata.name}{"\t"}{.type}{"\t"}{.data.tls\.crt}{"\n"}{end}`;
  const options = [
    `--namespace=${namespace}`,
    '--field-selector=type!=helm.sh/release.v1',
    '--ignore-not-found=true',
    `-o=jsonpath=${template}`,
  ];
  const result = await ask(`cannot look for certificates in namespace ${namespace}`, ['get', 'secrets', ...options]);
  return splitLines(result.stdout).map((line) => {
    const [name = '', type = '', data = ''] = line.split('\t');
    return [`${namespace}/${name}`, { type, certificate: Buffer.from(data, 'base64').toString('utf8') }];
  });
}
