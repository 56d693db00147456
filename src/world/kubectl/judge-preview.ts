import { compareObjects } from '../../kube/compare-objects.ts';
import { dropManagedFields } from '../../kube/field-managers.ts';
import { nameObject } from '../../kube/object-identity.ts';
import type { ObjectChange } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { quoteRefusal } from './refusal-words.ts';

/** What the API server says of one object: how it would be, or kubectl's words about why it would not. */
export type Answer = { readonly merged: KubeObject } | { readonly words: string };

/** What would become of an object. Without an answer it could not be asked about, because its namespace is still to be made. */
export function judgePreview(object: KubeObject, live: KubeObject | undefined, answer: Answer | undefined): Omit<ObjectChange, 'conflicts'> {
  const known = { object: nameObject(object), ...(live === undefined ? {} : { before: dropManagedFields(live) }) };
  const created = { ...known, change: 'create', after: object } as const;
  if (answer === undefined) return created;
  if ('words' in answer) {
    const refusal = quoteRefusal(answer.words, object);
    return live === undefined ? { ...created, refusal } : { ...known, change: 'change', refusal };
  }
  const change = compareObjects(live, answer.merged);
  // What the server would make of a new object has a random address and every default: it is shown as it is sent.
  return change === 'create' ? created : { ...known, change, ...(change === 'change' ? { after: dropManagedFields(answer.merged) } : {}) };
}
