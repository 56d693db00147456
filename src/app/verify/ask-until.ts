import { setTimeout as wait } from 'node:timers/promises';

/**
 * Asks again until the answer is the wanted one, until the time is over or until the person stops the run; returns the last
 * answer. Durations in milliseconds.
 *
 * Not by AbortSignal.any: in Node 20 and 22 a joined signal may be collected as garbage before it fires (tried with 20.20.2).
 */
export async function askUntil<Answer>(
  ask: () => Promise<Answer>,
  isWanted: (answer: Answer) => boolean,
  { longest, pause, stop }: { readonly longest: number; readonly pause: number; readonly stop?: AbortSignal },
): Promise<Answer> {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  const timer = setTimeout(end, longest);
  if (stop?.aborted === true) end();
  stop?.addEventListener('abort', end);
  try {
    for (;;) {
      const answer = await ask();
      if (isWanted(answer) || over.signal.aborted) return answer;
      await wait(pause, undefined, { signal: over.signal }).catch(() => undefined);
    }
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener('abort', end);
  }
}
