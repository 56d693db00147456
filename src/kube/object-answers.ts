import { isMap, textField } from './object-fields.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { listAt, parseJson } from './json-answer.ts';

/**
 * The objects in what kubectl prints with -o=json: a List, an object, or nothing.
 * @returns undefined when it is neither.
 */
export function readObjectAnswer(text: string): readonly KubeObject[] | undefined {
  if (text.trim() === '') return [];
  const answer = parseJson(text);
  const items = textField(answer, 'kind') === 'List' ? listAt(answer, 'items') : [answer];
  return items?.every(isKubeObject) === true ? items : undefined;
}

/** Whether an answer is an object with a name, as far as anybody may rely on. */
export function isKubeObject(value: unknown): value is KubeObject {
  return (
    isMap(value) &&
    [['apiVersion'], ['kind'], ['metadata', 'name']].every((path) => textField(value, ...path) !== undefined)
  );
}
