import { UsageError } from '../../errors.ts';
import { unlessForbidden } from '../../world/exec/tool-failure.ts';
import type { Project } from '../project.ts';
import type { ClusterTools } from './tools.ts';

/**
 * Refuses annotations that name a Secret which is not there, or lacks the key that the controller reads: it would serve nobody, or let all in.
 * @returns whether all of them could be looked at. @throws UsageError naming each; ToolError when kubectl or the cluster fails.
 */
export async function refuseMissingGuards({ kubectl }: ClusterTools, { desired }: Project): Promise<boolean> {
  const found = await Promise.all(
    desired.guards.map(async ({ service, annotation, namespace, name, key }) => {
      const secret = `${service}: Secret ${namespace}/${name} (${annotation})`;
      const answer = await unlessForbidden(async () => ({ keys: await kubectl.listSecretKeys(namespace, name) }));
      if (answer === undefined) return 'unseen' as const;
      const { keys } = answer;
      if (keys === undefined) return `${secret} is not there`;
      if (key !== undefined && !keys.includes(key))
        return `${secret} has no key ${key}, which the controller reads: it has ${keys.join(', ') || 'none'}`;
      return keys.length === 0 ? `${secret} is empty` : undefined;
    }),
  );
  const [first, ...others] = found.flatMap((why) => (why === undefined || why === 'unseen' ? [] : [why]));
  if (first !== undefined) {
    throw new UsageError(first, {
      details: others,
      remedy:
        'bring it to the cluster first, in a namespace that you make where there is none yet: kubectl create secret generic NAME ' +
        '--namespace NAMESPACE --from-file=KEY=FILE; or take the annotation out',
    });
  }
  return !found.includes('unseen');
}
