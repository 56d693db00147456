import { printable } from '../../text/escape.ts';
import type { NamedObject } from '../../model/gateway.ts';
import type { AccessEntry } from '../../model/preview.ts';

/** The log shows names and paths to their first characters. */
const longestShown = 1024;

/** A text of a client for the log: bounded, and without what steers a terminal. */
export function shown(text: string): string {
  return printable(text, longestShown);
}

/** One request on its way, from its head to its line in the log. */
export interface Exchange {
  /** Octets of the answer's body so far. */
  bytes: number;
  /** Status of the answer, once it is known; a client that leaves before sees none, which nginx logs as 499. */
  status: number;
  backend?: NamedObject;
  /** What went wrong between gateway and pod. */
  problem?: string;
  /** Writes the line; only the first call counts. */
  end(): void;
}

/** The status of a request whose client left before an answer (nginx: NGX_HTTP_CLIENT_CLOSED_REQUEST). */
export const clientLeft = 499;

/** Starts the clock of a request. */
export function beginExchange(
  request: {
    readonly client: string;
    readonly host: string;
    readonly method: string;
    readonly path: string;
    readonly httpVersion: string;
  },
  now: () => Date,
  onEntry: (entry: AccessEntry) => void,
): Exchange {
  const time = now();
  let isOver = false;
  const exchange: Exchange = {
    bytes: 0,
    status: clientLeft,
    end: () => {
      if (isOver) return;
      isOver = true;
      const { bytes, status, backend, problem } = exchange;
      onEntry({
        kind: 'request',
        time,
        client: request.client,
        host: shown(request.host),
        method: shown(request.method),
        path: shown(request.path),
        httpVersion: request.httpVersion,
        status,
        bytes,
        durationMs: now().getTime() - time.getTime(),
        ...(backend === undefined ? {} : { backend }),
        ...(problem === undefined ? {} : { problem: shown(problem) }),
      });
    },
  };
  return exchange;
}
