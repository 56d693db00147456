import { InvalidArgumentError, Option, type AnyCommand } from './commander.ts';
import { exitCodeMeanings } from '../errors.ts';
import { isHostName } from '../text/host-name.ts';
import type { ProbeAddress } from '../model/probe.ts';

// Which value an option gives is read from its flags and its parser; no type here says it again.

/** `--json`, where a command has a result for programs. */
export function jsonOption() {
  return new Option('--json', 'print the result as JSON');
}

/** `--yes` and `--no-input`, where a command may ask. */
export function yesOption() {
  return new Option('-y, --yes', 'take every default without asking');
}

export function noInputOption() {
  return new Option('--no-input', 'never ask: take the defaults, fail where there is none');
}

/** `--context` and `--kubeconfig`: how to reach the cluster. */
export function contextOption() {
  return new Option('--context <name>', 'context of the kubeconfig to use (default: the current one)').argParser(
    parseNotEmpty,
  );
}

export function kubeconfigOption() {
  return new Option('--kubeconfig <file>', 'kubeconfig to use (default: as kubectl does)').argParser(parseNotEmpty);
}

/** `--timeout`; the option's value is in seconds. */
export function timeoutOption(what: string) {
  return new Option('--timeout <duration>', what).argParser(parseDuration);
}

/** `--timeout` of a command that only asks; world/exec/exec.ts has the default. */
export function questionTimeoutOption() {
  return timeoutOption('how long each question to the cluster may take (default: 25s)');
}

/** `--take-over`: what to do on purpose when the project's domain is another one by now. */
export function takeOverOption() {
  return new Option(
    '--take-over <domain>',
    "take what was applied for this domain for the project's own: it had that domain before",
  ).argParser(parseDomain);
}

/** Also a domain as labels shorten it (kube/ownership.ts). */
function parseDomain(text: string): string {
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text))
    throw new InvalidArgumentError('Expected a domain such as example.test.');
  return text;
}

/** `--address`: where to connect, instead of what is found. */
export function addressOption() {
  return new Option(
    '--address <host:port>',
    'where to connect: 192.0.2.10:30092, [2001:db8::1]:443 (default: a running preview, else the cluster)',
  ).argParser(parseAddress);
}

/** What a variable that nobody has set leaves (`-C "$FOLDER"`) must not stand for what is used by default. */
export function parseNotEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a value; this one is empty.');
  return text;
}

/** A whole number, for options such as --port. */
export function parseWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

const secondsOfDay = 24 * 60 * 60;

/** Far above it a timer's milliseconds no longer fit 31 bits, and it fires at once. */
const longestWait = secondsOfDay;

/** How many of something at once. */
export function parseConcurrency(text: string): number {
  const number = parseWholeNumber(text);
  if (number < 1 || number > 64) throw new InvalidArgumentError('Expected 1 to 64.');
  return number;
}

/** A duration as helm takes it: 90s, 5m, 1h30m. Returns seconds. */
export function parseDuration(text: string): number {
  const match = /^(?=\d)(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected a duration such as 90s, 5m or 1h30m.');
  const [hours = 0, minutes = 0, whole = 0] = match.slice(1).map((digits: string | undefined) => Number(digits ?? 0));
  const seconds = hours * 3600 + minutes * 60 + whole;
  if (seconds === 0 || seconds > longestWait) throw new InvalidArgumentError('Expected 1s to 24h.');
  return seconds;
}

/** How far ahead to look: 30d, 12h. Returns seconds. */
export function parsePeriod(text: string): number {
  const [, digits = '', unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('Expected days or hours, such as 30d or 12h.');
  return Number(digits) * (unit === 'd' ? secondsOfDay : 3600);
}

/** HOST:PORT; an IPv6 address stands in brackets, as in a URL (RFC 3986, 3.2.2). */
function parseAddress(text: string): ProbeAddress {
  const [, bracketed, plain, digits = ''] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const isHost = bracketed === undefined ? isIpv4(host) || isHostName(host) : URL.canParse(`http://[${host}]/`);
  if (!isHost || port < 1 || port > 65_535)
    throw new InvalidArgumentError('Expected HOST:PORT, an IPv6 address in brackets.');
  return { host, port };
}

function isIpv4(host: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) && host.split('.').every((part) => Number(part) <= 255);
}

/** Adds examples and the exit codes to a command's help. */
export function addHelpDetails(command: AnyCommand, examples: readonly (readonly [string, string])[]): void {
  // One above the other: side by side they are wider than 80 columns.
  const exampleLines = examples.map(([line, what]) => `  # ${what}\n  $ ${line}`);
  const codeLines = exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padEnd(3)}  ${meaning}`);
  command.addHelpText('after', `\nExamples:\n${exampleLines.join('\n')}\n\nExit codes:\n${codeLines.join('\n')}`);
}
