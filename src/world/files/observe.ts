import type { CertificateFacts } from '../../model/certificate.ts';
import { inspectCertificate } from '../../certs/inspect.ts';
import { isIssuedBy, isPair, parsePrivateKey } from '../../certs/key-pair.ts';
import { digestText } from '../../kube/digest.ts';
import type { FileDigests, Observed, ObservedPair } from '../../model/observed.ts';
import type { ObjectFromFiles } from '../../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { printObject, readPem } from './object-text.ts';
import { readState } from './state.ts';

/** A pair by the paths of its files. */
export interface PairToObserve {
  readonly certificate: string;
  readonly key: string;
  /** Path of the certificate of the authority that should have issued it. */
  readonly issuer?: string;
}

export interface ObserveRequest {
  readonly pairs: readonly PairToObserve[];
  /** Certificates of authorities that a person named. */
  readonly authorities: readonly string[];
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
  const objectDigests = new Map<string, string>();
  for (const { path, content } of request.objects) {
    const text = printObject(content, files);
    if (text !== undefined) objectDigests.set(path, digestText(text));
  }
  const authorities = new Map<string, CertificateFacts>();
  for (const path of request.authorities) {
    const pem = readPem(files, path);
    if (pem !== undefined) authorities.set(path, inspectCertificate(pem, path));
  }
  const gitFiles = new Map<string, string>();
  for (const path of request.gitFiles) {
    const text = files.readText(path);
    if (text !== undefined) gitFiles.set(path, text);
  }
  return {
    digests: createDigests(files),
    objectDigests,
    authorities,
    pairs: observePairs(files, request.pairs),
    recorded,
    gitFiles,
  };
}

/** Which files there may be is known only while they are printed, and nobody holds a thousand charts at once. */
function createDigests(files: ProjectFiles): FileDigests {
  const seen = new Map<string, string | undefined>();
  return {
    get(path) {
      if (!seen.has(path)) seen.set(path, files.digest(path));
      return seen.get(path);
    },
    keys: () => [...seen].flatMap(([path, digest]) => (digest === undefined ? [] : [path])),
  };
}

/**
 * Looks at pairs alone, by the paths of their certificates; those of which nothing is there are left out.
 *
 * @throws UsageError as observeProject.
 */
export function observePairs(files: ProjectFiles, wanted: readonly PairToObserve[]): ReadonlyMap<string, ObservedPair> {
  const pairs = new Map<string, ObservedPair>();
  // One stands above a thousand.
  const issuers = new Map(
    [...new Set(wanted.flatMap(({ issuer }) => issuer ?? []))].map((path) => [path, readPem(files, path)]),
  );
  for (const { certificate, key, issuer } of wanted) {
    const pair = observePair(files, certificate, key, issuer === undefined ? undefined : issuers.get(issuer));
    if (pair !== undefined) pairs.set(certificate, pair);
  }
  return pairs;
}

function observePair(
  files: ProjectFiles,
  certificatePath: string,
  keyPath: string,
  issuer: string | undefined,
): ObservedPair | undefined {
  const certificate = readPem(files, certificatePath);
  const key = readPem(files, keyPath);
  if (certificate === undefined && key === undefined) return undefined;
  if (key !== undefined && certificate === undefined) parsePrivateKey(key, keyPath);
  return {
    hasKey: key !== undefined,
    ...(certificate === undefined ? {} : { certificate: inspectCertificate(certificate, certificatePath) }),
    ...(certificate === undefined || key === undefined ? {} : { matches: isPair(certificate, key, keyPath) }),
    ...(certificate === undefined || issuer === undefined
      ? {}
      : { issuedByAuthority: isIssuedBy(certificate, issuer) }),
  };
}
