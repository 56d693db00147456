import { fieldAt, textField } from '../../../src/kube/object-fields.ts';
import { printable } from '../../../src/text/escape.ts';

/** Why a condition of this type is not True, in a few words; undefined where it is. */
export function findLack(conditions: readonly unknown[], type: string): string | undefined {
  const condition = conditions.find((each) => textField(each, 'type') === type);
  if (fieldAt(condition, 'status') === 'True') return undefined;
  return condition === undefined
    ? `nothing says ${type}`
    : printable(`not ${type}: ${textField(condition, 'reason') ?? 'no reason'}`);
}
