import { renewalDays } from '../../certs/validity.ts';
import type { CertificateFacts } from '../../model/certificate.ts';
import { shownPair } from '../../project/places.ts';
import { fail, pass, skip, type Explanation, type ServiceCheck, type Situation } from '../finding.ts';
import { probeAsClient } from '../probe-plan.ts';
import { mendCertificate, restartPods } from '../remedies.ts';
import { countDays, showDay, showDays } from '../words.ts';
import { endsInPod } from '../../model/mode.ts';

/** Dates of the certificate that was shown, whosever it is. */
export const validity: ServiceCheck = {
  id: 'validity',
  appliesTo: () => true,
  plan: ({ subject }) => [probeAsClient(subject)],
  expect: ({ context }) => `valid on ${showDay(context.now)}, and for ${renewalDays} days more`,
  judge: (situation, see) => {
    const { leaf } = see(probeAsClient(situation.subject));
    if (leaf === undefined) return skip('no certificate was shown');
    const { now } = situation.context;
    const days = countDays(now, leaf.notAfter);
    if (leaf.notBefore > now) {
      return fail(`not valid before ${showDay(leaf.notBefore, now)}`, {
        cause: `the certificate was made on a machine whose clock is ahead, or the clock here is behind`,
        remedy: `compare the clocks: it is ${now.toISOString()} here`,
      });
    }
    // The last second belongs to the period (RFC 5280, 4.1.2.5).
    if (!(leaf.notAfter >= now)) {
      return fail(
        `expired on ${showDay(leaf.notAfter, now)}`,
        renew(situation, leaf, 'clients that verify refuse it, and nothing renews it by itself'),
      );
    }
    const seen = `valid until ${showDay(leaf.notAfter, now)}, ${showDays(days)} left`;
    return days < renewalDays
      ? fail(seen, renew(situation, leaf, 'it expires soon, and nothing renews it by itself'), 'warning')
      : pass(seen);
  },
};

function renew({ context, subject }: Situation, leaf: CertificateFacts, cause: string): Explanation {
  const { service } = subject;
  if (subject.leaf === undefined) return { cause, remedy: `renew the certificate of ${subject.leafSource}` };
  if (leaf.fingerprint !== subject.leaf.fingerprint) {
    return { cause: `${cause}; it is not the certificate of this project`, remedy: mendCertificate };
  }
  const { certificate, key } = shownPair(service);
  const days = context.config.certificate.days;
  return {
    cause,
    remedy:
      `move ${certificate} and ${key} away, then run ingress-tls apply: it makes a new pair for ${showDays(days)}` +
      (endsInPod(service.mode) ? `; then ${restartPods(service)}` : ''),
  };
}
