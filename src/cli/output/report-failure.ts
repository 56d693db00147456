import { exitCodes, KnownError } from '../../errors.ts';
import { fileFailure, systemCode } from '../../world/files/file-failure.ts';
import type { LostOutput } from '../../world/standard-streams.ts';
import type { World } from '../../world/world.ts';
import { makeHarmless } from './harmless-text.ts';
import { createStyle, wantsColor } from './style.ts';
import { wrapFor } from './wrap.ts';

type Told = Pick<World, 'stderr' | 'environment' | 'version' | 'argv'>;

/** Tells the person what failed and what to do; returns the exit code. */
export function reportFailure(failure: unknown, world: Told): number {
  const style = createStyle(wantsColor(world.stderr, world.environment, !world.argv.includes('--no-color')));
  const write = (text: string): void => {
    world.stderr.write(`${makeHarmless(text)}\n`);
  };
  // Anything may meet them: node as it loads a part of ours is the first.
  const error = ['EMFILE', 'ENFILE'].includes(systemCode(failure) ?? '')
    ? fileFailure('cannot go on', failure)
    : failure;
  if (!(error instanceof KnownError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    write(stack);
    write(
      `${style.error('error:')} this is a bug in ingress-tls ${world.version}: please report it with the lines above`,
    );
    return exitCodes.bug;
  }
  for (const detail of error.details) write(detail);
  write(wrapFor(world.stderr, `${style.error('error:')} ${error.message}`));
  if (error.remedy !== undefined) write(wrapFor(world.stderr, `${style.hint('next:')} ${error.remedy}`));
  return error.exitCode;
}

/** Tells of output that could not be written by the stream that still can; returns the exit code. */
export function reportLostOutput(
  lost: readonly LostOutput[],
  { stdout, stderr, environment, version, argv }: Told & Pick<World, 'stdout'>,
): number {
  const [first, ...others] = lost;
  if (first !== undefined && others.length === 0) {
    const isHeard = first.stream === 'stdout';
    // A document for programs stays one.
    if (isHeard || !argv.includes('--json'))
      reportFailure(first.error, { stderr: isHeard ? stderr : stdout, environment, version, argv });
  }
  return exitCodes.tool;
}
