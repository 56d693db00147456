import { setTimeout as wait } from 'node:timers/promises';
import type { ProbeAddress } from '../../model/probe.ts';
import { runAttempt, type Attempt } from './attempt.ts';
import { probeHello } from './probe-hello.ts';

/** Least time between two pieces; ingress-nginx fails at 1 ms and at 80 ms alike. */
const shortestPauseMs = 200;

export interface WitnessSettings {
  /** The name in its hello. */
  readonly serverName: string;
  readonly address: ProbeAddress;
  /** For the witness, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Waits, after a piece was sent, until the other side must have read it: until it has answered the whole hello of another connection,
 * a witness, that was begun afterwards, and as long as that took once more. No fixed time would do: a server that is held up longer
 * finds both pieces when it comes to read, and takes them for one. One loop serves what is ready in order, so it has read the
 * piece for sure; with several threads or replicas it is only likely, so that one try proves nothing.
 *
 * Notes in the attempt whether there was an answer. A server that serves one connection after the other gives none.
 */
export async function awaitReading(
  attempt: Attempt,
  { serverName, address, timeoutMs }: WitnessSettings,
): Promise<void> {
  const hello = { kind: 'hello', serverName, version: 'TLSv1.2', padding: 0 } as const;
  const onStop = (stop: () => void) => {
    attempt.own({ destroy: stop });
    return () => undefined;
  };
  const witness = runAttempt((other) => probeHello(hello, address, other, () => Promise.resolve()), {
    timeoutMs,
    onStop,
  });
  const { leaf, failure, durationMs } = await attempt.waitFor(witness);
  // An alert is an answer too, and so is what is no TLS.
  attempt.seen.isReadApart = leaf !== undefined || failure?.code === 'alert' || failure?.code === 'protocol';
  await attempt.waitFor(wait(Math.max(shortestPauseMs, attempt.seen.isReadApart ? durationMs : 0)));
}
