import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestFiles, digestText } from '../../../src/kube/digest.ts';

describe('digestText', () => {
  it('is the SHA-256 of FIPS 180-2, appendix B', () => {
    expect(digestText('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('is that of the text in UTF-8', () => {
    // echo 'Zürich, 東京' | openssl dgst -sha256 -r
    expect(digestText('Zürich, 東京\n')).toBe('f7daaf1b05160f1a17a2b1db05a30e73af6ab6ea1e34d68f5ddbfe3d7979ff56');
  });
});

describe('digestFiles', () => {
  const one = { path: 'charts/svc7/Chart.yaml', digest: digestText('one') };
  const two = { path: 'charts/svc7/values.yaml', digest: digestText('two') };

  it('is what sha256sum says of a list in the format of sha256sum, shortened', () => {
    // printf '%s  charts/svc7/Chart.yaml\n%s  charts/svc7/values.yaml\n' "$(printf one | sha256sum | cut -d' ' -f1)" ... | sort | sha256sum
    expect(digestFiles([two, one])).toBe(
      '57848ca8aa446bb2feb0e52f1a2d28424a879060ebc7c84949dbd1c580d8a80d'.slice(0, 40),
    );
  });

  it('fits the value of a label', () => {
    // kubernetes@1.35 apimachinery/pkg/util/validation: 63 characters, beginning and ending with a letter or a digit.
    for (const files of [[], [one], [one, two]]) expect(digestFiles(files)).toMatch(/^[0-9a-f]{40}$/);
  });

  it('does not depend on the order of files', () => {
    const files = fc.uniqueArray(fc.record({ path: fc.string(), digest: fc.string() }), { maxLength: 5 });
    fc.assert(
      fc.property(files, (list) => {
        expect(digestFiles(list.toReversed())).toBe(digestFiles(list));
      }),
    );
  });

  it.each([
    ['another content', [one, { ...two, digest: digestText('three') }]],
    ['another name', [one, { ...two, path: 'charts/svc7/values.yml' }]],
    ['a file less', [one]],
    ['a file more', [one, two, { path: 'charts/svc7/README.md', digest: digestText('') }]],
    [
      'contents the other way round',
      [
        { ...one, digest: two.digest },
        { ...two, digest: one.digest },
      ],
    ],
  ])('differs for %s', (_, files) => {
    expect(digestFiles(files)).not.toBe(digestFiles([one, two]));
  });
});
