import { poll, sleep } from '../../world/poll.ts';

/** What a look says: no other is needed, another one may see more, or it must not stay so. */
export type Verdict = 'settled' | 'doubtful' | 'open';

/** Milliseconds between two looks. */
const pause = 300;

export interface LookLimits {
  /** How long to look again at all, and at what is `doubtful`, from the end of the first look on; milliseconds. */
  readonly longest: number;
  readonly longestInDoubt: number;
  readonly stop: AbortSignal;
  /** Told before the second look how many it is for. */
  readonly onAgain?: (open: number) => void;
}

/**
 * Looks at several things together, and again at those that are not settled, until the time is over. What was not settled at first must be
 * so twice in a row: of two replicas of a controller one may be behind.
 *
 * @param look looks at these, and returns what it says of each.
 */
export async function lookAgain<Thing>(
  things: readonly Thing[],
  look: (open: readonly Thing[]) => Promise<(thing: Thing) => Verdict>,
  { longest, longestInDoubt, stop, onAgain }: LookLimits,
): Promise<void> {
  let begun = Infinity;
  const wasOpen = new Set<Thing>();
  const settledOnce = new Set<Thing>();
  let open = things;
  const isLeftOpen = (thing: Thing, verdict: Verdict): boolean => {
    if (verdict === 'settled') {
      const isSure = !wasOpen.has(thing) || settledOnce.has(thing);
      settledOnce.add(thing);
      return !isSure;
    }
    wasOpen.add(thing);
    settledOnce.delete(thing);
    return verdict === 'open' || performance.now() - begun < longestInDoubt;
  };
  const ask = async (): Promise<number> => {
    const judge = await look(open);
    open = open.filter((thing) => isLeftOpen(thing, judge(thing)));
    return open.length;
  };
  const left = await ask();
  if (left === 0 || longest === 0 || stop.aborted) return;
  onAgain?.(left);
  begun = performance.now();
  await sleep(pause, stop);
  await poll(ask, (stillLeft) => stillLeft === 0, { longest, pause, stop });
}
