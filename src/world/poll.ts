import { setTimeout as wait } from 'node:timers/promises';

/** Whether the person has stopped by now: the compiler takes a signal that was seen not to be aborted for one that never will be. */
export function isStopped(stop: AbortSignal): boolean {
  return stop.aborted;
}

/** Waits so many milliseconds, or until the person stops. */
export async function sleep(ms: number, stop: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: stop }).catch(() => undefined);
}

/** In milliseconds. */
interface PollLimits {
  readonly longest: number;
  readonly pause: number;
  readonly stop: AbortSignal;
}

/**
 * Asks again and again until the answer is the wanted one, the time is over, or the person stops. When the time is over it asks once more.
 * @returns the last answer.
 */
export async function poll<Answer>(
  ask: () => Answer | Promise<Answer>,
  isWanted: (answer: Answer) => boolean,
  { longest, pause, stop }: PollLimits,
): Promise<Answer> {
  const end = performance.now() + longest;
  let isLast = false;
  for (;;) {
    const answer = await ask();
    const left = end - performance.now();
    if (isWanted(answer) || isLast || left <= 0) return answer;
    // Decided before the pause and not read from the clock after it: a timer may ring up to a millisecond before its time (nodejs/node#26578).
    isLast = left <= pause;
    await sleep(Math.min(pause, left), stop);
    if (stop.aborted) return answer;
  }
}
