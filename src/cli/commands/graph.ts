import { Option, type Program } from '../commander.ts';
import type { Run } from '../run-command.ts';
import { addHelpDetails } from '../options.ts';

// Here and not in graph/: the drawings are loaded only when they are wanted.
const formats = ['text', 'mermaid', 'svg', 'html'] as const;

export function defineGraph(program: Program, run: Run): void {
  const command = program
    .command('graph')
    .description('draw where TLS begins and ends for each service, and by which certificates')
    .addOption(new Option('--format <format>', 'what to print').choices(formats).default('text'));
  addHelpDetails(command, [
    ['ingress-tls graph', 'on the terminal'],
    ['ingress-tls graph --format mermaid', 'for a ```mermaid block on GitHub or GitLab'],
    ['ingress-tls graph --format svg > tls.svg', 'a picture for a README'],
    ['ingress-tls graph --format html > tls.html', 'one page without links, to send or to print'],
  ]);
  command.action(async (options) => {
    await run(command, options, async () => (await import('../actions/graph.ts')).graph);
  });
}
