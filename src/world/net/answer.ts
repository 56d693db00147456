import type { HttpAnswer } from '../../model/probe.ts';

export const userAgent = 'ingress-tls';

const mostBytes = 8 * 1024;

/** The first bytes of a body. */
export interface BodyStart {
  /** Takes what still fits; whether nothing more is wanted. */
  add(chunk: Buffer): boolean;
  read(): string;
}

export function createBodyStart(): BodyStart {
  const parts: Buffer[] = [];
  let room = mostBytes;
  return {
    add(chunk) {
      parts.push(chunk.subarray(0, room));
      room -= Math.min(room, chunk.length);
      return room === 0;
    },
    read() {
      // A character that was cut in two at the end is left out.
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(parts), { stream: room === 0 });
    },
  };
}

/** The answer so far, as often as it is asked for. */
export function answerReader(head: Omit<HttpAnswer, 'body'>, body: BodyStart): () => HttpAnswer {
  return () => ({ ...head, body: body.read() });
}

/** Names in lower case, values of the same name joined (RFC 9110, 5.3). */
export function joinHeaders(pairs: Iterable<readonly [name: string, value: string]>): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}
