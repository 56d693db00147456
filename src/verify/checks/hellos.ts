import { alerts } from '../alerts.ts';
import type { Observation } from '../../model/probe.ts';
import { isVersionRefused } from '../failures.ts';
import { excuse, fail, pass, skip, type Finding, type ServiceCheck, type Situation } from '../finding.ts';
import { endsAtController, identifyLeaf, isLeafOf } from '../leaves.ts';
import { probeAsClient, probeLargeHello, probeSplitHello, probeVersion } from '../probe-plan.ts';
import { mendCertificateFirst } from '../remedies.ts';
import { nameCertificate, nameExpected, showCertificate, showFailure } from '../words.ts';
import { endsInPod } from '../../model/mode.ts';

const appliesTo: ServiceCheck['appliesTo'] = ({ mode }) => endsInPod(mode);

/** A hello in two segments, the host name in the second: it is for the controller to wait for the whole of it. */
export const splitHello: ServiceCheck = {
  id: 'split-hello',
  appliesTo,
  plan: ({ subject }) => [...probeSplitHello(subject), probeAsClient(subject)],
  expect: (situation) => `${nameExpected(situation.subject)}, also when the hello comes in two pieces`,
  judge: (situation, see) =>
    judge(situation, 'split-hello', probeSplitHello(situation.subject).map(see), see(probeAsClient(situation.subject))),
};

/** A hello larger than a segment with the name last, as post-quantum key shares make it. */
export const largeHello: ServiceCheck = {
  id: 'large-hello',
  appliesTo,
  plan: ({ subject }) => [...probeLargeHello(subject), probeAsClient(subject), probeVersion(subject, 'TLSv1.2')],
  expect: (situation) => `${nameExpected(situation.subject)}, also when the hello is larger than a segment`,
  judge: (situation, see) => {
    const { subject } = situation;
    const tries = probeLargeHello(subject).map(see);
    // The hello is one of TLS 1.2, whose certificate can be read on the wire; in 1.3 it cannot.
    const isOnlyNew =
      tries.every(({ failure }) => failure?.alert === alerts.protocolVersion) &&
      isVersionRefused(see(probeVersion(subject, 'TLSv1.2')));
    if (isOnlyNew) return skip('the pod speaks TLS 1.3 alone, and this hello is one of TLS 1.2');
    return judge(situation, 'large-hello', tries, see(probeAsClient(subject)));
  },
};

/** One try with another end proves that the pieces are not put together; that they are, only all of them together. */
function judge(
  situation: Situation,
  check: 'split-hello' | 'large-hello',
  tries: readonly Observation[],
  whole: Observation,
): Finding {
  const { context, subject } = situation;
  const isRight = (observation: Observation): boolean =>
    observation.leaf !== undefined && isLeafOf(subject, observation.leaf);
  const isRightWhole = isRight(whole);
  const other = tries.find((each) => !isRight(each) && !(isRightWhole && isUntold(each)));
  if (other === undefined)
    return tries.every(({ isReadApart }) => isReadApart === true)
      ? pass(whole.leaf === undefined ? nameExpected(subject) : nameCertificate(whole.leaf))
      : skip(cannotTell);
  const { leaf, failure } = other;
  const seen = leaf === undefined ? `no certificate: ${showFailure(failure)}` : showCertificate(leaf);
  if (!isRightWhole) {
    return fail(seen, {
      cause: 'not even a whole hello in one piece brings the right certificate',
      remedy: mendCertificateFirst,
    });
  }
  const product = context.behaviour.product;
  const isOurs = context.config.controller.install !== false;
  const choose = isOurs ? 'set controller.image in ingress-tls.yaml to one' : 'have the controller run an image';
  const finding = fail(seen, {
    cause: `${product} looks for the host name in the first piece of the hello alone: clients whose hello comes in pieces do not reach ${subject.service.name}`,
    remedy: `${choose} that reads the whole hello, or use mode: reencrypt`,
  });
  const owner = leaf === undefined ? undefined : identifyLeaf(context, subject, leaf).kind;
  const isControllers =
    owner === 'fallback' ||
    owner === 'edge' ||
    context.subjects.some((other) => endsAtController(other) && leaf !== undefined && isLeafOf(other, leaf));
  return isControllers ? excuse(context, check, finding) : finding;
}

const cannotTell = 'it cannot be told whether the pieces were read apart: meanwhile no other connection was answered';

/** Whoever answers nobody in time is busy, and that it did not answer this one either shows nothing. */
function isUntold({ leaf, isReadApart, failure }: Observation): boolean {
  return leaf === undefined && isReadApart === false && failure?.code === 'timeout';
}
