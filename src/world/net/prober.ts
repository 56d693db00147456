import type { TLSSocket } from 'node:tls';
import pLimit from 'p-limit';
import { InternalError, UsageError } from '../../errors.ts';
import type { Observation, Probe, ProbeAddress } from '../../model/probe.ts';
import { runAttempt, type Attempt } from './attempt.ts';
import { getHttp1 } from './get-http1.ts';
import { callGrpc, getHttp2 } from './get-http2.ts';
import { createProbeContext, shakeHands } from './handshake.ts';
import { probeHello } from './probe-hello.ts';
import { openTcp } from './tcp.ts';
import { watchSilence } from './watch-silence.ts';
import { awaitReading, type WitnessSettings } from './witness.ts';

export interface Prober {
  /**
   * Makes one connection and says what was seen, whatever the other side does; every socket is closed then.
   *
   * @throws UsageError when the probe itself cannot be made: certificates that OpenSSL cannot use, a path or host that no
   *   request can hold. InternalError for padding that no hello can hold.
   */
  probe(probe: Probe): Promise<Observation>;
  /** Ends everything under way and everything that waits: failure `ECANCELED`. So does every later probe. */
  close(): void;
}

export interface ProberSettings {
  readonly address: ProbeAddress;
  /** For one connection from its beginning to its end, in milliseconds. */
  readonly timeoutMs: number;
  /** Most connections at a time, at least one; absent: 32. */
  readonly concurrency?: number;
  /** Closes it when aborted. */
  readonly stop?: AbortSignal;
}

export function createProber({ address, timeoutMs, concurrency = 32, stop: asked }: ProberSettings): Prober {
  if (!(concurrency >= 1)) throw new InternalError('a prober needs at least one connection');
  const limit = pLimit(concurrency);
  const stops = new Set<() => void>();
  let isClosed = false;

  function onStop(stop: () => void): () => void {
    if (isClosed) stop();
    stops.add(stop);
    return () => stops.delete(stop);
  }

  function close(): void {
    asked?.removeEventListener('abort', close);
    isClosed = true;
    for (const stop of stops) stop();
  }
  asked?.addEventListener('abort', close);

  return {
    async probe(probe) {
      const connection = prepare(probe, { address, timeoutMs });
      return limit(() => runAttempt(connection, { timeoutMs, onStop }));
    },
    close,
  };
}

/** Whatever can be wrong with the probe itself shows here, before anything is connected. */
function prepare(probe: Probe, settings: Omit<WitnessSettings, 'serverName'>): (attempt: Attempt) => Promise<void> {
  const { address } = settings;
  switch (probe.kind) {
    case 'https': {
      checkRequest(probe);
      const context = createProbeContext(probe);
      return async (attempt) => {
        const between = (): Promise<void> =>
          awaitReading(attempt, { ...settings, serverName: probe.serverName ?? probe.host });
        const socket = await shakeHands(await openTcp(address, attempt), probe, context, attempt, between);
        await ask(socket, probe, attempt, settings.timeoutMs);
      };
    }
    case 'plain-http':
      checkRequest(probe);
      return async (attempt) => {
        await getHttp1(await openTcp(address, attempt), probe, attempt);
      };
    case 'hello':
      return (attempt) =>
        probeHello(probe, address, attempt, () => awaitReading(attempt, { ...settings, serverName: probe.serverName }));
  }
}

function ask(
  socket: TLSSocket,
  probe: Extract<Probe, { kind: 'https' }>,
  attempt: Attempt,
  timeoutMs: number,
): Promise<void> {
  if (probe.asks === 'nothing') return watchSilence(socket, attempt, timeoutMs);
  if (probe.asks === 'grpc') return callGrpc(socket, probe, attempt);
  return (socket.alpnProtocol === 'h2' ? getHttp2 : getHttp1)(socket, probe, attempt);
}

function checkRequest({ host, path }: { readonly host: string; readonly path: string }): void {
  if (!/^\/[\x21-\x7e]*$/.test(path)) {
    throw new UsageError('probe not possible: the path is not one that a request can hold', {
      remedy: 'Give a path that begins with / and write spaces and other unusual characters as %20 and the like.',
    });
  }
  if (!/^[\x21-\x7e]+$/.test(host)) {
    throw new UsageError('probe not possible: the host is not one that a request can hold', {
      remedy: 'Give the host name as it stands in ingress-tls.yaml.',
    });
  }
}
