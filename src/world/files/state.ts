import { UsageError } from '../../errors.ts';
import type { RecordedFiles } from '../../model/observed.ts';
import type { ProjectFiles } from './files.ts';

const statePath = '.ingress-tls/state.json';
const stateVersion = 1;

/**
 * Reads what earlier runs recorded of the files that they wrote. It belongs into version control: without it a later run
 * cannot tell an edited file from a generated one, and keeps both.
 *
 * @throws UsageError when the file is not readable as a state file.
 */
export function readState(files: ProjectFiles): RecordedFiles {
  const text = files.readText(statePath);
  return text === undefined ? new Map() : parseState(text);
}

/** Writes the state, paths sorted and one in a line, so that version control sees small differences. Does nothing when the file says so already. */
export function writeState(files: ProjectFiles, recorded: RecordedFiles): void {
  const text = printState(recorded);
  if (files.readText(statePath)?.replaceAll('\r\n', '\n') === text) return;
  files.makeDirectory('.ingress-tls', 0o700);
  files.writeAtomic(statePath, text, { mode: 0o644, durable: true });
}

function printState(recorded: RecordedFiles): string {
  const sorted = [...recorded].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([path, digests]) => `  ${JSON.stringify(path)}: ${JSON.stringify(digests)}`);
  return `{\n "version": ${stateVersion},\n "files": {\n${lines.join(',\n')}\n }\n}\n`;
}

/** `"path": ["digest"]`, in one line or, as it was printed once, in several. */
const entry = /("(?:[^"\\\n]|\\.)*"):\s*(\[[^\][]*\])/g;

/** What git leaves where two branches changed the same place: gitattributes(5), conflict-marker-size. */
const mergeMark = /^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$/gm;

/**
 * Two branches that each add a service change the same place. What git makes of that, with `merge=union` or with the marks of a
 * conflict, is the lines of both, and that is what is true: a file that either of them wrote is ours. A comma may be missing or a path
 * stand there twice, so the entries are taken one by one.
 */
function parseState(text: string): RecordedFiles {
  const rest = text.replace(entry, '').replace(mergeMark, '').replace(/[\s,]/g, '');
  if (rest !== `{"version":${stateVersion}"files":{}}`) throw unreadable();
  const recorded = new Map<string, readonly string[]>();
  for (const [, name = '', list = ''] of text.matchAll(entry)) {
    const { path, digests } = parseEntry(name, list);
    recorded.set(path, [...new Set([...(recorded.get(path) ?? []), ...digests])]);
  }
  return recorded;
}

function parseEntry(name: string, list: string): { readonly path: string; readonly digests: readonly string[] } {
  try {
    const digests = JSON.parse(list) as readonly unknown[];
    if (digests.every((digest) => typeof digest === 'string')) return { path: JSON.parse(name) as string, digests };
  } catch {
    // Said below.
  }
  throw unreadable();
}

function unreadable(): UsageError {
  return new UsageError(`cannot read ${statePath}: it is no list of generated files of version ${stateVersion}`, {
    remedy: `restore ${statePath} from version control, or delete it: generated files that differ are then kept as if edited`,
  });
}
