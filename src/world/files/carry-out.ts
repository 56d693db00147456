import { derivePublicKey } from '../../certs/key-pair.ts';
import { InternalError, UsageError } from '../../errors.ts';
import { digestText } from '../../kube/digest.ts';
import type { Observed, RecordedFiles } from '../../model/observed.ts';
import type { KeyType } from '../../model/config.ts';
import type { CertificateOrder, Plan, Step } from '../../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { generateKey } from '../keys.ts';
import { printMade, readPem } from './object-text.ts';
import { writeState } from './state.ts';

export interface CarryOutTools {
  readonly files: ProjectFiles;
  readonly now: Date;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Folder for backups of this run, relative to the project. */
  readonly backupFolder: string;
}

export interface CarriedOut {
  /** Backups of edited files that were replaced because the person forced it. */
  readonly backups: readonly string[];
}

interface PlannedWrite {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  readonly digest: string;
}

/**
 * Carries out the local steps of a plan: folders, keys, certificates, files.
 *
 * A kill at any moment leaves each file old or new, and the next run completes: keys come before their certificates,
 * and the digests of all that is about to be written are recorded first, so that a half-done run is not taken for edits.
 * Backups come before all of that, and their folders first: where none can be kept nothing is changed.
 */
export async function carryOut(plan: Plan, observed: Observed, tools: CarryOutTools): Promise<CarriedOut> {
  const { files } = tools;
  const { recorded } = observed;
  const keys = startKeys(plan.steps.filter((step) => step.kind === 'make-key'));
  const backups = new Set<string>();
  const prepareBackup = (path: string): (() => void) => {
    const backup = `${tools.backupFolder}/${path}`;
    const text = files.readText(path);
    if (text === undefined) return () => undefined;
    files.makeDirectory(backup.slice(0, backup.lastIndexOf('/')), 0o700);
    return () => {
      files.writeAtomic(backup, text, { mode: 0o600, durable: true });
      backups.add(backup);
    };
  };
  const edited = plan.steps.filter(
    (step) => 'change' in step && (step.change === 'replace-edited' || step.change === 'remove-edited'),
  );
  const keepEdited = edited.map(({ path }) => prepareBackup(path));
  // What git reads comes before the first key, so that no moment exists in which git would take one.
  const isForGit = (step: Step): boolean => step.kind === 'write-file' && step.path.startsWith('.git');
  for (const step of plan.steps) {
    if (step.kind === 'write-file' && isForGit(step))
      files.writeAtomic(step.path, step.content, { mode: 0o644, durable: true });
  }
  for (const keep of keepEdited) keep();
  for (const step of plan.steps) {
    if (step.kind === 'make-directory') files.makeDirectory(step.path, step.mode);
  }
  for await (const { path, text } of keys)
    files.writeAtomic(path, text, { mode: 0o600, durable: true, exclusive: true });
  for (const step of plan.steps) {
    if (step.kind !== 'issue-certificate') continue;
    const certificate = await issue(step, readRequired(files, step.keyPath), tools);
    files.writeAtomic(step.path, certificate, { mode: 0o644, durable: true, exclusive: true });
  }

  const writes = plan.steps.flatMap((step) => (isForGit(step) ? [] : materialize(step, files)));
  const removals = plan.steps.filter((step) => step.kind === 'remove-file');
  if (writes.length > 0) writeState(files, recordWrites(recorded, writes, 'before'));

  // Somebody may have saved a file since it was looked at.
  const isEditedSince = (path: string): boolean => {
    const before = observed.digests.get(path);
    return before === undefined ? files.exists(path) : files.digest(path) !== before;
  };
  for (const [chart, group] of groupByChart(writes)) {
    if (chart !== '' && files.makeFilled(chart, group)) continue;
    for (const { path, content, mode } of group) {
      if (isEditedSince(path)) prepareBackup(path)();
      files.writeAtomic(path, content, { mode, durable: false });
    }
  }
  for (const step of removals) {
    if (isEditedSince(step.path)) prepareBackup(step.path)();
    files.remove(step.path);
  }
  if (removals.length > 0) files.removeEmptyFolders(removals.map(({ path }) => path));

  const written = new Set(writes.map(({ path }) => path));
  const removed = new Set(removals.map(({ path }) => path));
  const afterwards = new Map([...recordWrites(recorded, writes, 'after'), ...settle(plan, observed)]);
  // Whoever has the keys has these files: to forget them here would make them nobody's there.
  const withheld = new Set(plan.keyless.map(({ path }) => path));
  const stillThere = [...afterwards].filter(
    ([path]) =>
      written.has(path) || withheld.has(path) || (observed.digests.get(path) !== undefined && !removed.has(path)),
  );
  writeState(files, new Map(stillThere));
  return { backups: [...backups] };
}

/**
 * Starts making the keys at once, on other threads, and yields them in that order. A few are ahead of the reader: a
 * thousand services must not hold a thousand keys in memory.
 */
export function startKeys(
  wanted: readonly { readonly path: string; readonly keyType: KeyType }[],
): AsyncIterable<{ readonly path: string; readonly text: string }> {
  const start = ({ path, keyType }: (typeof wanted)[number]): Promise<{ path: string; text: string }> => {
    const key = generateKey(keyType).then((text) => ({ path, text }));
    // Who waits for it is told; where the run has ended before that, nobody is left to be told.
    key.catch(() => undefined);
    return key;
  };
  const started = wanted.slice(0, 8).map(start);
  return (async function* () {
    for (let next = started.length; started.length > 0; next += 1) {
      const first = started.shift();
      const following = wanted[next];
      if (following !== undefined) started.push(start(following));
      if (first !== undefined) yield await first;
    }
  })();
}

/** Copies a file that is about to be replaced, whosever eyes it is for, into the backups. @returns the copy's path. */
export function keepCopy(path: string, { files, backupFolder }: CarryOutTools): string {
  const backup = `${backupFolder}/${path}`;
  files.writeAtomic(backup, readRequired(files, path), { mode: 0o600, durable: true });
  return backup;
}

/** The text of a certificate. @param key text of its private key, @param above its issuer's certificate: neither need be in its place yet. */
export async function issue(
  order: CertificateOrder,
  key: string,
  { files, now, randomBytes }: CarryOutTools,
  above?: string,
): Promise<string> {
  // Most runs make none, and what makes them takes long to read.
  const { issueCertificate } = await import('../../certs/issue.ts');
  const issuer =
    order.issuer === undefined
      ? undefined
      : {
          certificate: above ?? readRequired(files, order.issuer.certificatePath),
          key: readRequired(files, order.issuer.keyPath),
        };
  return issueCertificate({
    request: order.request,
    publicKey: derivePublicKey(key, order.keyPath),
    signingKey: issuer?.key ?? key,
    ...(issuer === undefined ? {} : { issuer: issuer.certificate }),
    serialBytes: randomBytes(16),
    now,
  });
}

function materialize(step: Step, files: ProjectFiles): readonly PlannedWrite[] {
  if (step.kind !== 'write-file' && step.kind !== 'write-made') return [];
  const content = step.kind === 'write-file' ? step.content : printMade(step.content, files);
  if (content === undefined) throw new InternalError(`${step.path} is made from a file that does not exist`);
  const isSecret = step.kind === 'write-made' && 'object' in step.content && step.content.object.kind === 'Secret';
  const mode = isSecret ? 0o600 : 0o644;
  return [{ path: step.path, content, mode, digest: step.kind === 'write-file' ? step.digest : digestText(content) }];
}

/** By the folders of the charts that they go into; what goes elsewhere under the empty name. */
function groupByChart(writes: readonly PlannedWrite[]): ReadonlyMap<string, readonly PlannedWrite[]> {
  const groups = new Map<string, PlannedWrite[]>();
  for (const write of writes) {
    const chart = /^charts\/[^/]+(?=\/)/.exec(write.path)?.[0] ?? '';
    const group = groups.get(chart) ?? [];
    if (group.push(write) === 1) groups.set(chart, group);
  }
  return groups;
}

/** Before the writes, old and new versions count as ours; after them, only the new one. */
function recordWrites(
  recorded: RecordedFiles,
  writes: readonly PlannedWrite[],
  when: 'before' | 'after',
): RecordedFiles {
  const result = new Map(recorded);
  for (const { path, digest } of writes) {
    result.set(path, when === 'after' ? [digest] : [...(recorded.get(path) ?? []), digest]);
  }
  return result;
}

/**
 * What is to be recorded of files that are as they should be: that one version. A killed run has left two, and a lost
 * state file none.
 */
function settle({ unchanged }: Plan, { digests }: Observed): RecordedFiles {
  return new Map(
    unchanged.flatMap((path) => {
      const current = digests.get(path);
      return current === undefined ? [] : [[path, [current]] as const];
    }),
  );
}

export function readRequired(files: ProjectFiles, path: string): string {
  const text = readPem(files, path);
  if (text === undefined) {
    throw new UsageError(`cannot read ${path}: it is gone`, { remedy: 'Run the same command again.' });
  }
  return text;
}
