/** A fixed number of places; who finds none waits, in the order of asking. */
export interface Slots {
  /** Resolves when a place is free, to the function that gives it back. */
  take(): Promise<() => void>;
}

/** @param count places, at least one. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;

  function giveBack(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return giveBack;
    },
  };
}
