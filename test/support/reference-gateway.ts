import { connect, type Socket } from 'node:net';
import type { CertificateMaker } from './reference-certificates.ts';
import { createReferenceEdge } from './reference-edge.ts';
import { readFirstBytes } from './reference-hello.ts';
import { startReferencePods } from './reference-pods.ts';
import { serviceOf, type Quirks, type Spoiled } from './reference-quirks.ts';
import { createRawServer, listen, readFirst, type Listening } from './reference-server.ts';

/**
 * What a right ingress controller would do for the three modes of a rendered project, with its pods: the independent judge
 * of verify, made of Node's own servers, knowing nothing of src/. `quirks` make it wrong in known ways.
 */
export async function startReferenceGateway(
  project: string,
  maker: CertificateMaker,
  quirks: Quirks = {},
): Promise<Listening> {
  const fake = maker.makeSelfSigned({
    subject: '/O=Acme Co/CN=Kubernetes Ingress Controller Fake Certificate',
    dnsNames: ['ingress.local'],
  });
  const pods = await startReferencePods(project, quirks);
  const edge = createReferenceEdge({ project, quirks, pods, fake });
  const [tls, plain] = [await listen(edge.tls), await listen(edge.plain)];
  const { passedThrough = { svc9: 'svc9' } } = quirks;
  const front = await listen(
    createRawServer((client) => {
      serve(client, quirks, plain.port, (name) => {
        const target = passedThrough[serviceOf(name) ?? (name === undefined ? 'nameless' : 'unknown')];
        return (target === undefined ? tls : pods[target]).port;
      });
    }),
  );
  const all = [front, tls, plain, ...Object.values(pods)];
  return {
    port: front.port,
    close: async () => {
      await Promise.all(all.map((each) => each.close()));
    },
  };
}

function serve(client: Socket, quirks: Quirks, plainPort: number, portFor: (name: string | undefined) => number): void {
  if (quirks.onAccept === 'reset') client.resetAndDestroy();
  if (quirks.onAccept !== undefined) return;
  readFirst(client, (bytes) => {
    const seen = readFirstBytes(bytes);
    if (seen.kind === 'other') {
      splice(client, bytes, plainPort);
      return true;
    }
    if (seen.kind === 'partial') {
      if (quirks.helloReading === undefined) return false;
      if (quirks.helloReading === 'first-segment-or-nothing') client.destroy();
      else splice(client, bytes, portFor(undefined));
      return true;
    }
    const service = serviceOf(seen.serverName);
    const spoiled = service === undefined ? undefined : quirks.onHello?.[service];
    if (spoiled === undefined) splice(client, bytes, portFor(seen.serverName));
    else spoil(client, spoiled, bytes, portFor(seen.serverName));
    return true;
  });
}

/** Brings what was read to a port of this machine, and then whatever comes, both ways and each way to its own end. */
function splice(client: Socket, first: Buffer, port: number): Socket {
  const upstream = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  upstream.write(first);
  client.pipe(upstream).pipe(client);
  upstream.on('error', () => client.end());
  client.on('close', () => upstream.destroy());
  return upstream;
}

function spoil(client: Socket, how: Spoiled, hello: Buffer, port: number): void {
  const ways: Record<Spoiled, () => void> = {
    hang: () => client.resume(),
    reset: () => client.resetAndDestroy(),
    end: () => client.resume().end(),
    garbage: () =>
      client.resume().end(Buffer.from('SSH-2.0-OpenSSH_9.9\r\n\u0000\u0016\u0003\u0001\u00ff\u00ff\u001b[2J')),
    // The ServerHello is about 100 bytes long, and no certificate is shorter than 300.
    'half-certificate': () => {
      const upstream = connect({ port, host: '127.0.0.1' }, () => upstream.write(hello));
      upstream.once('data', (flight) => {
        client.resume().end(flight.subarray(0, 300));
        upstream.destroy();
      });
      upstream.on('error', () => client.end());
    },
  };
  ways[how]();
}
