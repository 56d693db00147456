import type { JsonObject, JsonValue } from '../model/json.ts';

/** One value of a chart. values.yaml, values.schema.json and the README's table are all made from the list of these. */
export interface ChartValueEntry {
  /** Dotted path below .Values. */
  readonly path: string;
  readonly value: JsonValue;
  /** What it is for: one sentence or two, printed behind its path. */
  readonly comment: string;
  /** JSON Schema of the value; absent: what can be told from the value. */
  readonly schema?: JsonObject;
}

/** Entries by the segments of their paths, in the order in which they came. */
export type ValueTree = ReadonlyMap<string, ChartValueEntry | ValueTree>;
type GrowingTree = Map<string, ChartValueEntry | GrowingTree>;

/** Computes something of a value once: of a thousand charts nearly all values are the same objects, see chart-values.ts. */
export function onceForEntry<Result>(compute: (entry: ChartValueEntry) => Result): (entry: ChartValueEntry) => Result {
  const known = new WeakMap<ChartValueEntry, { readonly result: Result }>();
  return (entry) => {
    const found = known.get(entry);
    if (found !== undefined) return found.result;
    const result = compute(entry);
    known.set(entry, { result });
    return result;
  };
}

const readSections = onceForEntry(({ path }) => {
  if (!camelCasePath.test(path)) throw new Error(`chart value ${JSON.stringify(path)}: not a camelCase path`);
  return path.split('.');
});

const camelCasePath = /^[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*$/;

/**
 * Puts entries into the tree that values.yaml shows. The same path may come several times with the same value (a host in
 * `rules` and in `tls`): the first one's comment stays.
 * Throws Error, a bug of who made the entries, when a path is not camelCase, has two values, or goes through another's value.
 */
export function valueTree(entries: readonly ChartValueEntry[]): ValueTree {
  const root: GrowingTree = new Map();
  for (const entry of entries) {
    const sections = readSections(entry);
    const last = sections.at(-1) ?? '';
    let parent = root;
    for (let depth = 0; depth < sections.length - 1; depth += 1)
      parent = branch(parent, sections[depth] ?? '', entry.path);
    const present = parent.get(last);
    if (present === undefined) parent.set(last, entry);
    else if (present instanceof Map || JSON.stringify(present.value) !== JSON.stringify(entry.value)) {
      throw new Error(`chart value ${entry.path}: given twice, with different values`);
    }
  }
  return root;
}

function branch(tree: GrowingTree, name: string, path: string): GrowingTree {
  const present = tree.get(name);
  if (present instanceof Map) return present;
  if (present !== undefined) throw new Error(`chart value ${path}: ${present.path} is a value, not a section`);
  const grown: GrowingTree = new Map();
  tree.set(name, grown);
  return grown;
}

export function isEntry(node: ChartValueEntry | ValueTree): node is ChartValueEntry {
  return !(node instanceof Map);
}

/** The entries of a tree, in its order. */
export function treeEntries(tree: ValueTree): readonly ChartValueEntry[] {
  const entries: ChartValueEntry[] = [];
  appendEntries(entries, tree);
  return entries;
}

function appendEntries(entries: ChartValueEntry[], tree: ValueTree): void {
  for (const child of tree.values()) {
    if (isEntry(child)) entries.push(child);
    else appendEntries(entries, child);
  }
}
