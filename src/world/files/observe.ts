import { inspectCertificate } from '../../certs/inspect.ts';
import { isIssuedBy, isPair, parsePrivateKey } from '../../certs/key-pair.ts';
import { digestText } from '../../kube/digest.ts';
import type { Observed, ObservedPair } from '../../model/observed.ts';
import type { ObjectFromFiles } from '../../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { printObject, readPem } from './object-text.ts';
import { readState } from './state.ts';

export interface ObserveRequest {
  /** Files whose digest matters, besides those that earlier runs recorded. */
  readonly paths: readonly string[];
  readonly pairs: readonly {
    readonly certificate: string;
    readonly key: string;
    /** Path of the certificate of the authority that should have issued it. */
    readonly issuer?: string;
  }[];
  /** Files that git reads, whose text matters. */
  readonly gitFiles: readonly string[];
  /** Files that are made from certificates. */
  readonly objects: readonly { readonly path: string; readonly content: ObjectFromFiles }[];
}

/**
 * Looks at the project folder: digests, certificates, whether keys fit. Keys are read, but nothing of them is returned.
 *
 * @throws UsageError for a certificate or key that cannot be read as one.
 */
export function observeProject(files: ProjectFiles, request: ObserveRequest): Observed {
  const recorded = readState(files);
  const digests = new Map<string, string>();
  for (const path of new Set([...request.paths, ...recorded.keys()])) {
    const digest = files.digest(path);
    if (digest !== undefined) digests.set(path, digest);
  }
  const pairs = new Map<string, ObservedPair>();
  for (const { certificate, key, issuer } of request.pairs) {
    const pair = observePair(files, certificate, key, issuer);
    if (pair !== undefined) pairs.set(certificate, pair);
  }
  const objectDigests = new Map<string, string>();
  for (const { path, content } of request.objects) {
    const text = printObject(content, files);
    if (text !== undefined) objectDigests.set(path, digestText(text));
  }
  const gitFiles = new Map<string, string>();
  for (const path of request.gitFiles) {
    const text = files.readText(path);
    if (text !== undefined) gitFiles.set(path, text);
  }
  return { digests, objectDigests, pairs, recorded, gitFiles };
}

function observePair(files: ProjectFiles, certificatePath: string, keyPath: string, issuerPath: string | undefined): ObservedPair | undefined {
  const certificate = readPem(files, certificatePath);
  const key = readPem(files, keyPath);
  if (certificate === undefined && key === undefined) return undefined;
  const issuer = issuerPath === undefined ? undefined : readPem(files, issuerPath);
  if (key !== undefined && certificate === undefined) parsePrivateKey(key, keyPath);
  return {
    hasKey: key !== undefined,
    ...(certificate === undefined ? {} : { certificate: inspectCertificate(certificate, certificatePath) }),
    ...(certificate === undefined || key === undefined ? {} : { matches: isPair(certificate, key, keyPath) }),
    ...(certificate === undefined || issuer === undefined ? {} : { issuedByAuthority: isIssuedBy(certificate, issuer) }),
  };
}
