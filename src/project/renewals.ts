import { dueDate, isDue } from '../certs/validity.ts';
import type { Observed, ObservedPair } from '../model/observed.ts';
import type { Renewal } from '../model/plan.ts';
import { judgeIssuer, listUncovered } from './certificates.ts';
import { isAuthority, type DesiredPair } from './desired-pairs.ts';
import { bringAnother, nameOfPair, renewCommand, rotateCommand } from './places.ts';

/** Which certificates a person wants renewed, and how. Due is also one that lacks the name of a host. */
export interface RenewalWish {
  /** Names of pairs, as `svc9` of certs/svc9.crt; none: all of the project. */
  readonly names: readonly string[];
  /** Whether they are due or not. */
  readonly all: boolean;
  /** Due are those that expire within so many seconds; absent: those that expire soon. */
  readonly within?: number;
  readonly keepKey: boolean;
}

/** A certificate that is due, or named, and stays as it is. */
export interface LeftCertificate {
  readonly certificate: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface RenewalPlan {
  readonly renewals: readonly Renewal[];
  readonly left: readonly LeftCertificate[];
  /** What comes next where nothing is due. */
  readonly next?: { readonly certificate: string; readonly due: Date };
}

/** What is to be made anew of the certificates that are there. */
export function planRenewals(
  desired: readonly DesiredPair[],
  observed: Observed,
  wish: RenewalWish,
  now: Date,
): RenewalPlan {
  const named = desired.filter(({ paths }) => wish.names.length === 0 || wish.names.includes(nameOfPair(paths)));
  const dated = named.flatMap((pair) => {
    const found = observed.pairs.get(pair.paths.certificate);
    return found?.certificate === undefined ? [] : [{ pair, found, period: found.certificate }];
  });
  const wanted = dated.filter(
    ({ pair, period }) => wish.all || isDue(period, now, wish.within) || listUncovered(pair, period).length > 0,
  );
  const renewals: Renewal[] = [];
  const left: LeftCertificate[] = [];
  for (const { pair, found } of wanted) {
    // Issuers come before what they issue.
    const isIssuerRenewed = renewals.some(({ path }) => path === pair.issuer?.certificate);
    const reason = judge(pair, found, wish) ?? (isIssuerRenewed ? undefined : judgeAbove(pair, observed, now));
    if (reason === undefined) renewals.push(order(pair, wish));
    else left.push({ certificate: pair.paths.certificate, ...reason });
  }
  const [next] = dated
    .map(({ pair, period }) => ({ certificate: pair.paths.certificate, due: dueDate(period, wish.within) }))
    .sort((one, other) => one.due.getTime() - other.due.getTime());
  return { renewals, left, ...(next !== undefined && { next }) };
}

type Reason = Omit<LeftCertificate, 'certificate'>;

function judge(pair: DesiredPair, found: ObservedPair, { keepKey, all }: RenewalWish): Reason | undefined {
  const { key } = pair.paths;
  // Whoever issued it: the wildcard may be of the time when `source: project` was set, or of another authority of this program.
  if (pair.isBrought === true || found.hasOwnForm !== true) {
    return {
      reason: 'it is a file of your own, and such a file is never replaced',
      remedy: bringAnother(pair.paths),
    };
  }
  if (!found.hasKey) {
    const otherwise = isAuthority(pair)
      ? ''
      : `, or move ${pair.paths.certificate} away and run ingress-tls render for another pair`;
    return { reason: `its key ${key} is not here`, remedy: `bring ${key}, or renew it where its key is${otherwise}` };
  }
  if (found.succession !== undefined) {
    return { reason: 'another authority is taking its place', remedy: rotateCommand(pair.paths) };
  }
  if (isAuthority(pair) && !keepKey) {
    return {
      reason: 'it is an authority, and with another key everything that it signed would be refused',
      remedy: `${renewCommand(pair.paths, true)}${all ? ' --all' : ''}; or, for another key: ${rotateCommand(pair.paths)}`,
    };
  }
  return undefined;
}

/** What keeps the authority above it from signing. */
function judgeAbove(pair: DesiredPair, observed: Observed, now: Date): Reason | undefined {
  const [notice] = judgeIssuer(pair, observed, now)?.notices ?? [];
  return notice === undefined ? undefined : { reason: notice.message, remedy: notice.remedy ?? '' };
}

function order({ paths, request, issuer }: DesiredPair, { keepKey }: RenewalWish): Renewal {
  return {
    path: paths.certificate,
    keyPath: paths.key,
    request,
    ...(issuer !== undefined && { issuer: { certificatePath: issuer.certificate, keyPath: issuer.key } }),
    keepsKey: keepKey,
  };
}
