import { printable } from '../../text/escape.ts';
import { printName } from '../../kube/object-index.ts';
import type { AccessEntry } from '../../model/preview.ts';
import type { Style } from './style.ts';

/** The line of an access log for a person: time of the day here, host, what happened, where it went. */
export function printEntry(entry: AccessEntry, style: Style): string {
  const time = style.faint(entry.time.toTimeString().slice(0, 8));
  switch (entry.kind) {
    case 'request': {
      const { host, method, path, status, bytes, durationMs, backend, problem } = entry;
      const paint = status < 400 ? style.success : style.warning;
      const target = backend === undefined ? '' : ` -> ${cell(printName(backend))}`;
      return `${time} ${cell(host)} ${cell(method)} ${cell(withoutQuery(path))} ${paint(String(status))} ${printSize(bytes)} ${Math.round(durationMs)} ms${target}${tellProblem(problem, style)}`;
    }
    case 'connection': {
      const { host, bytesFromClient, bytesToClient, durationMs, backend, problem } = entry;
      return `${time} ${cell(host)} connection ${printSize(bytesFromClient)} in ${printSize(bytesToClient)} out ${Math.round(durationMs)} ms -> ${cell(printName(backend))}${tellProblem(problem, style)}`;
    }
    case 'refused':
      return `${time} ${cell(entry.host ?? '')} ${style.warning('refused:')} ${cell(entry.reason)}`;
  }
}

function tellProblem(problem: string | undefined, style: Style): string {
  return problem === undefined ? '' : ` ${style.warning(`(${cell(problem)})`)}`;
}

/** The same for programs. */
export function entryToJson(entry: AccessEntry): unknown {
  const { kind, time, ...rest } = entry;
  const texts = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      typeof value === 'string' ? cell(key === 'path' ? withoutQuery(value) : value) : (value as unknown),
    ]),
  );
  return { event: kind, time: time.toISOString(), ...texts };
}

/** `46 B`, `1.2 kB`, `1.1 GB`. */
function printSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}

/** What stands behind the question mark may be a token or a password. */
function withoutQuery(path: string): string {
  const mark = path.indexOf('?');
  return mark < 0 ? path : `${path.slice(0, mark)}?...`;
}

const longest = 200;

/** Text of a client, which must not steer the terminal or fill the screen. */
function cell(text: string): string {
  return text === '' ? '-' : printable(text, longest);
}
