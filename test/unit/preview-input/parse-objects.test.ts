import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { readObjectData } from '../../../src/kube/object-index.ts';
import { parseObjects } from '../../../src/kube/parse-yaml.ts';

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';

it('reads documents as Kubernetes does', () => {
  const objects = parseObjects(
    `---\n${head}---\n# nothing\n---\n${head}data: {plain: on, quoted: "on", day: 2026-01-01, octal: 0440}\n`,
    'x.yaml',
  );
  expect(objects).toHaveLength(2);
  // A bare `on` is a boolean in YAML 1.1; a date has no form in JSON and stays text.
  expect(objects[1]).toMatchObject({ data: { plain: true, quoted: 'on', day: '2026-01-01', octal: 288 } });
});

it.each([
  ['no YAML', `${head}data: {a: [}\n`],
  ['no object', 'just: text\n'],
  ['a list', '- a\n'],
  ['a namespace that is no text', 'apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: 1}\n'],
  ['an alias of what it stands in', `${head}data: &a\n  x: *a\n`],
  [
    'aliases without end',
    `${head}a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
  ],
])("refuses %s by the file's name and without its text", (_what, text) => {
  expect(() => parseObjects(text, 'secrets/x.yaml')).toThrow(UsageError);
  expect(() => parseObjects(text.replace('name: a', 'name: SECRETWORD'), 'secrets/x.yaml')).toThrow(
    /^cannot read secrets\/x\.yaml: [^\n]*$/,
  );
  expect(() => parseObjects(text.replace('name: a', 'name: SECRETWORD'), 'secrets/x.yaml')).not.toThrow(/SECRETWORD/);
});

it('takes any text or refuses it', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseObjects(text, 'x.yaml');
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
  );
});

it('decodes the data of a Secret, stringData first, and takes that of a ConfigMap as it is', () => {
  const metadata = { name: 'a' };
  expect(
    readObjectData({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      data: { a: 'eA==', b: 'eA==' },
      stringData: { b: 'y' },
    }),
  ).toEqual({ a: 'x', b: 'y' });
  expect(readObjectData({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'eA==', b: 1 } })).toEqual({
    a: 'eA==',
  });
});
