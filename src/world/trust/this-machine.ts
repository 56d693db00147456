import { existsSync, readdirSync } from 'node:fs';
import { geteuid, platform } from 'node:process';
import type { World } from '../world.ts';
import type { Machine } from './stores.ts';

/** The machine on which the program runs. */
export function thisMachine({ environment }: Pick<World, 'environment'>): Machine & { readonly isRoot: boolean } {
  return {
    platform,
    home: environment['HOME'] ?? '',
    isRoot: geteuid?.() === 0,
    exists: existsSync,
    list: (folder) => {
      try {
        return readdirSync(folder);
      } catch {
        // Not there, or not for us to see.
        return [];
      }
    },
  };
}
