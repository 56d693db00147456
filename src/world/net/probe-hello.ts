import { randomBytes } from 'node:crypto';
import type { Probe, ProbeAddress } from '../../model/probe.ts';
import type { Attempt } from './attempt.ts';
import { createClientHello, helloRandomLength } from './client-hello.ts';
import { closed } from './probe-end.ts';
import { readDistinguishedName } from '../../certs/read-name.ts';
import { readLeaf } from './read-leaf.ts';
import { createFlightReader } from './server-flight.ts';
import { openTcp, writeInSegments } from './tcp.ts';

type HelloProbe = Extract<Probe, { kind: 'hello' }>;

/** Where a client's first segment ends that carries a long hello: a little under what Ethernet takes. */
const segmentLength = 1400;

/** Sends the hello and reads until the server has shown its certificate; of a long one the rest when `between` is done. */
export async function probeHello(
  probe: HelloProbe,
  address: ProbeAddress,
  attempt: Attempt,
  between: () => Promise<void>,
): Promise<void> {
  const hello = createClientHello(probe, randomBytes(helloRandomLength));
  const socket = await openTcp(address, attempt);
  attempt.stage = 'handshake';
  const reader = createFlightReader(probe.version, probe.readsRequest === true);
  const { seen } = attempt;
  const finished = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      try {
        const { certificates, clientAuthorities, isDone } = reader.push(chunk);
        if (certificates?.[0] === undefined || (probe.readsRequest === true && isDone !== true)) return;
        seen.chainLength = certificates.length;
        seen.leaf = readLeaf(certificates[0]);
        if (clientAuthorities !== undefined) seen.clientAuthorities = clientAuthorities.map(readDistinguishedName);
        resolve();
      } catch (error) {
        attempt.fail(error);
      } finally {
        const { version } = reader.flight;
        if (version !== undefined) seen.version = version;
      }
    });
    socket.on('close', () => {
      attempt.fail(closed());
    });
  });
  await Promise.all([finished, writeInSegments(socket, hello, probe.padding > 0 ? segmentLength : 0, between)]);
}
