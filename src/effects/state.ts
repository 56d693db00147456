import { UsageError } from '../errors.ts';
import type { RecordedFiles } from '../model/observed.ts';
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
  if (text === undefined) return new Map();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable('it is not JSON');
  }
  if (!isRecord(value) || value['version'] !== stateVersion || !isRecord(value['files'])) {
    throw unreadable(`it is not of version ${stateVersion}`);
  }
  return new Map(Object.entries(value['files']).map(([path, digests]) => [path, parseDigests(digests)]));
}

/**
 * Writes the state, paths sorted so that version control sees small differences. Does nothing when it says what the file
 * says already; `known` is what it is known to say.
 */
export function writeState(files: ProjectFiles, recorded: RecordedFiles, known: RecordedFiles): void {
  if (hasSameVersions(recorded, known)) return;
  files.makeDirectory('.ingress-tls', 0o700);
  files.writeAtomic(statePath, printState(recorded), { mode: 0o644, durable: true });
}

function hasSameVersions(a: RecordedFiles, b: RecordedFiles): boolean {
  if (a.size !== b.size) return false;
  for (const [path, versions] of a) {
    if (b.get(path)?.join() !== versions.join()) return false;
  }
  return true;
}

function printState(recorded: RecordedFiles): string {
  const sorted = [...recorded].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ version: stateVersion, files: Object.fromEntries(sorted) as unknown }, undefined, 1)}\n`;
}

function parseDigests(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((digest) => typeof digest === 'string')) throw unreadable('a file has no list of digests');
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(reason: string): UsageError {
  return new UsageError(`cannot read ${statePath}: ${reason}`, {
    remedy: `restore ${statePath} from version control, or delete it: generated files that differ are then kept as if edited`,
  });
}
