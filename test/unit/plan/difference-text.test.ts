import { expect, it } from 'vitest';
import type { Difference } from '../../../src/model/changes.ts';
import { abbreviateDifference, formatDifference } from '../../../src/cluster/difference-text.ts';

const object = { kind: 'Deployment', name: 'ic3-svc7', namespace: 'default' };

it.each<readonly [Difference, text: string, short: string]>([
  [{ about: 'absence' }, 'not applied', 'not applied'],
  [{ about: 'unwanted' }, 'no longer wanted (apply --prune)', 'no longer wanted (apply --prune)'],
  [{ about: 'revision-status', status: 'pending-upgrade' }, 'its last revision is pending-upgrade', 'release'],
  [{ about: 'revision-origin' }, 'its last revision was not made by apply', 'by others'],
  [{ about: 'chart' }, 'chart or values differ', 'chart'],
  [{ about: 'object', object, state: 'missing' }, 'Deployment ic3-svc7 is missing', 'missing Deployment'],
  [{ about: 'object', object, state: 'changed' }, 'Deployment ic3-svc7 was changed', 'Deployment changed'],
  [{ about: 'object', object, state: 'differs' }, 'Deployment ic3-svc7 differs', 'Deployment changed'],
  [{ about: 'object', object, state: 'goes' }, 'Deployment ic3-svc7 goes', 'Deployment ic3-svc7 goes'],
  [{ about: 'object', object, state: 'refused' }, 'Deployment ic3-svc7 is refused', 'Deployment ic3-svc7 is refused'],
])('says of %j: %s, in short: %s', (difference, text, short) => {
  expect(formatDifference(difference)).toBe(text);
  expect(abbreviateDifference(difference)).toBe(short);
});
