import { readPublicRoots } from '../net/public-roots.ts';

import { holdsAnchor, isIssuedBy, judgeChain } from '../../certs/chain.ts';
import { inspectCertificate } from '../../certs/inspect.ts';
import { isPair, parsePrivateKey } from '../../certs/key-pair.ts';
import { hasOwnForm } from '../../certs/own-form.ts';
import { readSuccession } from '../../certs/succession.ts';
import { digestText } from '../../kube/digest.ts';
import type { FileDigests, Observed, ObservedAuthority, ObservedPair } from '../../model/observed.ts';
import type { MadeFromFiles } from '../../model/plan.ts';
import type { ProjectFiles } from './files.ts';
import { printMade, readPem } from './object-text.ts';
import { readState } from './state.ts';

/** A pair by the paths of its files. */
export interface PairToObserve {
  readonly certificate: string;
  readonly key: string;
  /** How its chain is to be judged; absent: not at all, which takes no time. */
  readonly chain?: {
    /** Path of the certificate of the authority to which it should lead. */
    readonly authority?: string;
    /** What it is shown as; absent: to clients, as a server's. */
    readonly usage?: 'server' | 'client';
  };
}

export interface ObserveRequest {
  readonly pairs: readonly PairToObserve[];
  /** Certificates of authorities that a person named. */
  readonly authorities: readonly string[];
  /** Files that git reads, whose text matters. */
  readonly gitFiles: readonly string[];
  /** Files that are made from certificates. */
  readonly made: readonly { readonly path: string; readonly content: MadeFromFiles }[];
}

/**
 * Looks at the project folder: digests, certificates, whether keys fit. Keys are read, but nothing of them is returned.
 *
 * @throws UsageError for a certificate or key that cannot be read as one.
 */
export function observeProject(files: ProjectFiles, request: ObserveRequest): Observed {
  const recorded = readState(files);
  const madeDigests = new Map<string, string>();
  for (const { path, content } of request.made) {
    const text = printMade(content, files);
    if (text !== undefined) madeDigests.set(path, digestText(text));
  }
  const authorities = new Map<string, ObservedAuthority>();
  for (const path of request.authorities) {
    const pem = readPem(files, path);
    if (pem === undefined) continue;
    authorities.set(path, { certificate: inspectCertificate(pem, path), holdsAnchor: holdsAnchor(pem, path) });
  }
  const gitFiles = new Map<string, string>();
  for (const path of request.gitFiles) {
    const text = files.readText(path);
    if (text !== undefined) gitFiles.set(path, text);
  }
  return {
    digests: createDigests(files),
    madeDigests,
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
  const authorities = new Map(
    [...new Set(wanted.flatMap(({ chain }) => chain?.authority ?? []))].map((path) => [path, readTrusted(files, path)]),
  );
  for (const each of wanted) {
    const pair = observePair(files, each, authorities);
    if (pair !== undefined) pairs.set(each.certificate, pair);
  }
  return pairs;
}

/** What certificates should lead to, and which part of it is about to be replaced. */
interface Trusted {
  readonly pem: string;
  readonly former?: string;
}

function readTrusted(files: ProjectFiles, path: string): Trusted | undefined {
  const pem = readPem(files, path);
  if (pem === undefined) return undefined;
  const succession = readSuccession(pem);
  return { pem, ...(succession !== undefined && { former: succession.former }) };
}

function observePair(
  files: ProjectFiles,
  wanted: PairToObserve,
  authorities: ReadonlyMap<string, Trusted | undefined>,
  isFirstLook = true,
): ObservedPair | undefined {
  const { certificate: certificatePath, key: keyPath, chain } = wanted;
  const authority = chain?.authority;
  const certificate = readPem(files, certificatePath);
  const key = readPem(files, keyPath);
  if (certificate === undefined && key === undefined) return undefined;
  const trusted = authority === undefined ? undefined : authorities.get(authority);
  if (key !== undefined && certificate === undefined) parsePrivateKey(key, keyPath);
  if (certificate === undefined) return { hasKey: true };
  const facts = inspectCertificate(certificate, certificatePath);
  const matches = key === undefined ? undefined : isPair(certificate, key, keyPath);
  // Whoever renews a pair may have replaced it between the two looks.
  if (matches === false && isFirstLook) return observePair(files, wanted, authorities, false);
  const succession = readSuccession(certificate);
  return {
    hasKey: key !== undefined,
    certificate: facts,
    hasOwnForm: succession !== undefined || hasOwnForm(certificate),
    ...(succession !== undefined && { succession: succession.stage }),
    ...(trusted?.former !== undefined && { isOfFormer: isIssuedBy(certificate, trusted.former) }),
    ...(matches !== undefined && { matches }),
    ...(chain !== undefined &&
      (authority === undefined || trusted !== undefined) && {
        chain: judgeChain(
          certificate,
          trusted === undefined || authority === undefined
            ? { readPublicRoots }
            : { pem: trusted.pem, origin: authority },
          chain.usage,
        ),
      }),
  };
}
