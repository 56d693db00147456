import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPath } from '../../../src/preview/gateway/request-path.ts';

const decoded = (target: string) => readPath(target, 'decoded');
const cleaned = (target: string) => readPath(target, 'cleaned');
const odd = fc
  .array(fc.constantFrom('/', '.', '..', 'a', 'b.c', '//', '%2e', '%2E%2e', '%61'), { maxLength: 12 })
  .map((parts) => `/${parts.join('')}`);

describe('as nginx reads it', () => {
  it.each([
    ['/app?x=/../y', '/app'],
    ['/a/../b', '/b'],
    ['//a///b', '/a/b'],
    ['/a/.', '/a/'],
    ['/a/..', '/'],
    ['/%61pp', '/app'],
    ['/a%2Fb', '/a/b'],
    ['/a%2f..%2Fb', '/b'],
    ['/a/%2e%2e/b', '/b'],
    ['/a%3Fb', '/a?b'],
    ['/a#b', '/a'],
    ['*', '*'],
  ])('%s is %s, and the pod gets what the client wrote', (target, path) => {
    expect(decoded(target)).toEqual({ path, target });
  });

  it.each(['/..', '/a/../..', '/%2e%2e/a', '/a%', '/a%4', '/%zz', '/a%00'])('%s is not valid', (target) => {
    expect(decoded(target)).toBeUndefined();
  });

  it('is what a browser makes of it, slashes apart', () => {
    fc.assert(
      fc.property(odd, (target) => {
        const expected = decodeURIComponent(new URL(`http://x${target.replaceAll(/\/+/g, '/')}`).pathname);
        const read = decoded(target);
        if (read !== undefined) expect(read.path).toBe(expected);
      }),
    );
  });
});

describe('as Traefik reads it', () => {
  it.each([
    ['/app?x=/../y', '/app', '/app?x=/../y'],
    ['/a/../b', '/b', '/b'],
    ['/../../b?c', '/b', '/b?c'],
    ['//a///b/', '/a/b/', '/a/b/'],
    ['/a/.', '/a', '/a'],
    ['/%61pp', '/app', '/app'],
    ['/a%2fb', '/a%2Fb', '/a%2Fb'],
    ['/a%2F../b', '/a%2F../b', '/a%2F../b'],
    ['/a%20b', '/a b', '/a%20b'],
    ['*', '*', '*'],
  ])('%s is %s, and the pod gets %s', (target, path, sent) => {
    expect(cleaned(target)).toEqual({ path, target: sent });
  });

  it.each(['/a%', '/%zz', '/a#b'])('%s is not valid', (target) => {
    expect(cleaned(target)).toBeUndefined();
  });

  it('is the path that POSIX has for it', () => {
    fc.assert(
      fc.property(odd, (target) => {
        expect(cleaned(target)?.path).toBe(posix.normalize(decodeURIComponent(target)));
      }),
    );
  });
});

it('as nobody does, it stays', () => {
  expect(readPath('//a/../%zz?q', undefined)).toEqual({ path: '//a/../%zz', target: '//a/../%zz?q' });
});
