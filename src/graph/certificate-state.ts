import { countDays, formatDate, judgeValidity, type ValidityPeriod } from '../certs/validity.ts';
import type { ChainFacts } from '../model/certificate.ts';
import type { ObservedPair } from '../model/observed.ts';
import type { DesiredPair } from '../project/desired-pairs.ts';
import type { GraphCertificate } from './graph.ts';

/** What was found of a desired pair, and which of the names that it must cover its certificate does not. */
export interface FoundPair extends ObservedPair {
  readonly uncovered: readonly string[];
}

/** By the path of the certificate; absent: neither certificate nor key exists. */
export type FoundPairs = ReadonlyMap<string, FoundPair>;

/** Describes a certificate, with everything that keeps a connection from being made by it. */
export function buildCertificate(pair: DesiredPair, found: FoundPairs, now: Date): GraphCertificate {
  const { certificate: path } = pair.paths;
  const facts = found.get(path)?.certificate;
  return {
    path,
    names: facts?.dnsNames ?? [],
    isAuthority: pair.request.usage === 'authority',
    ...(facts === undefined
      ? {}
      : {
          expires: facts.notAfter,
          validity: judgeValidity(facts, now),
          daysLeft: countDays(now, facts.notAfter),
        }),
    issuer: nameIssuer(pair, found.get(path)),
    problems: listProblems(pair, found, now),
  };
}

function nameIssuer({ authority }: DesiredPair, found: FoundPair | undefined): string {
  const facts = found?.certificate;
  if (authority !== undefined && found?.chain?.lacks === undefined) return authority;
  return facts === undefined || facts.subject === facts.issuer ? 'itself' : facts.issuer;
}

function listProblems(pair: DesiredPair, found: FoundPairs, now: Date): readonly string[] {
  const pairFound = found.get(pair.paths.certificate);
  const facts = pairFound?.certificate;
  if (pairFound === undefined || facts === undefined) return ['missing'];
  // An authority's key is for issuing, and people keep it elsewhere with good reason.
  const isKeyNeeded = pair.request.usage !== 'authority';
  return [
    ...judgeDates(facts, now),
    ...(isKeyNeeded && !pairFound.hasKey ? [`key ${pair.paths.key} is missing`] : []),
    ...(pairFound.matches === false ? [`key ${pair.paths.key} does not fit`] : []),
    ...tellChain(pair, pairFound.chain),
    ...(pair.issuer === undefined ? [] : judgeAuthority(pair.issuer.certificate, found, now)),
    ...tellUncovered(pairFound.uncovered),
    ...facts.limits.map(({ fact, refusedBy }) => `refused by ${refusedBy}: ${fact}`),
  ];
}

function tellChain({ authority }: DesiredPair, chain: ChainFacts | undefined): readonly string[] {
  if (chain === undefined) return [];
  const { lacks, breach, beginsWithLeaf } = chain;
  const end =
    authority === undefined ? `the certificate of ${lacks?.issuer ?? ''} is missing` : `does not lead to ${authority}`;
  return [
    ...(beginsWithLeaf ? [] : ['its file begins with the certificate of an authority']),
    ...(lacks === undefined ? [] : [end]),
    ...(breach === undefined ? [] : [breach]),
  ];
}

function judgeDates(period: ValidityPeriod, now: Date): readonly string[] {
  switch (judgeValidity(period, now)) {
    case 'expired':
      return [`expired on ${formatDate(period.notAfter, now)}`];
    case 'not-yet-valid':
      return [`not valid before ${formatDate(period.notBefore, now)}`];
    case 'valid':
    case 'expiring':
      return [];
  }
}

function judgeAuthority(path: string, found: FoundPairs, now: Date): readonly string[] {
  const facts = found.get(path)?.certificate;
  if (facts === undefined) return [`${path} is missing`];
  return judgeDates(facts, now).map((problem) => `${path} ${problem.replace(/^not valid/, 'is not valid')}`);
}

function tellUncovered([first, ...others]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  return [`does not cover ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`];
}
