import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitImageReference } from '../../../src/charts/image-reference.ts';

describe('splitImageReference', () => {
  it.each([
    ['app', { repository: 'app', tag: '', digest: '' }],
    ['app:1.2', { repository: 'app', tag: '1.2', digest: '' }],
    ['registry:5000/app', { repository: 'registry:5000/app', tag: '', digest: '' }],
    [
      'registry:5000/team/app:1.2@sha256:abc',
      { repository: 'registry:5000/team/app', tag: '1.2', digest: 'sha256:abc' },
    ],
    ['app@sha256:abc', { repository: 'app', tag: '', digest: 'sha256:abc' }],
  ])('splits %s', (text, parts) => {
    expect(splitImageReference(text)).toEqual(parts);
  });

  it('loses nothing of what may be an image', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,6}$/);
    fc.assert(
      fc.property(part, fc.option(part), fc.option(part), fc.option(part), (name, registry, tag, digest) => {
        const text = `${registry === null ? '' : `${registry}:5000/`}${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@sha256:${digest}`}`;
        const parts = splitImageReference(text);
        expect(parts.repository + (parts.tag && `:${parts.tag}`) + (parts.digest && `@${parts.digest}`)).toBe(text);
        expect(parts.tag).toBe(tag ?? '');
      }),
    );
  });
});
