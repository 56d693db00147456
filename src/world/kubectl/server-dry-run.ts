import pLimit from 'p-limit';
import { existingNamespacesCommand, readLiveCommand, serverDryRunCommand } from '../../kube/dry-run-commands.ts';
import { compareObjects } from '../../kube/compare-objects.ts';
import { dropManagedFields, hasOtherManagers, isPatchedBy, readConflicts } from '../../kube/field-managers.ts';
import { isSameObject, nameObject } from '../../kube/object-identity.ts';
import type { ObjectChange } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { ToolCommand } from '../../model/plan.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import type { ClusterAccess } from './ask-kubectl.ts';
import { readObjectAnswer } from '../../kube/object-answers.ts';
import { divideObjects, halveObjects } from '../../kube/object-groups.ts';
import { isAboutObjects, quoteRefusal } from './api-server-words.ts';
import { explainFailure, findText, garbledAnswer, hasFailed } from '../exec/tool-failure.ts';

interface PreviewOptions {
  readonly fieldManager: string;
  /**
   * How the objects will be written. `server-side` (when absent): fields that others manage are conflicts. `patch`, as helm 3:
   * whatever differs is overwritten. `as-before`, as helm 4: by patches where this manager only ever patched an object.
   */
  readonly method?: 'server-side' | 'patch' | 'as-before';
  /** Namespaces that are known to be there. */
  readonly existingNamespaces?: ReadonlySet<string>;
}

/** What the API server says of one object: how it would be, or kubectl's words about why it would not. */
type Answer = { readonly merged: KubeObject } | { readonly words: string };

/** An object and what would become of it. */
interface Preview extends ObjectChange {
  /** Whether patches will write it: they leave alone what the API server does not know to be the manager's. */
  readonly isPatched: boolean;
}

/** Asks the API server what would become of objects. Nothing is stored, and nothing of an object is logged or in an error. */
export interface ServerDryRun {
  /**
   * In the order of the objects. `before` is the object as it is, its status included; `after` what was sent for one that is
   * created, and the API server's word for one that changes. One object's refusal hides no other's answer.
   * @throws ToolError when kubectl or the cluster fails.
   */
  preview(objects: readonly KubeObject[], options: PreviewOptions): Promise<readonly Preview[]>;
  /** Those of these objects that exist, as they are. @throws ToolError as above. */
  readLive(objects: readonly KubeObject[]): Promise<ReadonlyMap<KubeObject, KubeObject>>;
}

/** Each kubectl keeps a core busy while it starts. */
const atOnce = 4;

export function createServerDryRun(exec: Exec, { connection, requestTimeout }: ClusterAccess): ServerDryRun {
  const settings = { ...connection, requestTimeout };
  const limit = pLimit(atOnce);

  const run = (what: string, command: ToolCommand, objects: readonly KubeObject[] = []): Promise<ToolResult> =>
    limit(() => {
      // Concatenated JSON: a YAML reader would stumble over control characters that JSON lets pass.
      const stdin = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
      return exec.run(command, { what, extraMs: 1000 * objects.length, stdin });
    });
  // What came back may hold a Secret.
  const garbled = (what: string, result: ToolResult): Error =>
    garbledAnswer('kubectl', what, { ...result, stdout: '' });

  const findNamespaces = async (names: readonly string[]): Promise<ReadonlySet<string>> => {
    if (names.length === 0) return new Set();
    const what = 'cannot look for namespaces';
    const question = existingNamespacesCommand({ ...settings, names });
    const result = await run(what, question);
    if (hasFailed(result)) throw explainFailure(question, what, result);
    return new Set(result.stdout.split('\n').map((line) => line.slice(line.indexOf('/') + 1)));
  };

  const readGroup = async (group: readonly KubeObject[]): Promise<readonly (readonly [KubeObject, KubeObject])[]> => {
    const what = 'cannot read the objects on the cluster';
    const question = readLiveCommand(settings);
    const result = await run(what, question, group);
    if (result.isCut && group.length > 1) return (await Promise.all(halveObjects(group).map(readGroup))).flat();
    // A kind that the cluster does not know has no objects; the dry run says what is wrong.
    const isAnswered =
      result.exitCode === 0 ||
      (result.exitCode === 1 &&
        findText(result, 'unknown-kind') !== undefined &&
        findText(result, 'server-error') === undefined);
    if (!isAnswered || result.timedOut) throw explainFailure(question, what, result);
    const found = result.isCut ? undefined : readObjectAnswer(result.stdout);
    if (found === undefined) throw garbled(what, result);
    return group.flatMap((object) => {
      const live = found.find((candidate) => isSameObject(object, candidate));
      return live === undefined ? [] : [[object, live] as const];
    });
  };

  const askGroup = async (
    group: readonly KubeObject[],
    options: AskOptions,
  ): Promise<readonly (readonly [KubeObject, Answer])[]> => {
    const what = 'cannot ask the cluster what would change';
    const question = serverDryRunCommand({ ...settings, ...options });
    const result = await run(what, question, group);
    const again = (groups: readonly (readonly KubeObject[])[]): Promise<readonly (readonly [KubeObject, Answer])[]> =>
      Promise.all(groups.map((part) => askGroup(part, options))).then((answers) => answers.flat());
    if (result.isCut && group.length > 1) return again(halveObjects(group));
    if (!hasFailed(result)) {
      const merged = result.isCut ? undefined : readObjectAnswer(result.stdout);
      if (merged?.length !== group.length) throw garbled(what, result);
      return group.map((object, index) => {
        const answer = merged[index];
        if (answer === undefined || !isSameObject(object, answer)) throw garbled(what, result);
        return [object, { merged: answer }] as const;
      });
    }
    if (!isAboutObjects(result)) throw explainFailure(question, what, result);
    const [only] = group;
    if (only !== undefined && group.length === 1) return [[only, { words: result.stderr }]];
    // kubectl prints nothing of the others then, and its words do not name the object (kubectl@v0.35.0:pkg/cmd/apply/apply.go, Run).
    const suspects = await options.findSuspects(group);
    if (suspects.length === 0 || suspects.length === group.length) return again(halveObjects(group));
    return again([group.filter((object) => !suspects.includes(object)), ...suspects.map((object) => [object])]);
  };

  const readLive = async (objects: readonly KubeObject[]): Promise<ReadonlyMap<KubeObject, KubeObject>> =>
    new Map((await Promise.all(divideObjects(objects).map(readGroup))).flat());

  const askAll = async (
    objects: readonly KubeObject[],
    options: AskOptions,
  ): Promise<readonly (readonly [KubeObject, Answer])[]> =>
    (await Promise.all(divideObjects(objects).map((group) => askGroup(group, options)))).flat();

  return {
    readLive,

    async preview(objects, { fieldManager, method = 'server-side', existingNamespaces = new Set() }) {
      const reading = readLive(objects);
      const selectLive = async (
        fits: (found: KubeObject, manager: string) => boolean,
        group = objects,
      ): Promise<readonly KubeObject[]> => {
        const live = await reading;
        return group.filter((object) => {
          const found = live.get(object);
          return found !== undefined && fits(found, fieldManager);
        });
      };
      const findSuspects: AskOptions['findSuspects'] = (group) => selectLive(hasOtherManagers, group);
      const findPatched = async (): Promise<ReadonlySet<KubeObject>> =>
        new Set(method === 'server-side' ? [] : method === 'patch' ? objects : await selectLive(isPatchedBy));
      const usual = { fieldManager, force: false, findSuspects };
      const forced = { ...usual, force: true, findSuspects: () => Promise.resolve([]) };
      const patching = findPatched();
      const ask = async (): Promise<readonly (readonly [KubeObject, Answer])[]> => {
        const unsure = objects.flatMap(({ metadata: { namespace } }) =>
          namespace === undefined || existingNamespaces.has(namespace) ? [] : [namespace],
        );
        const there = new Set([...existingNamespaces, ...(await findNamespaces([...new Set(unsure)]))]);
        // Nothing can be asked about an object whose namespace is still to be made.
        const askable = objects.filter(
          ({ metadata: { namespace } }) => namespace === undefined || there.has(namespace),
        );
        const patched = await patching;
        const answers = await Promise.all([
          askAll(
            askable.filter((object) => !patched.has(object)),
            usual,
          ),
          askAll(
            askable.filter((object) => patched.has(object)),
            forced,
          ),
        ]);
        return answers.flat();
      };
      const [live, patched, kept] = await Promise.all([reading, patching, ask()]);
      const conflicts = new Map(
        kept.flatMap(([object, answer]) => {
          const found = 'words' in answer ? readConflicts(answer.words) : [];
          return found.length === 0 ? [] : [[object, found] as const];
        }),
      );
      const taken = await askAll([...conflicts.keys()], forced);
      const answers = new Map([...kept, ...taken]);
      return objects.map((object) => ({
        ...judgePreview(object, live.get(object), answers.get(object)),
        conflicts: conflicts.get(object) ?? [],
        isPatched: patched.has(object),
      }));
    },
  };
}

interface AskOptions {
  readonly fieldManager: string;
  readonly force: boolean;
  /** Those of the objects that a failure may be about. */
  readonly findSuspects: (group: readonly KubeObject[]) => Promise<readonly KubeObject[]>;
}

/** What would become of an object. Without an answer it could not be asked about, because its namespace is still to be made. */
function judgePreview(
  object: KubeObject,
  live: KubeObject | undefined,
  answer: Answer | undefined,
): Omit<ObjectChange, 'conflicts'> {
  const known = { object: nameObject(object), ...(live === undefined ? {} : { before: dropManagedFields(live) }) };
  const created = { ...known, change: 'create', after: object } as const;
  if (answer === undefined) return created;
  if ('words' in answer) {
    const refusal = quoteRefusal(answer.words, object);
    return live === undefined ? { ...created, refusal } : { ...known, change: 'change', refusal };
  }
  const change = compareObjects(live, answer.merged);
  // What the server would make of a new object has a random address and every default: it is shown as it is sent.
  return change === 'create'
    ? created
    : { ...known, change, ...(change === 'change' ? { after: dropManagedFields(answer.merged) } : {}) };
}
