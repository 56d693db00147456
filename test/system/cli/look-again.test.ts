import { describe, expect, it } from 'vitest';
import { lookAgain, type Verdict } from '../../../src/app/verify/look-again.ts';

/** Looks by a script: what each look says of each thing, the last of it from then on. Returns what was looked at. */
async function follow(
  script: Readonly<Record<string, readonly Verdict[]>>,
  limits: Partial<Parameters<typeof lookAgain>[2]> = {},
) {
  const looks: (readonly string[])[] = [];
  const told: number[] = [];
  await lookAgain(
    Object.keys(script),
    (open) => {
      const round = looks.push(open) - 1;
      return Promise.resolve((thing) => script[thing]![round] ?? script[thing]!.at(-1)!);
    },
    {
      longest: 60_000,
      longestInDoubt: 60_000,
      stop: new AbortController().signal,
      onAgain: (open) => told.push(open),
      ...limits,
    },
  );
  return { looks, told };
}

describe('lookAgain', () => {
  it('looks once where all is settled, and tells nothing', async () => {
    expect(await follow({ a: ['settled'], b: ['settled'] })).toEqual({ looks: [['a', 'b']], told: [] });
  });

  it('looks at what was open until it is settled twice in a row, and at nothing else', async () => {
    const { looks, told } = await follow({ a: ['settled'], b: ['open', 'settled', 'open', 'settled', 'settled'] });
    expect(looks).toEqual([['a', 'b'], ['b'], ['b'], ['b'], ['b']]);
    expect(told).toEqual([1]);
  });

  it('looks once where there is no time', async () => {
    expect(await follow({ a: ['open'] }, { longest: 0 })).toEqual({ looks: [['a']], told: [] });
  });

  it('gives up what is doubtful before what is open', async () => {
    const { looks } = await follow({ a: ['doubtful'], b: ['open', 'open', 'settled'] }, { longestInDoubt: 0 });
    expect(looks).toEqual([['a', 'b'], ['a', 'b'], ['b'], ['b']]);
  });

  it('ends when the time is over or the person stops it', async () => {
    expect((await follow({ a: ['open'] }, { longest: 1 })).looks).not.toHaveLength(0);
    const stop = new AbortController();
    stop.abort();
    expect((await follow({ a: ['open'] }, { stop: stop.signal })).looks).toEqual([['a']]);
  });
});
