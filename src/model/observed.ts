import type { CertificateFacts, ChainFacts } from './certificate.ts';

/** What the project folder holds, as far as a plan needs to know: digests and certificates, never a key. */
export interface Observed {
  readonly digests: FileDigests;
  /**
   * SHA-256 of what each file made from certificates would hold now; absent while one of them does not exist. A Secret's
   * text is too unguessable for its digest to tell anything.
   */
  readonly madeDigests: ReadonlyMap<string, string>;
  /** Key pairs in certs/ by the path of the certificate; absent: neither certificate nor key exists. */
  readonly pairs: ReadonlyMap<string, ObservedPair>;
  /** Certificates of authorities that a person named, by path: those that are there. */
  readonly authorities: ReadonlyMap<string, ObservedAuthority>;
  /** What earlier runs recorded of the files that they wrote. */
  readonly recorded: RecordedFiles;
  /** Present content of the files that git reads, those that exist; path -> text. */
  readonly gitFiles: ReadonlyMap<string, string>;
}

/** Files as they were when it was first asked for them. A Map is one. */
export interface FileDigests {
  /** SHA-256 (hexadecimal) of a file, CRLF counted as LF; undefined: it is not there. */
  get(path: string): string | undefined;
  /** Paths of the files that were there. */
  keys(): Iterable<string>;
}

export interface ObservedPair {
  readonly certificate?: CertificateFacts;
  readonly hasKey: boolean;
  /** Whether this program made the certificate, by its form; absent where there is none. */
  readonly hasOwnForm?: boolean;
  /** How far another authority has taken the place of this one; absent: none is about to. */
  readonly succession?: 'trusting' | 'issuing';
  /** Whether it is of the authority whose place another one takes; absent where none does. */
  readonly isOfFormer?: boolean;
  /** Whether key and certificate belong together; absent unless both exist. */
  readonly matches?: boolean;
  /** How the certificate leads to what verifies it; absent unless both exist. */
  readonly chain?: ChainFacts;
}

export interface ObservedAuthority {
  /** The first of the file. */
  readonly certificate: CertificateFacts;
  /** Whether one of the file signed itself: OpenSSL ends at no other. */
  readonly holdsAnchor: boolean;
}

/**
 * Path -> digests that a run wrote or was about to write; more than one only after a run was killed half-way.
 */
export type RecordedFiles = ReadonlyMap<string, readonly string[]>;
