import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { listNames } from './list-names.ts';

/** Says that controller.sharedWith has no effect under a profile whose controllers share nothing. */
export function noteUnusedSharing({ controller }: Config): readonly Notice[] {
  if (controller.sharedWith.length === 0) return [];
  return [
    {
      level: 'warning',
      code: 'sharedWith-unused',
      message:
        `controller.sharedWith (${listNames(controller.sharedWith)}) has no effect here: every controller of this profile has ` +
        'roles of its own.',
      remedy: 'Remove it, and give each controller a namespace of its own.',
      path: ['controller', 'sharedWith'],
    },
  ];
}
