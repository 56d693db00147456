import { printName } from '../../kube/object-index.ts';
import type { AccessEntry } from '../../model/preview.ts';
import type { Connection } from './connections.ts';
import { shown } from './exchange.ts';
import type { Generation } from './generation.ts';
import type { Limits } from './limits.ts';
import { readOpening } from './opening.ts';
import { lengthOfPage } from './pages.ts';
import { passThrough } from './passthrough.ts';
import { readPlainRequest, refusePlainHttp } from './plain-http.ts';
import { lengthOfRecord, readServerName } from './server-name.ts';

interface Reporting {
  readonly limits: Limits;
  readonly now: () => Date;
  readonly onEntry: (entry: AccessEntry) => void;
}

/** Decides by its first bytes what becomes of a connection; passed through, it stays here to its end. Never rejects. */
export async function directConnection(
  connection: Connection,
  generation: Generation,
  { limits, now, onEntry }: Reporting,
): Promise<void> {
  const { socket, client } = connection;
  const { behaviour, findPod } = generation.input;
  const time = now();
  const elapsed = (): number => now().getTime() - time.getTime();
  const refused = (reason: string): void => {
    onEntry({
      kind: 'refused',
      time,
      client,
      ...(connection.serverName === undefined ? {} : { host: connection.serverName }),
      reason,
    });
  };

  const isGone = (): boolean => socket.destroyed;
  const giveUp = (reason: string | undefined): void => {
    if (reason !== undefined) refused(reason);
    socket.destroy();
  };

  const opening = await readOpening(socket, behaviour.helloReading, limits.helloMs);
  if (opening.kind === 'none') {
    giveUp(opening.reason);
    return;
  }
  if (opening.kind === 'other') {
    const page = behaviour.plainHttp;
    const request = readPlainRequest(opening.bytes);
    refusePlainHttp(socket, page, limits.closingMs);
    if (request === undefined) {
      refused('neither TLS nor HTTP');
      return;
    }
    onEntry({
      ...{
        kind: 'request',
        time,
        client,
        host: shown(request.host),
        method: request.method,
        path: shown(request.path),
      },
      ...{ httpVersion: request.httpVersion, status: page.status, bytes: lengthOfPage(page), durationMs: elapsed() },
    });
    return;
  }

  let serverName = await readServerName(opening.bytes, behaviour.helloReading);
  if (isGone()) return;
  const host = serverName === undefined ? undefined : generation.hosts.forHello(serverName, behaviour.helloReading);
  if (host?.backend === undefined) {
    if (opening.bytes.length < (lengthOfRecord(opening.bytes) ?? Infinity)) {
      // The first read decides only whether the connection is passed through. TLS takes a hello in pieces, and nginx behind
      // ingress-nginx's reader of hellos chooses the certificate by all of it.
      const whole = await readOpening(socket, 'whole', limits.helloMs, elapsed());
      if (whole.kind === 'none') {
        giveUp(whole.reason);
        return;
      }
      serverName = await readServerName(whole.bytes, 'whole');
      if (isGone()) return;
    }
    if (serverName !== undefined) connection.serverName = shown(serverName);
    // The client's half-close would otherwise leave the handshake waiting.
    socket.allowHalfOpen = false;
    socket.once('close', () => {
      if (!connection.isSecure || connection.problem !== undefined) {
        refused(connection.problem ?? 'the client left during the TLS handshake');
      }
    });
    generation.endTls(socket, serverName);
    return;
  }

  const { backend } = host;
  const finished = (outcome: { bytesFromClient: number; bytesToClient: number; problem?: string }): void => {
    onEntry({
      kind: 'connection',
      time,
      client,
      host: host.name,
      ...outcome,
      durationMs: elapsed(),
      backend: backend.service,
    });
  };
  const port = host.connection === 'dead' ? undefined : findPod(backend);
  if (port === undefined) {
    const problem =
      host.connection === 'dead'
        ? 'the controller ends every connection to this host'
        : `no pod listens behind port ${backend.port} of ${printName(backend.service)}`;
    socket.destroy();
    finished({ bytesFromClient: opening.bytes.length, bytesToClient: 0, problem });
    return;
  }
  connection.begin();
  finished(await passThrough(socket, port, limits));
}
