import type { FieldConflict } from '../model/changes.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { fieldAt, listField, textField } from './object-fields.ts';

/** Takes the list of field managers out of an object: it is longer than the object and no person reads it. */
export function dropManagedFields(object: KubeObject): KubeObject {
  const metadata = Object.entries(object.metadata).filter(([key]) => key !== 'managedFields');
  return { ...object, metadata: Object.fromEntries(metadata) as unknown as KubeObject['metadata'] };
}

/** Whether anybody but this manager set fields of an object; the status, which controllers write, does not count. */
export function hasOtherManagers(object: KubeObject, manager: string): boolean {
  return listField(object, 'metadata', 'managedFields').some(
    (entry) => textField(entry, 'manager') !== manager && textField(entry, 'subresource') !== 'status',
  );
}

/** Whether a manager set fields of an object. */
export function isManagedBy(object: KubeObject, manager: string): boolean {
  return listField(object, 'metadata', 'managedFields').some((entry) => textField(entry, 'manager') === manager);
}

/**
 * Whether a manager wrote an object by patches and never by server-side apply, as helm 3 does and as helm 4 goes on to do for a
 * release that helm 3 began (helm@4.1.4: helm upgrade --server-side=auto).
 */
export function isPatchedBy(object: KubeObject, manager: string): boolean {
  const own = listField(object, 'metadata', 'managedFields').filter((entry) => textField(entry, 'manager') === manager);
  return own.length > 0 && own.every((entry) => textField(entry, 'operation') === 'Update');
}

/** Whether a manager wrote a field by server-side apply, or anything at all; `path` as fieldsV1 has it: `f:spec`, `f:replicas`. */
export function hasApplied(object: KubeObject, manager: string, ...path: readonly string[]): boolean {
  return listField(object, 'metadata', 'managedFields').some(
    (entry) =>
      textField(entry, 'manager') === manager &&
      textField(entry, 'operation') === 'Apply' &&
      fieldAt(entry, 'fieldsV1', ...path) !== undefined,
  );
}

const head = /(?:^|[:\n] ?)conflicts? with "([^"\n]*)"([^\n:]*):(?: ([^\n]+)|((?:\n- [^\n]+)+))/g;

/**
 * Reads the conflicts from kubectl's words about one object:
 * `Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas`, or a list below each
 * manager when there are several.
 */
export function readConflicts(words: string): readonly FieldConflict[] {
  const begin = /Apply failed with \d+ conflicts?/.exec(words);
  if (begin === null) return [];
  return [...words.slice(begin.index + begin[0].length).matchAll(head)].map(([, manager = '', , field, list = '']) => ({
    manager,
    fields: field === undefined ? list.split('\n- ').slice(1) : [field],
  }));
}
