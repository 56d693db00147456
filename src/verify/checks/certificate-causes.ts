import { backendOf } from '../../model/backend.ts';
import { coversName } from '../../text/host-name.ts';
import type { CertificateFacts } from '../../model/certificate.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { HttpAnswer } from '../../model/probe.ts';
import { shownPair, restartPods } from '../../project/places.ts';
import { isPage, isPlainHttpComplaint, isRightAnswer } from '../answers.ts';
import type { Explanation, Rule, Situation } from '../finding.ts';
import { endsAtController, type LeafOwner } from '../leaves.ts';
import { describeRoute, listAllRoutes, listObjects, missingRoute, tellEntry } from '../remedies.ts';
import type { VerifyContext } from '../subject.ts';
import { showDay, showText } from '../words.ts';

interface Evidence extends Situation {
  readonly owner: LeafOwner;
  readonly leaf: CertificateFacts;
  /** What was answered over the connection that showed the certificate. */
  readonly answer: HttpAnswer | undefined;
  /** Whether the chain leads to the project's own certificates, as far as can be told. */
  readonly isVouchedFor: boolean;
}

/** The decision tree for a certificate that is not the expected one; what was answered beside it tells the branches apart. */
export const otherCertificateRules: readonly Rule<Evidence>[] = [
  explainNamesake,
  explainOldCertificate,
  explainEdgeCertificate,
  explainPodCertificate,
  explainMissingRoute,
  explainUncoveredHost,
  explainUnusedSecret,
  explainUnusedPassthrough,
];

export function otherCertificate({ context, subject, leaf }: Evidence): Explanation {
  const issuer = showText(leaf.issuer) || 'nobody by name';
  return {
    cause: `a certificate that this project did not make, issued by ${issuer}: another program or another project serves ${subject.service.host} there`,
    remedy: `check the address (--address HOST:PORT; ${tellEntry(context)}), then ${listObjects(context, subject.service)}`,
  };
}

/** Anybody can write our names on a certificate, and that of our authority: its signature they cannot make. */
function explainNamesake({ context, subject, owner, leaf, isVouchedFor }: Evidence): Explanation | undefined {
  // One that is self-signed is never vouched for by its successor.
  const { service, trustPath } = subject;
  if (owner.kind !== 'edition' || isVouchedFor || leaf.issuer === leaf.subject) return undefined;
  if (service.keptSecret !== undefined) return undefined;
  const restart = endsAtController(subject) ? '' : ` and ${restartPods(service)}`;
  return {
    cause: `somebody else's certificate of the same names, not issued by ${trustPath}; or ours of ${showDay(leaf.notBefore)}, from before the files in certs/ were made anew`,
    remedy: `ingress-tls apply${restart}; where it stays, another program serves ${service.host} there: ${listObjects(context, service)}`,
  };
}

function explainOldCertificate({ subject, owner, leaf, isVouchedFor }: Evidence): Explanation | undefined {
  if (owner.kind !== 'edition' || subject.leaf === undefined) return undefined;
  const { service } = subject;
  const path = shownPair(service).certificate;
  const age = leaf.notBefore < subject.leaf.notBefore ? 'an older' : 'another';
  if (service.keptSecret !== undefined) {
    const whose = isVouchedFor ? '' : "; or it is somebody else's";
    return {
      cause: `${age} certificate of the same names, of ${showDay(leaf.notBefore)}: not the one that is in ${subject.leafSource} now${whose}`,
      remedy: endsAtController(subject)
        ? 'wait a moment, until the controller has read it, and run ingress-tls verify again'
        : `${restartPods(service)}: they may hold the one they started with`,
    };
  }
  const cause = `${age} certificate of the same names, of ${showDay(leaf.notBefore)}: what is in ${path} was not applied`;
  return endsAtController(subject)
    ? { cause: isVouchedFor ? cause : `${cause}; or it is somebody else's`, remedy: 'ingress-tls apply' }
    : {
        cause: `${cause}, or the pods still hold the one they started with`,
        remedy: `ingress-tls apply, then ${restartPods(service)}`,
      };
}

function explainEdgeCertificate({ context, subject, owner }: Evidence): Explanation | undefined {
  const { service } = subject;
  if (owner.kind !== 'edge') return undefined;
  if (endsAtController(subject)) {
    return {
      cause: `the certificate that the controller shows for other hosts: it cannot use ${subject.leafSource}, or a route of ${service.host} names another Secret`,
      remedy: `ingress-tls apply; then look for a second route of the host: ${listAllRoutes(context)}`,
    };
  }
  return {
    cause: `the controller terminates TLS for ${service.host} with the certificate of terminated hosts instead of passing it through: ${context.words.whyNotPassedThrough}`,
    remedy: restorePassthrough(context, service),
  };
}

function explainPodCertificate({ context, subject: { service }, owner }: Evidence): Explanation | undefined {
  if (owner.kind !== 'pod') return undefined;
  if (owner.service === service.name) {
    return {
      cause: `the pod's own certificate: the connection is passed through to it, where mode ${service.mode} has it end at the controller`,
      remedy: `${context.words.undoPassthrough(service.host)}: ingress-tls apply`,
    };
  }
  return {
    cause: `the certificate of the pod of ${owner.service}: ${service.host} is passed through to it`,
    remedy: `ingress-tls apply; then look for a second route of the host: ${listAllRoutes(context)}`,
  };
}

/** The fallback certificate and the page for unknown hosts together: the controller knows nothing of the host. */
function explainMissingRoute({ context, subject, owner, answer }: Evidence): Explanation | undefined {
  if (owner.kind !== 'fallback' || answer === undefined || answer.status !== context.behaviour.unknownHost.status)
    return undefined;
  if (!isPage(context.behaviour.unknownHost, answer) && backendOf(subject.service) !== 'demo') return undefined;
  return missingRoute(context, subject);
}

/** A certificate that does not cover the host is never shown for it (kubernetes/ingress-nginx#6905). */
function explainUncoveredHost({ subject, owner }: Evidence): Explanation | undefined {
  if (owner.kind !== 'fallback' || !endsAtController(subject) || subject.leaf === undefined) return undefined;
  if (coversName(subject.leaf.dnsNames, subject.service.host)) return undefined;
  const shown = shownPair(subject.service);
  const names = subject.leaf.dnsNames.map(showText).join(', ') || 'no host';
  return {
    cause: `the certificate of ${subject.leafSource} has no subject alternative name for ${subject.service.host}: it names ${names}`,
    remedy:
      subject.service.keptSecret === undefined
        ? `move ${shown.certificate} and ${shown.key} away, then run ingress-tls apply`
        : `have whoever keeps ${subject.leafSource} add the name`,
  };
}

function explainUnusedSecret({ subject, owner }: Evidence): Explanation | undefined {
  if (owner.kind !== 'fallback' || !endsAtController(subject)) return undefined;
  const { namespace, host } = subject.service;
  return {
    cause: `the controller's own certificate, because it cannot use ${subject.leafSource}: it is missing, lies in another namespace than the route, the certificate in it does not cover ${host} (another project's, perhaps: ingress-tls status tells), its first certificate is an authority's instead of the host's, or key and certificate differ`,
    remedy: `ingress-tls apply; then kubectl get secrets --namespace ${namespace}, and look for the Secret's name in the controller's log`,
  };
}

function explainUnusedPassthrough({ context, subject, owner, answer }: Evidence): Explanation | undefined {
  if (owner.kind !== 'fallback' || endsAtController(subject)) return undefined;
  const { service } = subject;
  const proof =
    answer === undefined
      ? ''
      : isPlainHttpComplaint(answer)
        ? ' and speaks plain HTTP to the pod'
        : isRightAnswer(context, subject, answer)
          ? ' and asks the pod itself, without any client certificate'
          : '';
  return {
    cause: `the controller terminates TLS for ${service.host}${proof}: ${context.words.whyNotPassedThrough}, or the Service behind the route is not there`,
    remedy: restorePassthrough(context, service),
  };
}

function restorePassthrough(context: VerifyContext, service: PlannedService): string {
  return `ingress-tls apply; then ${describeRoute(context, service)}`;
}
