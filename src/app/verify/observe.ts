import type { Prober } from '../../world/net/prober.ts';
import type { Observation } from '../../model/probe.ts';
import type { NamedProbe, Observations } from '../../verify/subject.ts';

/**
 * Makes every connection that was planned, side by side; an id that is planned twice once. `plans` has those of one service
 * each, the first of which is the most ordinary.
 *
 * Where not one of these first connections comes about, or each gets no answer in time, nobody serves at the address, and the
 * others would only wait for the time limit too: they are taken to fail in the same way.
 */
export async function observe(prober: Prober, plans: readonly (readonly NamedProbe[])[]): Promise<Observations> {
  const first = distinct(plans.flatMap((plan) => plan.slice(0, 1)));
  const seen = new Map(await Promise.all(first.map((named) => carryOut(prober, named))));
  const rest = distinct(plans.flat()).filter(({ id }) => !seen.has(id));
  const [failure] = seen.values();
  if (failure !== undefined && [...seen.values()].every(isHopeless)) {
    return new Map([...seen, ...rest.map(({ id }): [string, Observation] => [id, failure])]);
  }
  return new Map([...seen, ...(await Promise.all(rest.map((named) => carryOut(prober, named))))]);
}

/** A certificate is a sign of life: who shows one may answer other requests. */
function isHopeless({ failure, leaf }: Observation): boolean {
  return failure !== undefined && (failure.stage === 'connect' || (failure.code === 'timeout' && leaf === undefined));
}

async function carryOut(prober: Prober, { id, probe }: NamedProbe): Promise<[string, Observation]> {
  return [id, await prober.probe(probe)];
}

function distinct(probes: readonly NamedProbe[]): readonly NamedProbe[] {
  return [...new Map(probes.map((named) => [named.id, named])).values()];
}
