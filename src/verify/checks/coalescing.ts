import { backendOf } from '../../model/backend.ts';
import { coversName } from '../../text/host-name.ts';
import { shownPair, restartPods } from '../../project/places.ts';
import { fail, pass, skip, type Finding, type See, type ServiceCheck, type Situation } from '../finding.ts';
import { isLeafOf } from '../leaves.ts';
import { findTerminated, probeAsClient } from '../probe-plan.ts';
import type { VerifySubject } from '../subject.ts';
import { endsInPod } from '../../model/mode.ts';

/**
 * A client may send requests for one host down an HTTP/2 connection that it has open for another, where address and
 * certificate fit both (RFC 9113, 9.1.1). Between modes that is wrong, one way and the other: the connection ends where the
 * request must not go.
 */
export const coalescing: ServiceCheck = {
  id: 'coalescing',
  appliesTo: ({ mode }) => endsInPod(mode),
  plan: ({ context, subject }) => [subject, ...findTerminated(context)].map(probeAsClient),
  expect: ({ subject: { service } }) =>
    `no HTTP/2 with a certificate for another host as well: neither at a terminated host with one for ${service.host}, nor the other way round`,
  judge,
};

function judge(situation: Situation, see: See): Finding {
  const { context, subject } = situation;
  const { host } = subject.service;
  const drawn = findDrawn(situation, see);
  if (drawn !== undefined) return warnOfPod(subject, drawn);
  const others = findTerminated(context).map((other) => ({ other, ...see(probeAsClient(other)) }));
  if (others.length === 0) return skip('no other service ends at the controller');
  const shown = others.filter(({ leaf }) => leaf !== undefined);
  if (shown.length === 0) return skip('no terminated host showed a certificate');
  const risk = shown.find(
    ({ leaf, protocol }) => protocol === 'h2' && leaf !== undefined && coversName(leaf.dnsNames, host),
  );
  if (risk !== undefined) return warnOfController(situation, risk.other);
  const isOffered = shown.some(({ protocol }) => protocol === 'h2');
  return pass(
    isOffered ? `HTTP/2 with a certificate that does not cover ${host}` : 'no HTTP/2 where TLS ends at the controller',
  );
}

/** Another service whose requests a client may send down its connection to the pod. */
function findDrawn({ context, subject }: Situation, see: See): VerifySubject | undefined {
  const { leaf, protocol } = see(probeAsClient(subject));
  // Of a certificate that is not the pod's, the check `certificate` speaks.
  if (protocol !== 'h2' || leaf === undefined || !isLeafOf(subject, leaf)) return undefined;
  return context.subjects.find(
    ({ service }) => service.name !== subject.service.name && coversName(leaf.dnsNames, service.host),
  );
}

function warnOfPod(
  { service, leaf, leafSource }: VerifySubject,
  { service: { host: drawnHost } }: VerifySubject,
): Finding {
  const { certificate, key } = shownPair(service);
  const narrow =
    leaf === undefined || service.keptSecret !== undefined
      ? `give ${leafSource} a certificate for ${service.host} alone`
      : `give the pod a certificate for ${service.host} alone: move ${certificate} and ${key} away, then run ingress-tls apply${backendOf(service) === 'existing' ? ` and ${restartPods(service)}` : ''}`;
  return fail(
    `${service.host} offers HTTP/2, and its certificate covers ${drawnHost} too`,
    {
      cause: `a browser that has ${service.host} open may send requests for ${drawnHost} down the same connection: they end in the pod of ${service.name}`,
      remedy: `${narrow}. To keep the certificate, turn HTTP/2 off in the pod`,
    },
    'warning',
  );
}

function warnOfController(
  { context: { config, words }, subject }: Situation,
  { service: { host: terminatedHost } }: VerifySubject,
): Finding {
  const { host, name } = subject.service;
  return fail(
    `${terminatedHost} offers HTTP/2, and its certificate covers ${host} too`,
    {
      cause: `a browser that has ${terminatedHost} open may send requests for ${host} down the same connection: they end at the controller, not in the pod of ${name}`,
      remedy:
        `ingress-tls apply: it turns HTTP/2 off (${words.http2Setting(config)}). ` +
        `To keep HTTP/2, first give ${name} a host that the certificate does not cover, such as ${name}.direct.${config.domain}`,
    },
    'warning',
  );
}
