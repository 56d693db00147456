import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createProjectFiles } from '../../../src/effects/files.ts';
import { observeProject, type ObserveRequest } from '../../../src/effects/observe.ts';
import { createMemory } from '../../../src/effects/memory.ts';
import { issue, makeKey, serverRequest } from '../certs/fixtures.ts';
import { makeTemporaryFolder } from './stand-in.ts';

const request: ObserveRequest = {
  paths: [],
  pairs: [{ certificate: 'a.crt', key: 'a.key' }],
  objects: [
    {
      path: 'secrets/a.yaml',
      content: {
        object: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
        data: { 'tls.crt': 'a.crt', 'tls.key': 'a.key' },
      },
    },
  ],
};

it('sees at a second look what was saved since the first', () => {
  const root = makeTemporaryFolder();
  const [own, other] = [makeKey('ecdsa-p256'), makeKey('ecdsa-p256')];
  const save = (name: string, text: string): void => { writeFileSync(join(root, name), text); };
  save('a.crt', issue(serverRequest, { key: own }));
  save('a.key', own.privateKey);
  const files = createProjectFiles(root, () => new Date());
  const look = (): readonly unknown[] => {
    const { pairs, objectDigests } = observeProject(files, request);
    return [pairs.get('a.crt')?.hasKey, pairs.get('a.crt')?.matches, objectDigests.get('secrets/a.yaml')];
  };
  const first = look();
  expect(first.slice(0, 2)).toEqual([true, true]);
  expect(look()).toEqual(first);
  // A key of the same length, so that only its bytes tell.
  expect(other.privateKey).toHaveLength(own.privateKey.length);
  save('a.key', other.privateKey);
  const second = look();
  expect(second[1]).toBe(false);
  expect(second[2]).not.toBe(first[2]);
  save('a.crt', issue(serverRequest, { key: other }));
  expect(look()[1]).toBe(true);
  rmSync(join(root, 'a.key'));
  expect(look()).toEqual([false, undefined, undefined]);
  save('a.key', own.privateKey);
  save('a.crt', issue(serverRequest, { key: own }));
  expect(look().slice(0, 2)).toEqual([true, true]);
});

it('finds out again only what goes by other texts', () => {
  const memory = createMemory<number>();
  let asked = 0;
  const recall = (...texts: readonly (string | undefined)[]): number => memory.recall('name', texts, () => (asked += 1));
  expect([recall('a', undefined), recall('a', undefined), recall(undefined, 'a'), recall('a', ''), recall('a', undefined)]).toEqual([1, 1, 2, 3, 4]);
  expect(memory.recall('other', ['a', undefined], () => 0)).toBe(0);
});
