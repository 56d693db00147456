import { backendOf } from '../../model/backend.ts';
import { alerts, isAboutCertificate } from '../alerts.ts';
import { isEnded, isVersionAccepted, isVersionRefused } from '../failures.ts';
import { fail, pass, type Finding, type See, type ServiceCheck, type Situation } from '../finding.ts';
import { endsAtController } from '../leaves.ts';
import { pinnedVersions, probeOldVersion, probeVersion, type PinnedVersion } from '../probe-plan.ts';
import { mendCertificateFirst, nameProgram } from '../remedies.ts';
import { nameVersion, showFailure } from '../words.ts';

/** TLS 1.1 is not to be negotiated (RFC 8996); 1.2 and 1.3 are, where the controller or the pod speaks them. */
export const tlsVersions: ServiceCheck = {
  id: 'tls-versions',
  appliesTo: () => true,
  plan: ({ subject }) => [probeOldVersion(subject), ...pinnedVersions.map((version) => probeVersion(subject, version))],
  expect: describe,
  judge: (situation, see) => {
    const old = judgeOldVersion(situation, see);
    if (old !== undefined) return old;
    const missing = wantedVersions(situation).filter((version) => !isAccepted(situation, version, see));
    return missing.length === 0 ? pass(describe(situation)) : judgeMissing(situation, missing, see);
  },
};

/** `TLS 1.1 refused, 1.2 and 1.3 accepted` */
function describe(situation: Situation): string {
  const wanted = wantedVersions(situation).map((version) => version.replace('TLSv', ''));
  return `TLS 1.1 refused, ${wanted.join(' and ')} accepted`;
}

function wantedVersions({ context, subject }: Situation): readonly PinnedVersion[] {
  return endsAtController(subject)
    ? pinnedVersions.filter((version) => context.behaviour.tlsVersions.includes(version))
    : pinnedVersions;
}

/** Undefined: it was refused. */
function judgeOldVersion(situation: Situation, see: See): Finding | undefined {
  const { failure, leaf, version } = see(probeOldVersion(situation.subject));
  if (version !== undefined || leaf !== undefined) {
    if (version === 'TLSv1.2') return undefined;
    return fail('TLS 1.1 accepted', {
      cause: `${whoEnds(situation)} still takes an outdated version (RFC 8996)`,
      remedy: allowVersions(situation),
    });
  }
  if (failure !== undefined && isEnded(failure)) return undefined;
  return fail(`TLS 1.1 neither refused nor accepted: ${showFailure(failure)}`, {
    cause: `${whoEnds(situation)} does not answer an old hello as TLS asks: with an alert`,
    remedy: mendCertificateFirst,
  });
}

/** A client certificate, or what is offered by ALPN, is refused in a version that was accepted. */
function isAccepted({ subject }: Situation, version: PinnedVersion, see: See): boolean {
  const observation = see(probeVersion(subject, version));
  const { failure } = observation;
  return (
    isVersionAccepted(observation, version) ||
    isAboutCertificate(failure?.alert) ||
    failure?.alert === alerts.noApplicationProtocol
  );
}

function judgeMissing(situation: Situation, missing: readonly PinnedVersion[], see: See): Finding {
  const { service } = situation.subject;
  const seen = missing
    .map(
      (version) =>
        `${nameVersion(version)} not accepted: ${showFailure(see(probeVersion(situation.subject, version)).failure)}`,
    )
    .join('; ');
  const areRefused = missing.every((version) => isVersionRefused(see(probeVersion(situation.subject, version))));
  if (!areRefused) {
    return fail(seen, {
      cause: `the handshake failed for another reason than its version`,
      remedy: mendCertificateFirst,
    });
  }
  const isOwnChoice =
    backendOf(service) !== 'demo' && !endsAtController(situation.subject) && missing.length < pinnedVersions.length;
  return fail(
    seen,
    { cause: `${whoEnds(situation)} does not speak it`, remedy: allowVersions(situation) },
    isOwnChoice ? 'warning' : 'failed',
  );
}

function whoEnds({ context, subject }: Situation): string {
  return endsAtController(subject) ? context.behaviour.product : nameProgram(subject.service);
}

function allowVersions({ context, subject }: Situation): string {
  const { service } = subject;
  if (endsAtController(subject)) {
    return `${context.words.allowTlsVersions(context.config, context.behaviour.tlsVersions)}: ingress-tls apply`;
  }
  return backendOf(service) === 'demo'
    ? 'ingress-tls apply: the demo backend speaks TLS 1.2 and 1.3'
    : `let ${nameProgram(service)} speak TLS 1.2 and 1.3, and nothing older`;
}
