import { expectRefusedHop } from '../deep-check.ts';
import { skip, type Finding, type ServiceCheck, type Situation } from '../finding.ts';
import { hasTlsHop } from '../../model/mode.ts';

/**
 * From outside, a hop that is verified answers as one that is not. That nobody has looked is said, so that no one takes the
 * rest for proof; what `--deep` finds takes the place of this.
 */
export const upstreamVerification: ServiceCheck = {
  id: 'upstream-verification',
  appliesTo: ({ mode }) => hasTlsHop(mode),
  plan: () => [],
  expect: ({ subject }) =>
    subject.upstreamCaSource === undefined
      ? `the hop to the pod of ${subject.service.name} is verified`
      : expectRefusedHop(subject),
  judge: (situation) =>
    situation.subject.upstreamCaSource === undefined
      ? tellUnverified(situation)
      : skip('only --deep looks at it: it breaks the hop for a moment'),
};

/** Nobody need look: where no authority is read, any certificate passes. Not skipped, since it is known and it matters. */
function tellUnverified({ context: { behaviour, config, words }, subject: { service } }: Situation): Finding {
  return {
    status: 'limit',
    seen: `profile ${config.controller.profile} has no ${words.lacksAuthority?.what ?? 'authority'} by which the hop is verified`,
    cause: `${behaviour.product} encrypts to the pod and does not check who it is: whoever stands between can read and change everything`,
    remedy: `in ingress-tls.yaml, set ${words.lacksAuthority === undefined ? '' : `controller.profile: ${words.lacksAuthority.otherProfile}, which verifies the hop, or `}mode: passthrough for ${service.name}; then ingress-tls apply`,
  };
}
