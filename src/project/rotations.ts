import { UsageError } from '../errors.ts';
import type { Observed, ObservedPair } from '../model/observed.ts';
import type { CertificateOrder, Renewal } from '../model/plan.ts';
import type { DesiredPair } from './desired-pairs.ts';
import { bringAnother, nameOfPair, successorKey } from './places.ts';
import { planRenewals, type LeftCertificate } from './renewals.ts';

/** The steps in which one authority takes the place of another, in their order: in between, all that is in use is trusted. */
export const rotationSteps = ['trust-both', 'issue', 'drop'] as const;
export type RotationStep = (typeof rotationSteps)[number];

/** The next step of a rotation. */
export interface RotationPlan {
  readonly step: RotationStep;
  /** The authority as it is to be made. */
  readonly order: CertificateOrder;
  /** Where the key of the new authority lies until it issues. */
  readonly successorKeyPath: string;
  /** Whether that step had begun: a run was ended, or certificates were left. */
  readonly isResumed: boolean;
  /** What the new authority issues in this step. */
  readonly renewals: readonly Renewal[];
  /** What has to be issued by hand before the last step. */
  readonly left: readonly LeftCertificate[];
  /** Certificates of the authority, whoever issues them. */
  readonly issued: readonly string[];
}

/**
 * The next step for an authority, by what the files hold.
 * @throws UsageError where it is a person's own, or its key is not here.
 */
export function planRotation(
  authority: DesiredPair,
  desired: readonly DesiredPair[],
  observed: Observed,
  now: Date,
): RotationPlan {
  const { paths, request } = authority;
  const found = readOwn(authority, observed);
  const issued = desired.filter(({ issuer }) => issuer?.certificate === paths.certificate);
  const former = issued.filter(({ paths: { certificate } }) => observed.pairs.get(certificate)?.isOfFormer === true);
  const step =
    found.succession === undefined
      ? 'trust-both'
      : found.succession === 'trusting' || former.length > 0
        ? 'issue'
        : 'drop';
  const names = former.map((pair) => nameOfPair(pair.paths));
  const { renewals, left } =
    step === 'issue' && names.length > 0
      ? planRenewals(desired, withoutAuthority(observed, paths.certificate), { names, all: true, keepKey: false }, now)
      : { renewals: [], left: [] };
  return {
    step,
    order: { path: paths.certificate, keyPath: paths.key, request },
    successorKeyPath: successorKey(paths),
    isResumed: step === 'issue' && found.succession === 'issuing',
    renewals,
    left,
    issued: issued.map((pair) => pair.paths.certificate),
  };
}

/** One that this program may replace. */
function readOwn({ paths, isBrought }: DesiredPair, observed: Observed): ObservedPair {
  const { certificate, key } = paths;
  const found = observed.pairs.get(certificate);
  if (found?.certificate === undefined) {
    throw new UsageError(`${certificate} is not here, so nothing takes its place`, { remedy: 'ingress-tls render' });
  }
  if (isBrought === true || found.hasOwnForm !== true) {
    throw new UsageError(`${certificate} is a file of your own, and such a file is never replaced`, {
      remedy: `${bringAnother(paths)}; keep both certificates in the file until nothing shows one of the old authority`,
    });
  }
  if (!found.hasKey) {
    throw new UsageError(`${certificate} cannot be replaced: its key ${key} is not here`, {
      remedy: `bring ${key}, or run this where it is`,
    });
  }
  return found;
}

/** What is wrong with the old authority keeps the new one from nothing. */
function withoutAuthority(observed: Observed, certificate: string): Observed {
  return { ...observed, pairs: new Map([...observed.pairs].filter(([path]) => path !== certificate)) };
}
