import { runProgram } from './cli/program.ts';
import { reportFailure, reportLostOutput } from './cli/output/report-failure.ts';
import { createWorld } from './world/create-world.ts';
import { guardStandardStreams } from './world/standard-streams.ts';

/** Put in by scripts/build.js from package.json. */
declare const TOOL_VERSION: string;

/** Runs the program: builds the World, hands over to the command line, and turns whatever is thrown into an exit code. */
export async function main(process: NodeJS.Process): Promise<void> {
  const world = createWorld(process, { version: TOOL_VERSION, packageFolder: new URL('..', import.meta.url) });
  guardStandardStreams(process, (lost) => {
    process.exitCode = reportLostOutput(lost, world);
  });
  try {
    process.exitCode = await runProgram(world);
  } catch (error) {
    process.exitCode = reportFailure(error, world);
  }
}
