import { InvalidArgumentError, Option, type Command } from 'commander';
import { exitCodeMeanings } from '../errors.ts';

/** `--json`, where a command has a result for programs. */
export function jsonOption(): Option {
  return new Option('--json', 'print the result as JSON');
}

/** `--yes` and `--no-input`, where a command may ask. */
export function addPromptOptions(command: Command): Command {
  return command
    .option('-y, --yes', 'take every default without asking')
    .option('--no-input', 'never ask: take the defaults, fail where there is none');
}

/** How to reach the cluster. */
export function addClusterOptions(command: Command): Command {
  return command
    .option('--context <name>', 'context of the kubeconfig to use (default: the current one)')
    .option('--kubeconfig <file>', 'kubeconfig to use (default: as kubectl does)');
}

/** `--timeout`; the option's value is in seconds. */
export function timeoutOption(what: string): Option {
  return new Option('--timeout <duration>', what).argParser(parseDuration).default(300, '5m');
}

/** A whole number, for options such as --port. */
export function parseWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

/** Seconds in a day; far above it a timer's milliseconds no longer fit 31 bits, and it fires at once. */
const longestWait = 24 * 60 * 60;

/** A duration as helm takes it: 90s, 5m, 1h. Returns seconds. */
function parseDuration(text: string): number {
  const match = /^(\d{1,6})(s|m|h)$/.exec(text);
  const unit = match?.[2];
  if (match === null || unit === undefined) throw new InvalidArgumentError('Expected a duration such as 90s, 5m or 1h.');
  const seconds = Number(match[1]) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h'];
  if (seconds === 0 || seconds > longestWait) throw new InvalidArgumentError('Expected 1s to 24h.');
  return seconds;
}

/** Adds examples and the exit codes to a command's help. */
export function addHelpDetails(command: Command, examples: readonly (readonly [string, string])[]): Command {
  // One above the other: side by side they are wider than 80 columns.
  const exampleLines = examples.map(([line, what]) => `  # ${what}\n  $ ${line}`);
  const codeLines = exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padEnd(3)}  ${meaning}`);
  return command.addHelpText('after', `\nExamples:\n${exampleLines.join('\n')}\n\nExit codes:\n${codeLines.join('\n')}`);
}
