import type { World } from './effects/world.ts';

/** Put in by scripts/build.js from package.json. */
declare const TOOL_VERSION: string;

/** Runs the program: builds the World, hands over to the command line, and turns whatever is thrown into an exit code. */
export async function main(process: NodeJS.Process): Promise<void> {
  // A reader that has gone away (`ingress-tls list | head -1`) is no failure of ours.
  // What was begun is still finished.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const { createWorld } = await import('./effects/create-world.ts');
  const world: World = createWorld(process, { version: TOOL_VERSION, packageFolder: new URL('..', import.meta.url) });
  try {
    const { runProgram } = await import('./cli/program.ts');
    process.exitCode = await runProgram(world);
  } catch (error) {
    const { reportFailure } = await import('./cli/report-failure.ts');
    process.exitCode = reportFailure(error, world);
  }
}
