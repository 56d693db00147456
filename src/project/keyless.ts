import type { Notice } from '../model/notice.ts';
import type { Observed } from '../model/observed.ts';
import type { KeylessObject } from '../model/plan.ts';
import type { DesiredProject } from './desired-project.ts';

/** Secrets of a certificate that is here without its key, as in the clone of a repository: keys are in none. */
export function findKeyless(
  { pairs, objects }: Pick<DesiredProject, 'pairs' | 'objects'>,
  observed: Observed,
): readonly KeylessObject[] {
  const missing = new Set(
    pairs.flatMap(({ paths }) => {
      const found = observed.pairs.get(paths.certificate);
      return found?.certificate === undefined || found.hasKey ? [] : [paths.key];
    }),
  );
  return objects.flatMap(({ path, content }) => {
    const keys = Object.values(content.data).filter((source) => missing.has(source));
    return keys.length === 0 ? [] : [{ path, content, keys }];
  });
}

/** One for all of them: a clone has none of a hundred keys. */
export function noteKeyless(keyless: readonly KeylessObject[]): readonly Notice[] {
  if (keyless.length === 0) return [];
  const count = keyless.length === 1 ? '1 Secret is' : `${keyless.length} Secrets are`;
  const why = keyless.length === 1 ? 'because its key is not here' : 'because their keys are not here';
  const named = keyless.map(({ path, keys }) => `${path} (${keys.join(', ')})`);
  return [
    {
      level: 'warning',
      code: 'key-missing',
      message: `${count} left out, ${why}: ${named.join(', ')}`,
      remedy:
        'apply leaves on the cluster what is there; to make it here, bring the key from where the certificate was made. ' +
        'Where a key is lost, move its certificate away to have a new pair made',
    },
  ];
}
