import type { Socket } from 'node:net';

import type { PageAnswer } from '../../model/gateway.ts';
import { renderPage } from './pages.ts';

/** What plain HTTP asked for, as far as its first bytes tell. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly httpVersion: string;
  readonly host: string;
}

/**
 * Answers whatever came in clear with the page of the controller, and ends the connection. What the client still sends is
 * thrown away for a while: closing before it is read would reset the connection, and the client would not see the page.
 *
 * @param lingerMs milliseconds that the client has to end its side.
 */
export function refusePlainHttp(socket: Socket, page: PageAnswer, lingerMs: number): void {
  const timer = setTimeout(() => {
    socket.destroy();
  }, lingerMs);
  socket.once('close', () => {
    clearTimeout(timer);
  });
  socket.end(renderPage(page, {}));
  socket.resume();
}

/** Reads the request line and the Host header for the log; undefined when the bytes do not look like HTTP. */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  const text = bytes.toString('latin1', 0, 8192);
  const [, method, path, httpVersion] = /^([A-Z]{1,20}) ([^\s]+) HTTP\/(\d\.\d)\r?\n/.exec(text) ?? [];
  if (method === undefined || path === undefined || httpVersion === undefined) {
    return undefined;
  }
  return { method, path, httpVersion, host: /\nhost:[ \t]*([^\s]+)/i.exec(text)?.[1] ?? '' };
}
