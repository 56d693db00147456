import type { ClusterChanges } from '../model/changes.ts';

export interface ApplyNeeds {
  readonly changes: ClusterChanges;
  /** Whether a generated file was edited: apply refuses it unless told otherwise. */
  readonly isEdited: boolean;
}

/**
 * The apply that does not refuse what was found; undefined where the API server refuses something, or a key is not here to write it with: no
 * apply can mend that.
 */
export function neededApply(
  { changes: { objects, releases }, isEdited }: ApplyNeeds,
  ...more: readonly string[]
): string | undefined {
  const all = [...objects, ...releases.flatMap((release) => release.objects ?? [])];
  if (all.some(({ change, refusal, missingKeys }) => refusal !== undefined || (missingKeys && change !== 'unchanged')))
    return undefined;
  const isContested = all.some(({ conflicts }) => conflicts.length > 0);
  return [
    'ingress-tls apply',
    ...(isEdited ? ['--keep-edits'] : []),
    ...more,
    ...(isContested ? ['--force-conflicts'] : []),
  ].join(' ');
}
