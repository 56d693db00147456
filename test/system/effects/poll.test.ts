import { afterEach, expect, it, vi } from 'vitest';
import { poll, sleep } from '../../../src/world/poll.ts';

const hour = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** How often it is asked within so many milliseconds for what never comes. */
function countQuestions(longest: number): Promise<number> {
  let asked = 0;
  return poll(
    () => (asked += 1),
    () => false,
    { longest, pause: hour, stop: new AbortController().signal },
  );
}

it('asks until the answer is the wanted one', async () => {
  const { signal } = new AbortController();
  let asked = 0;
  expect(
    await poll(
      () => Promise.resolve((asked += 1)),
      (answer) => answer === 3,
      { longest: hour, pause: 1, stop: signal },
    ),
  ).toBe(3);
});

it('asks once more when the time is over, however long the pause is', async () => {
  expect(await countQuestions(20)).toBe(2);
});

it('asks once more even if the timer rings before its time', async () => {
  const clock = vi.spyOn(performance, 'now');
  for (const at of [0, 0, 19.6, 20.1]) clock.mockReturnValueOnce(at);
  expect(await countQuestions(20)).toBe(2);
});

it('asks once where there is no time', async () => {
  expect(await countQuestions(0)).toBe(1);
});

// Each would wait an hour if it did not hear the stop.
it('ends a pause when the person stops, with what was seen last', async () => {
  const stop = new AbortController();
  let asked = 0;
  const ask = (): number => {
    setTimeout(() => {
      stop.abort();
    }, 10);
    return (asked += 1);
  };
  expect(await poll(ask, () => false, { longest: hour, pause: hour, stop: stop.signal })).toBe(1);
});

it('sleeps no longer than until the person stops', async () => {
  await sleep(hour, AbortSignal.abort());
  const stop = new AbortController();
  setTimeout(() => {
    stop.abort();
  }, 10);
  await sleep(hour, stop.signal);
  expect(stop.signal.aborted).toBe(true);
});
