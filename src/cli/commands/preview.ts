import { InvalidArgumentError, Option, type Program } from '../commander.ts';
import { addHelpDetails, parseWholeNumber } from '../options.ts';
import type { Run } from '../run-command.ts';

export function definePreview(program: Program, run: Run): void {
  const command = program
    .command('preview')
    .description('serve the rendered project on this machine, without a cluster, as the controller would')
    .option('--port <port>', 'port on 127.0.0.1; 0: any free one (default: controller.nodePort)', parsePort)
    .addOption(new Option('--json', 'print one JSON document a line: what is served, then the access log'));
  addHelpDetails(command, [
    ['ingress-tls preview', 'then, in another terminal: ingress-tls verify'],
    ['ingress-tls preview --port 0', 'on any free port'],
  ]);
  command.addHelpText(
    'after',
    "\nFor trying things, not for production: it listens on loopback only. It reloads\nwhen the project's files change. Plain HTTP that the controller redirects is on\na port of its own, the next one unless the file says which. Ctrl-C or SIGTERM\nends it, exit 0; a second one ends it at once.",
  );
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/preview.ts')).preview);
  });
}

function parsePort(text: string): number {
  const port = parseWholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('Expected 0 to 65535.');
  return port;
}
