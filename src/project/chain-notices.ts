import { formatDate } from '../certs/validity.ts';
import type { ChainFacts } from '../model/certificate.ts';
import type { Notice } from '../model/notice.ts';
import type { ObservedPair } from '../model/observed.ts';
import { quote } from '../text/escape.ts';
import type { DesiredPair } from './desired-pairs.ts';
import { noteMissingRoot } from './named-authorities.ts';
import { renewCommand, rotateCommand } from './places.ts';

/** What to do for another certificate in place of the one that is there. */
export function nameWayToAnother({ paths, isBrought }: DesiredPair): string {
  return isBrought === true
    ? `copy the right one to ${paths.certificate}, and its key to ${paths.key}`
    : `move ${paths.certificate} and ${paths.key} away to have a new pair made`;
}

/** What is wrong with a file that begins with another certificate than the one it is for; undefined where it does not. */
export function refuseDisorder(
  { paths, request }: DesiredPair,
  { beginsWithLeaf, order }: ChainFacts,
): Notice | undefined {
  const [first] = order ?? [];
  if (request.usage === 'authority' || beginsWithLeaf || order === undefined || first === undefined) return undefined;
  return {
    level: 'error',
    code: 'chain-order',
    message: `${paths.certificate} has to begin with the certificate of ${quote(first)}: what is first is shown as the server's or client's own`,
    remedy: nameOrder(paths.certificate, order),
  };
}

/** What keeps those to whom the certificate is shown from believing it, beside its own dates. */
export function judgeChain(
  pair: DesiredPair,
  { hasOwnForm, chain }: Pick<ObservedPair, 'hasOwnForm' | 'chain'>,
  now: Date,
): readonly Notice[] {
  if (chain === undefined) return [];
  const { certificate: path } = pair.paths;
  const { order, breach, soonest } = chain;
  const notices = [...judgeEnd(pair, chain, hasOwnForm === true && pair.isBrought !== true)];
  // A bundle of authorities is a set.
  if (order !== undefined && pair.request.usage !== 'authority') {
    notices.push({
      level: 'warning',
      code: 'chain-order',
      // RFC 5246, 7.4.2 demands it; RFC 8446, 4.4.2 says that clients should be prepared for another.
      message: `${path} has its certificates in an order that some clients refuse`,
      remedy: nameOrder(path, order),
    });
  }
  if (breach !== undefined) {
    notices.push({
      level: pair.foreignIssuer,
      code: 'certificate-issuer',
      message: `${path} is refused by whoever verifies it: ${breach}`,
      remedy: nameWayToAnother(pair),
    });
  }
  // Of the project's authorities it is said once, for themselves.
  if (soonest !== undefined && soonest.notAfter <= now && pair.issuer === undefined) {
    notices.push({
      level: 'warning',
      code: 'certificate-expired',
      message: `${path} leads over ${quote(soonest.subject)}, which expired on ${formatDate(soonest.notAfter, now)}`,
      remedy: `copy the certificates of today to ${[path, ...(pair.authority === undefined ? [] : [pair.authority])].join(' and ')}`,
    });
  }
  return notices;
}

/** @param isOurs whether the project made it, so that it can be renewed. */
function judgeEnd(pair: DesiredPair, { trustedBy, lacks }: ChainFacts, isOurs: boolean): readonly Notice[] {
  const { paths, issuer, authority, request, isBrought, foreignIssuer } = pair;
  const path = paths.certificate;
  if (trustedBy !== undefined || lacks === undefined) return [];
  const common = { level: foreignIssuer, code: 'certificate-issuer' } as const;
  if (request.usage === 'authority') {
    return [noteMissingRoot(foreignIssuer === 'error', path, lacks.issuer)];
  }
  if (issuer !== undefined && authority === issuer.certificate) {
    return [
      {
        ...common,
        message: `${path} was not issued by ${authority}, so whoever trusts that authority refuses it`,
        remedy: isOurs
          ? `${renewCommand(paths)} --all, then ingress-tls apply`
          : `${nameWayToAnother(pair)}${request.usage === 'server' ? ', or say certificate: {source: files, authority: FILE} of it in ingress-tls.yaml' : ''}`,
      },
    ];
  }
  if (authority !== undefined) {
    return [
      {
        ...common,
        message: `${path} does not lead to ${authority}: the certificate of ${quote(lacks.issuer)}, who signed ${quote(lacks.certificate)}, is in neither`,
        remedy: `append that certificate to ${path} if it stands between, or put it into ${authority} if it is the root`,
      },
    ];
  }
  return [
    {
      ...common,
      message: `${path} ends with ${quote(lacks.certificate)}, signed by ${quote(lacks.issuer)}, which is neither in it nor a public root: whoever trusts a root alone may refuse it`,
      remedy: isOurs
        ? `${renewCommand(paths)} --all, then ingress-tls apply`
        : `append all certificates between it and the root to ${path}, and name the root's file in certificate.authority${isBrought === true ? '' : ', with source: files'}`,
    },
  ];
}

function nameOrder(path: string, order: readonly string[]): string {
  return `write the certificates of ${path} in this order: ${order.map((each) => quote(each)).join(', ')}`;
}

/** Of the notice that an authority is being exchanged. */
export const rotationCode = 'authority-rotation';

/** That two authorities are trusted, and how to go on. */
export function noteSuccession(
  { paths }: Pick<DesiredPair, 'paths'>,
  stage: NonNullable<ObservedPair['succession']>,
): Notice {
  return {
    level: 'warning',
    code: rotationCode,
    message: `${paths.certificate} holds two authorities, and both are trusted: ${stage === 'trusting' ? 'the old one issues yet' : 'the new one issues'}.`,
    remedy: `When that is on the cluster, and with all who trust the file, take the next step: ${rotateCommand(paths)}.`,
  };
}
