import { permitsName } from '../certs/names.ts';
import { coversName } from '../text/host-name.ts';
import { formatDate, judgeValidity, tellEnd } from '../certs/validity.ts';
import type { CertificateFacts, CertificateLimit } from '../model/certificate.ts';
import type { Notice } from '../model/notice.ts';
import type { Observed, ObservedPair } from '../model/observed.ts';
import type { Step } from '../model/plan.ts';
import { judgeChain, nameWayToAnother, noteSuccession, refuseDisorder } from './chain-notices.ts';
import { bringAnother, renewCommand, rotateCommand } from './places.ts';
import type { DesiredPair } from './desired-pairs.ts';

export interface CertificatePlan {
  readonly steps: readonly Step[];
  readonly notices: readonly Notice[];
}

/**
 * What to make so that every desired pair exists. A key or certificate that exists is never made again: where it does not
 * fit, the plan says so and leaves it to the person.
 */
export function planCertificates(desired: readonly DesiredPair[], observed: Observed, now: Date): CertificatePlan {
  const plans = desired.map((pair) => refuseLostAuthority(pair, desired, observed) ?? planPair(pair, observed, now));
  return { steps: plans.flatMap(({ steps }) => steps), notices: plans.flatMap(({ notices }) => notices) };
}

/** A new authority in the place of one that issued pairs would vouch for none of them. */
function refuseLostAuthority(
  pair: DesiredPair,
  desired: readonly DesiredPair[],
  observed: Observed,
): CertificatePlan | undefined {
  const { certificate, key } = pair.paths;
  if (pair.request.usage !== 'authority' || observed.pairs.has(certificate)) return undefined;
  const issued = desired.filter(
    ({ paths, issuer }) => issuer?.certificate === certificate && observed.pairs.get(paths.certificate)?.certificate,
  );
  if (issued.length === 0) return undefined;
  return refuse(
    'authority-missing',
    `${certificate} is not here, and a new authority would not vouch for what it issued: ${issued.map(({ paths }) => paths.certificate).join(', ')}`,
    `bring ${certificate} and ${key} back, or move the pairs of what it issued away too to have all of them made anew`,
  );
}

function planPair(pair: DesiredPair, observed: Observed, now: Date): CertificatePlan {
  const { certificate, key } = pair.paths;
  const found = observed.pairs.get(certificate) ?? { hasKey: false };
  if (found.certificate === undefined) return planIssue(pair, found, observed, now);
  const disorder = found.chain === undefined ? undefined : refuseDisorder(pair, found.chain);
  if (disorder !== undefined) return { steps: [], notices: [disorder] };
  if (found.matches === false) {
    return refuse(
      'key-mismatch',
      `${certificate} and ${key} do not belong together: the certificate holds another public key`,
      `bring the right one of the two${pair.isBrought === true ? '' : ', or move both away to have a new pair made'}`,
    );
  }
  return { steps: [], notices: judgeExisting(pair, found, observed, now) };
}

/** A key without a certificate is what a run leaves that was killed between the two: it gets its certificate now. */
function planIssue(pair: DesiredPair, found: ObservedPair, observed: Observed, now: Date): CertificatePlan {
  const { certificate: path, key: keyPath } = pair.paths;
  if (pair.isBrought === true) {
    return refuse(
      'certificate-missing',
      `${path} is not here, and ingress-tls.yaml says that it is your own (source: files)`,
      `copy the certificate to ${path}, the ones between behind it, and its key to ${keyPath}`,
    );
  }
  if (pair.issuer !== undefined) {
    const problem = judgeIssuer(pair, observed, now);
    if (problem !== undefined) return problem;
  }
  const steps: Step[] = [];
  if (!found.hasKey) steps.push({ kind: 'make-key', path: keyPath, keyType: pair.request.keyType });
  steps.push({
    kind: 'issue-certificate',
    path,
    keyPath,
    request: pair.request,
    ...(pair.issuer === undefined
      ? {}
      : { issuer: { certificatePath: pair.issuer.certificate, keyPath: pair.issuer.key } }),
  });
  return { steps, notices: [] };
}

/** Whether the authority in place can issue for the pair; undefined when it can, or is itself still to be made. */
export function judgeIssuer(pair: DesiredPair, observed: Observed, now: Date): CertificatePlan | undefined {
  const issuer = pair.issuer;
  const found = issuer === undefined ? undefined : observed.pairs.get(issuer.certificate);
  if (issuer === undefined || found?.certificate === undefined) return undefined;
  const moveAway = `move ${issuer.certificate}, ${issuer.key} and the certificates that it issued away to have new ones made`;
  if (!found.hasKey) {
    return refuse(
      'authority-key-missing',
      `${pair.paths.certificate} cannot be issued: ${issuer.certificate} is here but its key ${issuer.key} is not`,
      `bring ${issuer.key}, or ${moveAway}`,
    );
  }
  if (judgeValidity(found.certificate, now) === 'expired') {
    return refuse(
      'authority-expired',
      `${pair.paths.certificate} cannot be issued: ${issuer.certificate} expired on ${formatDate(found.certificate.notAfter, now)}`,
      moveAway,
    );
  }
  const permitted = found.certificate.permittedDnsNames;
  const refused = pair.request.dnsNames.filter((name) => !permitsName(permitted, name));
  if (refused.length === 0) return undefined;
  return refuse(
    'authority-constrained',
    `${pair.paths.certificate} cannot be issued: ${issuer.certificate} may issue for ${permitted.join(', ')} only, not for ${refused.join(', ')}`,
    pair.isShownByController === true && found.hasOwnForm === true
      ? `list its names in hostCertificates and leave its services out until ${rotateCommand(issuer)}, in three steps, has made an authority for them; or ${moveAway}`
      : moveAway,
  );
}

function judgeExisting(pair: DesiredPair, found: ObservedPair, observed: Observed, now: Date): readonly Notice[] {
  const { certificate: path } = pair.paths;
  const facts = found.certificate;
  if (facts === undefined) return [];
  const notices: Notice[] = [];
  // A person's key may be with that person alone, as it should.
  if (!found.hasKey && pair.request.usage === 'client' && pair.person === undefined) {
    notices.push({
      level: 'warning',
      code: 'client-key-missing',
      message: `${path} is here but its key ${pair.paths.key} is not, so nobody here can use it`,
      remedy: `bring ${pair.paths.key} from where the certificate was made, or move ${path} away to have a new pair made`,
    });
  }
  const uncovered = listUncovered(pair, facts);
  if (uncovered.length > 0) {
    notices.push({
      level: 'error',
      code: 'certificate-name',
      message: `${path} does not cover ${uncovered.join(', ')}: it names ${facts.dnsNames.join(', ') || 'nothing'}`,
      remedy:
        found.hasOwnForm === true && found.hasKey && pair.isBrought !== true
          ? `${renewCommand(pair.paths)}, then ingress-tls apply`
          : nameWayToAnother(pair),
    });
  }
  // What no root is above of is said of the authority itself.
  const isRootless =
    observed.pairs.get(pair.issuer?.certificate ?? '')?.chain?.lacks !== undefined ||
    observed.authorities.get(pair.authority ?? '')?.holdsAnchor === false;
  if (!isRootless) notices.push(...judgeChain(pair, found, now));
  return [
    ...notices,
    ...(found.succession === undefined ? [] : [noteSuccession(pair, found.succession)]),
    ...judgeDates(pair, found, facts, now),
    ...facts.limits.map((limit) => explainLimit(pair, limit)),
  ];
}

/** Names that it must cover and does not. */
export function listUncovered(
  { requiredNames }: DesiredPair,
  { dnsNames }: Pick<CertificateFacts, 'dnsNames'>,
): readonly string[] {
  return requiredNames.filter((name) => !coversName(dnsNames, name));
}

function judgeDates(
  { paths, request, isBrought }: DesiredPair,
  found: ObservedPair,
  facts: CertificateFacts,
  now: Date,
): readonly Notice[] {
  const { certificate } = paths;
  const validity = judgeValidity(facts, now);
  if (validity !== 'expired' && validity !== 'expiring') return [];
  return [
    {
      level: 'warning',
      code: `certificate-${validity}`,
      message: `${certificate} ${tellEnd(facts.notAfter, validity, now)}`,
      remedy:
        found.succession !== undefined
          ? rotateCommand(paths)
          : isBrought === true || found.hasOwnForm === false
            ? bringAnother(paths)
            : `${renewCommand(paths, request.usage === 'authority')}, then ingress-tls apply`,
    },
  ];
}

/** A warning where some take it; refused where nobody does, and where the controllers cannot, which are written in Go. */
function explainLimit(
  { paths, request, isShownByController }: DesiredPair,
  { fact, refusedBy, reach }: CertificateLimit,
): Notice {
  const isUseless = reach === 'every' || (reach === 'go' && isShownByController === true);
  const issued = request.usage === 'authority' ? ' and the pairs that it issued' : '';
  return {
    level: isUseless ? 'error' : 'warning',
    code: 'certificate-refused',
    message: `${paths.certificate} is refused by ${refusedBy}: ${fact}`,
    remedy: `move ${paths.certificate}, ${paths.key}${issued} away to have new ones made, or bring a pair with RSA of 2048 bits or ECDSA on P-256`,
  };
}

function refuse(code: string, message: string, remedy: string): CertificatePlan {
  return { steps: [], notices: [{ level: 'error', code, message, remedy }] };
}
