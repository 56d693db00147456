import { backendOf } from '../../model/backend.ts';
import { countDays, judgeValidity } from '../../certs/validity.ts';
import type { CertificateFacts } from '../../model/certificate.ts';
import { bringAnother, renewCommand, shownPair, restartPods } from '../../project/places.ts';
import { fail, pass, skip, type Explanation, type ServiceCheck, type Situation } from '../finding.ts';
import { probeAsClient } from '../probe-plan.ts';
import { mendCertificate } from '../remedies.ts';
import { showDay, showDays } from '../words.ts';
import { endsInPod } from '../../model/mode.ts';

/** Dates of the certificate that was shown, whosever it is. */
export const validity: ServiceCheck = {
  id: 'validity',
  appliesTo: () => true,
  plan: ({ subject }) => [probeAsClient(subject)],
  expect: ({ context }) => `valid on ${showDay(context.now)}, and for more than a third of its life`,
  judge: (situation, see) => {
    const { leaf } = see(probeAsClient(situation.subject));
    if (leaf === undefined) return skip('no certificate was shown');
    const { now } = situation.context;
    const seen = `valid until ${showDay(leaf.notAfter, now)}, ${showDays(countDays(now, leaf.notAfter))} left`;
    switch (judgeValidity(leaf, now)) {
      case 'not-yet-valid':
        return fail(`not valid before ${showDay(leaf.notBefore, now)}`, {
          cause: `the certificate was made on a machine whose clock is ahead, or the clock here is behind`,
          remedy: `compare the clocks: it is ${now.toISOString()} here`,
        });
      case 'expired':
        return fail(
          `expired on ${showDay(leaf.notAfter, now)}`,
          renew(situation, leaf, 'clients that verify refuse it, and nothing renews it by itself'),
        );
      case 'expiring':
        return fail(seen, renew(situation, leaf, 'it expires soon, and nothing renews it by itself'), 'warning');
      case 'valid':
        return pass(seen);
    }
  },
};

function renew({ subject }: Situation, leaf: CertificateFacts, cause: string): Explanation {
  const { service } = subject;
  if (subject.leaf === undefined || service.keptSecret !== undefined)
    return { cause, remedy: `renew the certificate of ${subject.leafSource}` };
  if (leaf.fingerprint !== subject.leaf.fingerprint) {
    return { cause: `${cause}; it is not the certificate of this project`, remedy: mendCertificate };
  }
  return {
    cause,
    remedy:
      (subject.isLeafBrought === true
        ? bringAnother(shownPair(service))
        : `${renewCommand(shownPair(service))}, then ingress-tls apply`) +
      (endsInPod(service.mode) && backendOf(service) === 'existing' ? `; then ${restartPods(service)}` : ''),
  };
}
