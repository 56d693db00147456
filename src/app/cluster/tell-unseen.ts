import type { Notice } from '../../model/notice.ts';
import { acknowledge } from '../../project/acknowledged.ts';
import { controllerExpected, noteNeeds } from '../../project/expected-controller.ts';
import type { Project } from '../project.ts';
import type { ClusterFacts } from './facts.ts';

/** The same notices where a cluster was looked at: of what has to be there those that are about what nobody could look up. */
export function tellUnseen(
  notices: readonly Notice[],
  { config }: Pick<Project, 'config'>,
  { controller, hasSeenGuards }: Pick<ClusterFacts, 'controller' | 'hasSeenGuards'>,
): readonly Notice[] {
  return notices.flatMap((notice) => {
    if (notice.code === controllerExpected && controller !== undefined)
      return acknowledge(noteNeeds(config, controller.open), config);
    return notice.code === 'secret-expected' && hasSeenGuards === true ? [] : [notice];
  });
}
