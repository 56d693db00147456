import { inspectCertificate } from '../certs/inspect.ts';
import { isIssuedBy, isPair, parsePrivateKey } from '../certs/key-pair.ts';
import { digestText } from '../kube/digest.ts';
import type { Observed, ObservedPair } from '../model/observed.ts';
import type { ObjectFromFiles } from '../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { createMemory, type Memory } from './memory.ts';
import { printData, readOwnData } from './object-text.ts';
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
  /** Files that are made from certificates. */
  readonly objects: readonly { readonly path: string; readonly content: ObjectFromFiles }[];
}

interface Memories {
  readonly pairs: Memory<ObservedPair>;
  readonly objectDigests: Memory<string>;
}

/** A run looks twice, and what certificates say and objects look like takes longer to find out than to read them again. */
const memories = new WeakMap<ProjectFiles, Memories>();

/**
 * Looks at the project folder: digests, certificates, whether keys fit. Keys are read, but nothing of them is returned. A
 * second look at the same files takes a fraction of the time, and sees what was saved meanwhile.
 *
 * @throws UsageError for a certificate or key that cannot be read as one.
 */
export function observeProject(files: ProjectFiles, request: ObserveRequest): Observed {
  const memory = memories.get(files) ?? { pairs: createMemory<ObservedPair>(), objectDigests: createMemory<string>() };
  memories.set(files, memory);
  const recorded = readState(files);
  const digests = new Map<string, string>();
  for (const path of new Set([...request.paths, ...recorded.keys()])) {
    const digest = files.digestAgain(path);
    if (digest !== undefined) digests.set(path, digest);
  }
  const pairs = new Map<string, ObservedPair>();
  for (const { certificate, key, issuer } of request.pairs) {
    const pair = observePair(files, { certificate, key, issuer }, memory.pairs);
    if (pair !== undefined) pairs.set(certificate, pair);
  }
  const objectDigests = new Map<string, string>();
  for (const { path, content } of request.objects) {
    const data = readOwnData(content, files);
    if (data === undefined) continue;
    const from = [content.object, data].map((part) => JSON.stringify(part));
    objectDigests.set(path, memory.objectDigests.recall(path, from, () => digestText(printData(content, data))));
  }
  return { digests, objectDigests, pairs, recorded, gitignore: files.readText('.gitignore') };
}

interface PairPlaces {
  readonly certificate: string;
  readonly key: string;
  readonly issuer: string | undefined;
}

function observePair(files: ProjectFiles, places: PairPlaces, memory: Memory<ObservedPair>): ObservedPair | undefined {
  const certificate = files.readText(places.certificate);
  const key = files.readText(places.key);
  if (certificate === undefined && key === undefined) return undefined;
  const issuer = places.issuer === undefined ? undefined : files.readText(places.issuer);
  return memory.recall(places.certificate, [certificate, key, issuer, places.key], () => judgePair({ certificate, key, issuer }, places));
}

interface PairTexts {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly issuer: string | undefined;
}

function judgePair({ certificate, key, issuer }: PairTexts, places: PairPlaces): ObservedPair {
  if (key !== undefined && certificate === undefined) parsePrivateKey(key, places.key);
  return {
    hasKey: key !== undefined,
    ...(certificate === undefined ? {} : { certificate: inspectCertificate(certificate, places.certificate) }),
    ...(certificate === undefined || key === undefined ? {} : { matches: isPair(certificate, key, places.key) }),
    ...(certificate === undefined || issuer === undefined ? {} : { issuedByAuthority: isIssuedBy(certificate, issuer) }),
  };
}
