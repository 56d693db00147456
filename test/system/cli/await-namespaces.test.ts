import { expect, it } from 'vitest';
import { awaitTerminating } from '../../../src/app/apply/await-namespaces.ts';
import type { FoundNamespace } from '../../../src/world/kubectl/kubectl.ts';
import { ToolError } from '../../../src/errors.ts';

/** Answers each look with the next of these states; the last one stays. */
function watch(...looks: readonly Readonly<Record<string, boolean>>[]): {
  readonly kubectl: Parameters<typeof awaitTerminating>[1]['kubectl'];
  readonly count: () => number;
} {
  let count = 0;
  const findNamespaces = (): Promise<ReadonlyMap<string, FoundNamespace>> => {
    const look = looks[Math.min(count, looks.length - 1)] ?? {};
    count += 1;
    return Promise.resolve(
      new Map(
        Object.entries(look).map(([name, isTerminating]) => [
          name,
          { labels: {}, isTerminating, heldBy: ['held by x'] },
        ]),
      ),
    );
  };
  return { kubectl: { findNamespaces }, count: () => count };
}

function collect(): {
  readonly listener: Parameters<typeof awaitTerminating>[0]['listener'];
  readonly messages: string[];
} {
  const messages: string[] = [];
  const add = (text: string): void => void messages.push(text);
  return { listener: { message: add } as Parameters<typeof awaitTerminating>[0]['listener'], messages };
}

it('says once what it waits for, until all are gone or made anew', async () => {
  const [cluster, said] = [watch({ a: true, b: true }, { b: true }, { a: false }), collect()];
  await awaitTerminating(said, cluster, ['a', 'b'], 60, new AbortController().signal);
  expect(said.messages).toEqual(['Namespaces a, b are being deleted: waiting at most 60 s until they are gone.']);
  expect(cluster.count()).toBe(3);
});

it('gives up with what holds the namespace', async () => {
  const failure = await awaitTerminating(collect(), watch({ a: true }), ['a'], 0, new AbortController().signal).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ToolError);
  expect(failure).toMatchObject({ message: 'namespace a is still being deleted after 0 s', details: ['a: held by x'] });
});

it('ends when the person stops it, without a look', async () => {
  const cluster = watch({ a: true });
  await awaitTerminating(collect(), cluster, ['a'], 60, AbortSignal.abort());
  expect(cluster.count()).toBe(0);
});
