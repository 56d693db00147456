import { judgeValidity } from '../../certs/validity.ts';
import { coversName } from '../../text/host-name.ts';
import type { CertificateFacts } from '../../model/certificate.ts';
import type { Observation } from '../../model/probe.ts';
import {
  explain,
  fail,
  pass,
  skip,
  type Explanation,
  type Finding,
  type Rule,
  type ServiceCheck,
  type Situation,
} from '../finding.ts';
import { probeAsClient } from '../probe-plan.ts';
import { endsInPod } from '../../model/mode.ts';
import { shownPair } from '../../project/places.ts';
import { mendCertificate } from '../remedies.ts';
import type { VerifySubject } from '../subject.ts';
import { dateProblems, nameProblem } from '../trust-problems.ts';
import { showDay, showText } from '../words.ts';

/** Chain and name, by nothing but the project's own certificates. Dates of the leaf are the check `validity`'s. */
export const trust: ServiceCheck = {
  id: 'trust',
  appliesTo: () => true,
  plan: ({ subject }) => [probeAsClient(subject)],
  expect: ({ subject }) => `a chain to ${subject.trustPath} and a certificate for ${subject.service.host}`,
  judge: (situation, see) => {
    const observation = see(probeAsClient(situation.subject));
    const { leaf, isTrusted } = observation;
    if (leaf === undefined) return skip('no certificate was shown');
    if (isTrusted === undefined) return skip('the handshake ended before the chain was judged');
    return isTrusted
      ? (judgeLimits(leaf) ?? pass(`trusted by ${situation.subject.trustPath} alone`))
      : judgeProblem(situation, observation, leaf);
  },
};

/** What was asked here is OpenSSL: others are choosier. */
function judgeLimits({ limits: [limit] }: CertificateFacts): Finding | undefined {
  if (limit === undefined) return undefined;
  return fail(`trusted here, and refused by ${limit.refusedBy}`, { cause: limit.fact, remedy: renewPair }, 'warning');
}

const renewPair =
  'move the certificate and its key out of certs/ and run ingress-tls apply to have new ones made, or bring a pair with RSA of 2048 bits or ECDSA on P-256';

interface Evidence extends Situation {
  readonly leaf: CertificateFacts;
  readonly problem: string;
  /** Whether the leaf names the host. */
  readonly isNamed: boolean;
  /** Whether the leaf itself is beyond its dates. */
  readonly isOutdated: boolean;
}

/**
 * OpenSSL goes on after a problem and reports the last one, and looks at the leaf's dates last (openssl@3.0
 * crypto/x509/x509_vfy.c, internal_verify): an expired leaf hides that its authority is unknown. What the certificates say of
 * themselves fills the gap.
 */
function judgeProblem(
  situation: Situation,
  { trustProblem = 'unknown' }: Observation,
  leaf: CertificateFacts,
): Finding {
  const { context, subject } = situation;
  const isNamed = coversName(leaf.dnsNames, subject.service.host);
  const isOutdated = ['expired', 'not-yet-valid'].includes(judgeValidity(leaf, context.now));
  if (dateProblems.includes(trustProblem) && isOutdated && isNamed) {
    if (leaf.issuer === subject.leaf?.issuer)
      return pass(`trusted by ${subject.trustPath} but for its dates: see validity`);
    if (subject.leaf === undefined) return skip('its dates hide who issued it: see validity');
  }
  const evidence = { ...situation, leaf, problem: trustProblem, isNamed, isOutdated };
  const words = problemWords.get(trustProblem);
  return fail(
    words === undefined ? showText(trustProblem) : `${words} (${trustProblem})`,
    explain(rules, evidence, explainChain(evidence)),
  );
}

const problemWords: ReadonlyMap<string, string> = new Map([
  [nameProblem, 'the certificate does not name the host'],
  ['CERT_HAS_EXPIRED', 'a certificate of the chain has expired'],
  ['CERT_NOT_YET_VALID', 'a certificate of the chain is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'a self-signed certificate of somebody else'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the chain ends at an authority of somebody else'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'the chain is not complete'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the issuer is not known'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the issuer is not known'],
  ['CERT_SIGNATURE_FAILURE', "the signature is not that of the authority's key"],
  ['INVALID_CA', 'the issuer is no authority'],
  ['INVALID_PURPOSE', 'the certificate is not for servers'],
  ['PERMITTED_VIOLATION', 'the authority may not issue for this name'],
]);

const rules: readonly Rule<Evidence>[] = [
  explainForeignName,
  explainOwnFiles,
  explainAuthorityDates,
  explainReplacedAuthority,
];

function explainForeignName({
  subject: { service, trustPath },
  leaf,
  problem,
  isNamed,
}: Evidence): Explanation | undefined {
  if (isNamed && problem !== nameProblem) return undefined;
  const names = leaf.dnsNames.slice(0, 3).map(showText).join(', ') || 'no host at all';
  return {
    cause: `the certificate is for ${names}, so clients of ${service.host} that trust ${trustPath} refuse it`,
    remedy: mendCertificate,
  };
}

function explainAuthorityDates({ context, subject, problem, isOutdated }: Evidence): Explanation | undefined {
  const { trustPath, chain, service } = subject;
  if (!dateProblems.includes(problem) || isOutdated) return undefined;
  if (chain?.soonest !== undefined && chain.soonest.notAfter <= context.now) {
    return {
      cause: `it leads over ${showText(chain.soonest.subject)}, which expired on ${showDay(chain.soonest.notAfter)}`,
      remedy:
        service.keptSecret === undefined
          ? `copy the certificates of today to ${shownPair(service).certificate} and ${trustPath}, then ingress-tls apply`
          : renewKept(subject),
    };
  }
  if (service.keptSecret !== undefined) {
    const cause = `the certificate itself is valid on ${showDay(context.now)}, so ${trustPath} or a certificate between is not`;
    return { cause, remedy: renewKept(subject) };
  }
  return {
    cause: `the certificate itself is valid on ${showDay(context.now)}, so ${trustPath} or a certificate between is not`,
    remedy: `ingress-tls list shows the dates of ${trustPath}; move it and what it issued away, then run ingress-tls apply`,
  };
}

/** The right certificate, and yet not trusted: nothing on the way is to blame. */
function explainOwnFiles({ subject, leaf, problem }: Evidence): Explanation | undefined {
  if (leaf.fingerprint !== subject.leaf?.fingerprint || dateProblems.includes(problem)) return undefined;
  const { trustPath, chain, service } = subject;
  if (service.keptSecret !== undefined) {
    const lacks = chain?.lacks === undefined ? '' : `, and lacks the certificate of ${showText(chain.lacks.issuer)}`;
    return {
      cause: `it is the certificate of ${subject.leafSource}, which does not lead to ${trustPath}${lacks}: clients that trust that alone refuse the connection`,
      remedy: nameAuthority(subject, chain?.lacks?.issuer ?? leaf.issuer),
    };
  }
  const { certificate } = shownPair(service);
  if (chain?.lacks !== undefined && chain.lacks.issuer !== chain.lacks.certificate) {
    return {
      cause: `it is the expected certificate, but ${certificate} lacks that of ${showText(chain.lacks.issuer)}, who signed ${showText(chain.lacks.certificate)}: clients that trust ${trustPath} alone refuse the connection`,
      remedy: `append the certificates between to ${certificate}, then ingress-tls apply; where clients trust another root than ${trustPath}, name its file in certificate.authority`,
    };
  }
  if (chain?.breach !== undefined || chain?.lacks !== undefined) {
    return {
      cause: `it is the expected certificate, but ${chain.breach ?? `it signed itself, and is not ${trustPath}`}`,
      remedy: `ingress-tls render says what to do about ${certificate}`,
    };
  }
  return {
    cause: `it is the expected certificate, but not all of ${certificate} is shown, or what stands above it may not vouch for it: clients that trust ${trustPath} alone refuse the connection`,
    remedy: `ingress-tls apply brings all that the file holds into the Secret; where it stays, openssl verify -untrusted ${certificate} -CAfile FILE ${certificate} says what is wrong`,
  };
}

function explainReplacedAuthority({ subject, leaf }: Evidence): Explanation | undefined {
  if (leaf.issuer !== subject.leaf?.issuer) return undefined;
  return {
    cause: `its issuer has the name of ${subject.trustPath} but another key: it is somebody else's, or older than the files in certs/`,
    remedy: mendCertificate,
  };
}

function explainChain({ subject, leaf }: Evidence): Explanation {
  const issuer = showText(leaf.issuer) || 'nobody by name';
  return {
    cause: `the certificate was issued by ${issuer}, which is not ${subject.trustPath}`,
    remedy:
      subject.service.keptSecret !== undefined && [undefined, leaf.fingerprint].includes(subject.leaf?.fingerprint)
        ? nameAuthority(subject, leaf.issuer)
        : subject.leaf === undefined
          ? `put the certificate of ${issuer} into ${subject.trustPath} (service.authority of ${subject.service.name}), or name another file there`
          : mendCertificate,
  };
}

function renewKept({ leafSource, trustPath }: VerifySubject): string {
  return `have whoever keeps ${leafSource} renew what stands in it; where ${trustPath} is a file, copy the certificate of today there`;
}

/** Where a certificate is kept on the cluster nobody here knows whom clients trust. */
function nameAuthority({ service, leafSource }: VerifySubject, issuer: string): string {
  const field = endsInPod(service.mode) ? `certificate.authority of ${service.name}` : 'certificate.authority';
  return `name a file in certs/ with the certificate of ${showText(issuer) || 'who signed it'} as ${field}, if your clients trust that; or have whoever keeps ${leafSource} append the certificates between`;
}
