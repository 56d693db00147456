import type { Difference, ObjectDifference } from '../model/changes.ts';

/** Said of what the cluster has and the project does not bring. */
export const unwanted = 'no longer wanted (apply --prune)';

const objectStates: Readonly<Record<ObjectDifference['state'], string>> = {
  missing: 'is missing',
  changed: 'was changed',
  differs: 'differs',
  goes: 'goes',
  refused: 'is refused',
};

/** A difference in the words of summaries, of status and of --json, where scripts may have come to rely on them: `Deployment ic3-svc7 is missing`. */
export function formatDifference(difference: Difference): string {
  switch (difference.about) {
    case 'absence':
      return 'not applied';
    case 'unwanted':
      return unwanted;
    case 'revision-status':
      return `its last revision is ${difference.status}`;
    case 'revision-origin':
      return 'its last revision was not made by apply';
    case 'chart':
      return 'chart or values differ';
    case 'object':
      return `${difference.object.kind} ${difference.object.name} ${objectStates[difference.state]}`;
  }
}

/** The same in a word or two, where the service's name stands beside it: `missing Deployment`. */
export function abbreviateDifference(difference: Difference): string {
  switch (difference.about) {
    case 'absence':
    case 'unwanted':
      return formatDifference(difference);
    case 'revision-status':
      return 'release';
    case 'revision-origin':
      return 'by others';
    case 'chart':
      return 'chart';
    case 'object':
      return abbreviateObject(difference);
  }
}

function abbreviateObject(difference: ObjectDifference): string {
  const { kind } = difference.object;
  switch (difference.state) {
    case 'missing':
      return `missing ${kind}`;
    case 'changed':
    case 'differs':
      return `${kind} changed`;
    case 'goes':
    case 'refused':
      return formatDifference(difference);
  }
}
