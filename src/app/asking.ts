import type { World } from '../world/world.ts';

/** How a command may find out what was not said on the command line. */
export interface Asking {
  readonly yes?: boolean;
  readonly input: boolean;
}

/**
 * Whether a person is there to answer. A terminal alone proves nothing: CI systems and `docker run -t` have one too.
 */
export function canAsk(world: Pick<World, 'stdin' | 'stderr' | 'environment'>, asking: Asking): boolean {
  const isCi = (world.environment['CI'] ?? '') !== '' && world.environment['CI'] !== 'false';
  return world.stdin.isTTY && world.stderr.isTTY && asking.input && asking.yes !== true && !isCi;
}
