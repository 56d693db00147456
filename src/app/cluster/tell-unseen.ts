import { listExisting } from '../../cluster/existing-services.ts';
import { locateObject, printName } from '../../kube/object-index.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { Notice } from '../../model/notice.ts';
import { acknowledge } from '../../project/acknowledged.ts';
import { controllerExpected, noteNeeds } from '../../project/expected-controller.ts';
import type { Project } from '../project.ts';
import type { ClusterFacts } from './facts.ts';

/** The same notices where a cluster was looked at: of what has to be there, or cannot be made here, those that are about what nobody could look up. */
export function tellUnseen(
  notices: readonly Notice[],
  { config, desired }: Pick<Project, 'config' | 'desired'>,
  {
    controller,
    hasSeenGuards,
    hasSeenServices,
    live,
  }: Pick<ClusterFacts, 'controller' | 'hasSeenGuards' | 'hasSeenServices' | 'live'>,
): readonly Notice[] {
  const told = notices.flatMap((notice) => {
    if (notice.code === controllerExpected && controller !== undefined)
      return acknowledge(noteNeeds(config, controller.open), config);
    // Where the Secrets were read, what is said of the changes names those that stay as they are.
    const isTold =
      (notice.code === 'secret-expected' && hasSeenGuards === true) ||
      (notice.code === 'key-missing' && live !== undefined);
    return isTold ? [] : [notice];
  });
  return hasSeenServices === false ? [...told, ...acknowledge(noteUnseenServices(desired.services), config)] : told;
}

function noteUnseenServices(services: readonly PlannedService[]): readonly Notice[] {
  const names = new Set(listExisting(services).map(({ object }) => printName(locateObject(object))));
  return [
    {
      level: 'warning',
      code: 'services-unseen',
      message: `Your user may not look at Services, so nobody knows whether ${[...names].join(', ')} ${names.size === 1 ? 'is' : 'are'} there, with the port that routes lead to.`,
      remedy: 'Ask for the right to get Services there, or look with who has it.',
    },
  ];
}
