import { fieldAt, textField } from '../../kube/object-fields.ts';
import { KnownError } from '../../errors.ts';
import type { ReleaseName } from '../../model/changes.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import type { ProjectFiles } from '../files/files.ts';
import { parseJson } from '../../kube/json-answer.ts';
import { lookUpProcess, markProcess, parseProcessMark } from '../files/process-mark.ts';
import { isTransient } from '../exec/tool-failure.ts';

/** Beside the lock, and no more a part of the project than it: one file for each release, so that nobody waits for another. */
const folder = '.ingress-tls/helm';

const journalVersion = 1;

/** Where a run of ours works: its entries say nothing about another machine or another cluster. */
export interface JournalPlace {
  readonly hostname: string;
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
}

export interface JournalSettings {
  readonly files: ProjectFiles;
  readonly place: JournalPlace;
  readonly now: () => Date;
}

/** A helm that this project started, and of whose end nobody made a note: it runs on, or it was killed. */
export interface HelmEntry extends ReleaseName {
  readonly pid: number;
  /** When it was started, in seconds since 1970. */
  readonly startedAt: number;
  readonly isRunning: boolean;
}

/**
 * Notes each helm that changes a release while it runs. After a kill -9 the next run knows from it whether that helm is still at
 * work, and that nobody else's helm left the release pending.
 */
export function withHelmJournal(exec: Exec, settings: JournalSettings): Exec {
  return {
    async run(command, options) {
      const path =
        command.effect === 'read' || command.release === undefined ? undefined : journalPath(command.release);
      if (path === undefined) return exec.run(command, options);
      const result = await exec.run(command, {
        ...options,
        onStart: (pid) => {
          options.onStart?.(pid);
          write(settings, path, pid);
        },
      });
      if (endedByItself(result)) remove(settings.files, path);
      return result;
    },
  };
}

/** What is noted of helms that go to this cluster; a file that makes no sense is as good as none. */
export function readHelmJournal(files: ProjectFiles, place: JournalPlace): readonly HelmEntry[] {
  return files.list(folder).flatMap((path) => readEntry(files, path, place) ?? []);
}

/** Forgets what was noted of a release. */
export function dropHelmEntry(files: ProjectFiles, subject: ReleaseName): void {
  const path = journalPath(subject);
  if (path !== undefined) remove(files, path);
}

/**
 * Whether helm has put down itself how it ended. One that lost the API server could not, and one that was killed did not: the
 * release may be pending, and by our own doing.
 */
function endedByItself(result: ToolResult): boolean {
  return result.stillRunning === undefined && result.exitCode !== undefined && !isTransient(result);
}

/** Undefined for names that are none: a file name is made of them. */
function journalPath({ namespace, name }: ReleaseName): string | undefined {
  const isName = (text: string): boolean => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text);
  return isName(namespace) && isName(name) ? `${folder}/${namespace}.${name}.json` : undefined;
}

function write({ files, place, now }: JournalSettings, path: string, pid: number): void {
  const startedAt = Math.floor(now().getTime() / 1000);
  const entry = { version: journalVersion, pid, startedAt, ...place, ...markProcess(pid) };
  unlessRefused(() => {
    files.writeAtomic(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  });
}

function remove(files: ProjectFiles, path: string): void {
  unlessRefused(() => {
    if (files.remove(path)) files.removeEmptyFolders([path]);
  });
}

/** helm is at work, and its end matters more than the note of it: without one the next run waits a while, that is all. */
function unlessRefused(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
  }
}

function readEntry(files: ProjectFiles, path: string, place: JournalPlace): HelmEntry | undefined {
  const [, namespace, name] = /^([^.]+)\.([^.]+)\.json$/.exec(path.slice(folder.length + 1)) ?? [];
  if (namespace === undefined || name === undefined || journalPath({ namespace, name }) !== path) return undefined;
  const value = parseJson(files.readText(path) ?? '');
  const [pid, startedAt] = [fieldAt(value, 'pid'), fieldAt(value, 'startedAt')];
  if (fieldAt(value, 'version') !== journalVersion || !isCount(pid) || !isCount(startedAt)) return undefined;
  const isHere = (['hostname', 'context', 'server'] as const).every((key) => textField(value, key) === place[key]);
  if (!isHere) return undefined;
  const sight = lookUpProcess(
    { pid, hostname: place.hostname, since: startedAt * 1000, ...parseProcessMark(value) },
    place.hostname,
  );
  return typeof sight === 'string' ? { namespace, name, pid, startedAt, isRunning: sight === 'running' } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
