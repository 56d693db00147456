import { createProber, type Prober } from '../../world/net/prober.ts';
import type { Observation } from '../../model/probe.ts';
import type { Fact } from '../../model/verification.ts';
import { listFacts, planFacts } from '../../verify/facts.ts';
import { probePort80 } from '../../verify/probe-plan.ts';
import { readFrom } from '../../verify/read-observations.ts';
import { nameSubject, type VerifySubject } from '../../verify/subject.ts';
import type { Session } from '../session.ts';
import type { FoundAddress } from './address.ts';
import { observe } from './observe.ts';

interface Looking {
  readonly session: Session;
  readonly prober: Prober;
  readonly selected: readonly VerifySubject[];
  readonly found: FoundAddress;
}

/** What clients see of each host, by nameSubject. */
export async function seeFacts(
  { session, prober, selected, found }: Looking,
  timeoutMs: number,
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const see = readFrom(await observe(prober, selected.map(planFacts)));
  const port = findPlainPort(found);
  const redirectOf = typeof port === 'string' ? () => port : await seeRedirects(port);
  return new Map(selected.map((subject) => [nameSubject(subject), listFacts(subject, see, redirectOf(subject))]));

  async function seeRedirects(plainPort: number): Promise<(subject: VerifySubject) => Observation> {
    const address = { host: found.address.host, port: plainPort };
    const plain = createProber({ address, timeoutMs, stop: session.stop.asked });
    try {
      const plans = selected.map((subject) => [probePort80(subject)]);
      const answers = readFrom(await observe(plain, plans));
      return (subject) => answers(probePort80(subject));
    } finally {
      plain.close();
    }
  }
}

/** The port for plain HTTP where it is known, or why it is not. */
function findPlainPort({ address: { source }, plainPort, entry }: FoundAddress): number | string {
  if (source === 'preview') return plainPort ?? 'not looked for: the preview was started without a port for plain HTTP';
  if (entry === undefined)
    return 'not looked for: where plain HTTP is spoken is known of a preview and a cluster alone';
  const service = 'service' in entry ? entry : undefined;
  if (service?.plainPort !== undefined) return service.plainPort;
  return service?.isOthers === true
    ? `not looked for: Service ${service.service.name} has no port for plain HTTP`
    : 'not looked for: controller.service.http in ingress-tls.yaml names no port for plain HTTP';
}
