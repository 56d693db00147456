import { parseAllDocuments, type Document, type Tags } from 'yaml';
import { UsageError } from '../errors.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { isMap, textField } from './object-fields.ts';

/** What Kubernetes makes JSON of has no dates, sets or bytes: such words stay text. */
const beyondJson: ReadonlySet<string> = new Set(
  ['binary', 'omap', 'pairs', 'set', 'timestamp'].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * Reads the objects of a YAML file by YAML 1.1, as Kubernetes and Helm do (a bare `on` is a boolean there). Empty documents are
 * left out.
 * @param origin what the text is, for errors: a path. No error repeats the text, which may hold a key.
 * @throws UsageError when it is no YAML, or a document is no Kubernetes object.
 */
export function parseObjects(text: string, origin: string): readonly KubeObject[] {
  const objects: KubeObject[] = [];
  for (const document of parseAsKubernetes(text)) {
    const [problem] = document.errors;
    if (problem !== undefined)
      throw unreadable(origin, `it is no YAML (${problem.code}, line ${lineOf(text, problem.pos[0])})`);
    const value: unknown = toJs(() => document.toJS() as unknown, origin);
    if (value === null || value === undefined) continue;
    if (!isObject(value)) throw unreadable(origin, 'a document in it has no apiVersion, kind or metadata.name');
    objects.push(value);
  }
  return objects;
}

/**
 * The documents of a file that a person keeps for kubectl, as kubectl reads YAML.
 * @returns undefined when it is no YAML.
 */
export function readDocuments(text: string): readonly unknown[] | undefined {
  const documents = parseAsKubernetes(text);
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  try {
    return documents.map((document) => toJs(() => document.toJS() as unknown, ''));
  } catch {
    return undefined;
  }
}

function parseAsKubernetes(text: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    prettyErrors: false,
    logLevel: 'silent',
    customTags: keepJson,
  });
  return Array.isArray(documents) ? documents : [];
}

function keepJson(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || !beyondJson.has(tag.tag));
}

/** Too many aliases are refused while values are made (yaml@2.9.1, maxAliasCount); one of what it stands in is no JSON. */
function toJs(make: () => unknown, origin: string): unknown {
  try {
    const value = make();
    JSON.stringify(value);
    return value;
  } catch {
    throw unreadable(origin, 'its aliases cannot be resolved');
  }
}

function isObject(value: unknown): value is KubeObject {
  const metadata = isMap(value) ? value['metadata'] : undefined;
  const namespace = isMap(metadata) ? metadata['namespace'] : undefined;
  return (
    ['apiVersion', 'kind'].every((key) => textField(value, key) !== undefined) &&
    textField(value, 'metadata', 'name') !== undefined &&
    (namespace === undefined || typeof namespace === 'string')
  );
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function unreadable(origin: string, why: string): UsageError {
  return new UsageError(`cannot read ${origin}: ${why}`, {
    remedy: 'ingress-tls render --force makes generated files anew and keeps a backup',
  });
}
