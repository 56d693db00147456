import { exitCodes, KnownError } from '../errors.ts';
import type { World } from '../effects/world.ts';
import { createStyle, wantsColor } from './style.ts';
import { wrapFor } from './wrap.ts';

/** Tells the person what failed and what to do; returns the exit code. */
export function reportFailure(error: unknown, world: Pick<World, 'stderr' | 'environment' | 'version' | 'argv'>): number {
  const style = createStyle(wantsColor(world.stderr, world.environment, !world.argv.includes('--no-color')));
  const write = (text: string): void => {
    world.stderr.write(`${text}\n`);
  };
  if (!(error instanceof KnownError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    write(stack);
    write(`${style.error('error:')} this is a bug in ingress-tls ${world.version}: please report it with the lines above`);
    return exitCodes.bug;
  }
  for (const detail of error.details) write(detail);
  write(wrapFor(world.stderr, `${style.error('error:')} ${error.message}`));
  if (error.remedy !== undefined) write(wrapFor(world.stderr, `${style.hint('next:')} ${error.remedy}`));
  return error.exitCode;
}
