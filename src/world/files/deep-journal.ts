import { UsageError } from '../../errors.ts';
import { fieldAt, textField } from '../../kube/object-fields.ts';
import type { ProjectFiles } from './files.ts';
import { parseJson } from '../../kube/json-answer.ts';

export const deepJournalPath = '.ingress-tls/verify-deep.json';

const journalVersion = 1;

/**
 * What `verify --deep` is about to change and has not put back yet. It says where, and neither what was there nor how to
 * reach it: whoever wrote a file into the folder must not decide which programs a kubeconfig starts.
 */
export interface DeepJournal {
  /** Manifest of the Secret: `secrets/ic3-svc8-upstream-ca.yaml`. */
  readonly secretPath: string;
  readonly target:
    { readonly kind: 'preview' } | { readonly kind: 'cluster'; readonly context: string; readonly server: string };
}

/** @throws UsageError when there is one that cannot be read: something may be broken, and nobody knows what. */
export function readDeepJournal(files: ProjectFiles): DeepJournal | undefined {
  const text = files.readText(deepJournalPath);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  const secretPath = textField(value, 'secretPath');
  const kind = textField(value, 'target', 'kind');
  const context = textField(value, 'target', 'context');
  const server = textField(value, 'target', 'server');
  if (fieldAt(value, 'version') === journalVersion && secretPath !== undefined) {
    if (kind === 'preview') return { secretPath, target: { kind } };
    if (kind === 'cluster' && context !== undefined && server !== undefined)
      return { secretPath, target: { kind, context, server } };
  }
  throw new UsageError(`cannot read ${deepJournalPath}, which says what a stopped verify --deep left broken`, {
    remedy: `delete it, then run ingress-tls render --force and ingress-tls apply, which bring the project's own Secrets`,
  });
}

/** On the disk when this returns: what follows may be the last thing that the machine does. */
export function writeDeepJournal(files: ProjectFiles, journal: DeepJournal): void {
  files.writeAtomic(deepJournalPath, `${JSON.stringify({ version: journalVersion, ...journal })}\n`, {
    mode: 0o600,
    durable: true,
  });
}

export function removeDeepJournal(files: ProjectFiles): void {
  if (files.remove(deepJournalPath)) files.removeEmptyFolders([deepJournalPath]);
}
