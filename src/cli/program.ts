import { Command, CommanderError, type Program } from './commander.ts';
import { exitCodes } from '../errors.ts';
import type { World } from '../world/world.ts';
import { terminalSize } from './output/terminal-size.ts';
import { defineAddService } from './commands/add-service.ts';
import { defineApply } from './commands/apply.ts';
import { defineClient } from './commands/client.ts';
import { defineCurl } from './commands/curl.ts';
import { defineDestroy } from './commands/destroy.ts';
import { defineDiff } from './commands/diff.ts';
import { defineDoctor } from './commands/doctor.ts';
import { defineExport } from './commands/export.ts';
import { defineGraph } from './commands/graph.ts';
import { defineInit } from './commands/init.ts';
import { defineList } from './commands/list.ts';
import { definePreview } from './commands/preview.ts';
import { defineRemoveService } from './commands/remove-service.ts';
import { defineRender } from './commands/render.ts';
import { defineRenew } from './commands/renew.ts';
import { defineRotateCa } from './commands/rotate-ca.ts';
import { defineSchema } from './commands/schema.ts';
import { defineStatus } from './commands/status.ts';
import { defineTrust } from './commands/trust.ts';
import { defineVerify } from './commands/verify.ts';
import { makeHarmless } from './output/harmless-text.ts';
import { addHelpDetails, parseNotEmpty } from './options.ts';
import type { Run } from './run-command.ts';
import { openSession } from './session.ts';

type Define = (program: Program, run: Run) => void;

/** In the order of the help. */
const definitions: Readonly<Record<string, Define>> = {
  init: defineInit,
  'add-service': defineAddService,
  'remove-service': defineRemoveService,
  list: defineList,
  graph: defineGraph,
  render: defineRender,
  renew: defineRenew,
  'rotate-ca': defineRotateCa,
  client: defineClient,
  export: defineExport,
  trust: defineTrust,
  apply: defineApply,
  diff: defineDiff,
  preview: definePreview,
  verify: defineVerify,
  status: defineStatus,
  curl: defineCurl,
  destroy: defineDestroy,
  doctor: defineDoctor,
  schema: defineSchema,
};

/** Parses the command line and runs the command; returns the exit code. Known failures are thrown, not printed. */
export async function runProgram(world: World): Promise<number> {
  let exitCode: number = exitCodes.done;
  const run: Run = async (command, options, load) => {
    const session = openSession(world, command.optsWithGlobals());
    const action = await load();
    try {
      exitCode = await action(session, options);
    } finally {
      session.stop.end();
    }
  };
  const program = createProgram(world, run);
  try {
    await program.parseAsync([...world.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    throw error;
  }
}

function createProgram(world: World, run: Run): Program {
  const program: Program = new Command('ingress-tls')
    // Before the subcommands are made, or they do not inherit it (commander@14.0.3 lib/command.js copyInheritedSettings).
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(makeHarmless(text)),
      writeErr: (text) => world.stderr.write(makeHarmless(text)),
      getOutHelpWidth: () => (world.stdout.isTTY ? terminalSize(world.stdout).columns : 80),
      getErrHelpWidth: () => (world.stderr.isTTY ? terminalSize(world.stderr).columns : 80),
    })
    .description(
      'Say where TLS ends for each HTTPS service; get the certificates, Secrets, charts and controller that do it.',
    )
    .version(world.version, '-V, --version', 'print the version')
    .option('-C, --directory <folder>', 'project folder (default: the current one)', parseNotEmpty)
    .option('--no-color', 'print without colours (also: NO_COLOR, TERM=dumb)')
    .helpCommand('help [command]', 'show help for a command')
    .showHelpAfterError('(add --help for the options and examples)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true });
  for (const define of definitionsFor(world.argv)) define(program, run);
  addHelpDetails(program, [
    ['ingress-tls init --domain example.test', 'start a project in this folder'],
    ['ingress-tls add-service svc7 --mode terminate', 'TLS ends at the controller'],
    ['ingress-tls add-service svc8 --mode reencrypt', 'and is opened again to the pod'],
    ['ingress-tls add-service svc9 --mode passthrough', 'TLS ends in the pod'],
    ['ingress-tls apply --dry-run', 'see every command first'],
    ['ingress-tls apply', 'bring it to the cluster'],
  ]);
  return program;
}

/** A command that is named first is all that is needed: no help and no error of one command tells of another. */
function definitionsFor([first = '']: readonly string[]): readonly Define[] {
  const named = Object.hasOwn(definitions, first) ? definitions[first] : undefined;
  return named === undefined ? Object.values(definitions) : [named];
}
