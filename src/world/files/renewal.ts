import { isPair } from '../../certs/key-pair.ts';
import type { ProjectFiles } from './files.ts';

/**
 * Here, by its own path, waits a certificate whose key is about to take its place, until it does so itself. Two files cannot be replaced at
 * once: from the moment at which the new key is in its place this certificate is the right one, whatever lies beside the key. It is so by
 * nothing but that it fits, so that no mark can be wrong: not after a kill, nor where somebody has put back one of the files.
 * Below backup/, which git passes over.
 */
const waitingFolder = '.ingress-tls/backup/renewal';

const certificatePath = /^certs\/[^/]+\.crt$/;

/** A certificate and its key by their paths, or by their texts. */
interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** Where the certificate of that path is to be read: elsewhere only while its pair is renewed, and after a kill until the next run that writes. */
export function locateCertificate(files: ProjectFiles, path: string): string {
  if (!certificatePath.test(path)) return path;
  const waiting = `${waitingFolder}/${path}`;
  const text = files.readText(waiting);
  return text !== undefined && fits(text, files.readText(path.replace(/crt$/, 'key'))) ? waiting : path;
}

/** Puts a pair in the place of another. A kill at any moment leaves the old pair or the new one, as `locateCertificate` tells. */
export function replacePair(files: ProjectFiles, { certificate, key }: Pair, texts: Pair): void {
  const waiting = `${waitingFolder}/${certificate}`;
  files.writeAtomic(waiting, texts.certificate, { mode: 0o600, durable: true });
  files.writeAtomic(key, texts.key, { mode: 0o600, durable: true });
  putInPlace(files, waiting, certificate, texts.certificate);
}

/** Does the rest of what a killed run began; to be called while holding the lock. */
export function finishRenewals(files: ProjectFiles): void {
  for (const waiting of files.list(waitingFolder)) {
    const certificate = waiting.slice(waitingFolder.length + 1);
    const text = locateCertificate(files, certificate) === waiting ? files.readText(waiting) : undefined;
    putInPlace(files, waiting, certificate, text);
  }
}

function putInPlace(files: ProjectFiles, waiting: string, certificate: string, text: string | undefined): void {
  if (text !== undefined) files.writeAtomic(certificate, text, { mode: 0o644, durable: true });
  files.remove(waiting);
  files.removeEmptyFolders([waiting]);
}

function fits(certificate: string, key: string | undefined): boolean {
  try {
    return key !== undefined && isPair(certificate, key);
  } catch {
    // What is no pair at all is told by whoever reads it for its own sake.
    return false;
  }
}
