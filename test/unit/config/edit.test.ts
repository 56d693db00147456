import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addService, removeService } from '../../../src/config/edit.ts';
import type { ServiceFields } from '../../../src/config/edit.ts';
import { UsageError } from '../../../src/errors.ts';
import { fileName, load, refusalOf } from './refusal.ts';

const head = '# ours\napiVersion:   ingress-tls/v1 # fixed\ndomain: "example.test"\n';
const svc7: ServiceFields = { name: 'svc7', mode: 'terminate' };
const svc9: ServiceFields = { name: 'svc9', mode: 'passthrough' };

function add(text: string, fields: ServiceFields = svc9): string {
  return addService(text, fileName, fields);
}

function remove(text: string, name = 'svc9'): string {
  return removeService(text, fileName, name);
}

/** Ways in which a list of services can be written, with what adding svc9 makes of them. */
const additions: readonly (readonly [string, string, string])[] = [
  ['an empty list', 'services: []\n', 'services:\n  - name: svc9\n    mode: passthrough\n'],
  [
    'an empty list with a comment',
    'services: [] # none\n# end\n',
    'services: # none\n  - name: svc9\n    mode: passthrough\n# end\n',
  ],
  [
    'an empty list with hints below',
    'services: []\n    # deep\n  # - name: x\n',
    'services:\n    # deep\n  - name: svc9\n    mode: passthrough\n  # - name: x\n',
  ],
  [
    'an empty list in the middle',
    'services: []\n\nnamespace: a\n',
    'services:\n  - name: svc9\n    mode: passthrough\n\nnamespace: a\n',
  ],
  ['an empty list at an open end', 'services: []', 'services:\n  - name: svc9\n    mode: passthrough'],
  [
    'an item',
    'services:\n  - name: a\n    mode: terminate\n',
    'services:\n  - name: a\n    mode: terminate\n  - name: svc9\n    mode: passthrough\n',
  ],
  [
    'an item that is not indented',
    'services:\n- name: a\n  mode: terminate\n',
    'services:\n- name: a\n  mode: terminate\n- name: svc9\n  mode: passthrough\n',
  ],
  [
    'a deeply indented item',
    'services:\n      -   name: a\n          mode: terminate\n',
    'services:\n      -   name: a\n          mode: terminate\n      - name: svc9\n        mode: passthrough\n',
  ],
  [
    'an item at an open end',
    'services:\n  - name: a\n    mode: terminate',
    'services:\n  - name: a\n    mode: terminate\n  - name: svc9\n    mode: passthrough',
  ],
  [
    'items parted by blank lines',
    'services:\n  - name: a\n\n  # b\n  - name: b\n\n# end\n',
    'services:\n  - name: a\n\n  # b\n  - name: b\n\n  - name: svc9\n    mode: passthrough\n\n# end\n',
  ],
  [
    'comments behind the last item',
    'services:\n  - name: a # x\n    # replicas: 2\n  # - name: b\n# end\n',
    'services:\n  - name: a # x\n    # replicas: 2\n  - name: svc9\n    mode: passthrough\n  # - name: b\n# end\n',
  ],
  [
    'a section behind',
    'services:\n  - name: a\nnamespace: a\n',
    'services:\n  - name: a\n  - name: svc9\n    mode: passthrough\nnamespace: a\n',
  ],
  [
    'braces',
    'services:\n  - {name: a,\n     mode: terminate} # x\n',
    'services:\n  - {name: a,\n     mode: terminate} # x\n  - name: svc9\n    mode: passthrough\n',
  ],
  [
    'a block scalar that looks like a comment',
    'services:\n  - name: a\n    image: |\n      x\n      # no comment\n# end\n',
    'services:\n  - name: a\n    image: |\n      x\n      # no comment\n  - name: svc9\n    mode: passthrough\n# end\n',
  ],
  [
    'an item that ends with an empty value',
    'services:\n  - name: a\n    annotations: # none\n# end\n',
    'services:\n  - name: a\n    annotations: # none\n  - name: svc9\n    mode: passthrough\n# end\n',
  ],
  [
    'brackets',
    'services: [{name: a}, {name: b} ] # x\n',
    'services: [{name: a}, {name: b}, {"name":"svc9","mode":"passthrough"} ] # x\n',
  ],
  [
    'brackets over lines',
    'services: [\n  {name: a}, # a\n]\n',
    'services: [\n  {name: a}, {"name":"svc9","mode":"passthrough"}, # a\n]\n',
  ],
  [
    'empty brackets over lines',
    'services: [\n  # none\n]\n',
    'services: [{"name":"svc9","mode":"passthrough"}\n  # none\n]\n',
  ],
  ['an empty list on the next line', 'services:\n  []\n', 'services:\n  [{"name":"svc9","mode":"passthrough"}]\n'],
  ['a document end', 'services: []\n...\n', 'services:\n  - name: svc9\n    mode: passthrough\n...\n'],
];

/** The same for lists of which nothing is left to show how they were written. */
const additionsFromNothing: readonly (readonly [string, string, string])[] = [
  ['nothing', 'services:\n', 'services:\n  - name: svc9\n    mode: passthrough\n'],
  [
    'nothing, with a comment',
    'services: # none\n  # - name: x\n',
    'services: # none\n  - name: svc9\n    mode: passthrough\n  # - name: x\n',
  ],
  ['null', 'services: ~ # none\n', 'services: # none\n  - name: svc9\n    mode: passthrough\n'],
  ['no key', '# end\n', '# end\nservices:\n  - name: svc9\n    mode: passthrough\n'],
  [
    'no key, with settings commented out',
    'controller:\n  name: x\n  # nodePort: 1',
    'controller:\n  name: x\n  # nodePort: 1\nservices:\n  - name: svc9\n    mode: passthrough',
  ],
  ['no key, and a document end', '...\n', 'services:\n  - name: svc9\n    mode: passthrough\n...\n'],
];

describe('addService', () => {
  it.each([...additions, ...additionsFromNothing])('adds to %s', (_, before, after) => {
    expect(add(head + before)).toBe(head + after);
  });

  it.each(additions)('keeps CRLF and a byte order mark: %s', (_, before, after) => {
    const windows = (text: string): string => `\ufeff${(head + text).replaceAll('\n', '\r\n')}`;
    expect(add(windows(before))).toBe(windows(after));
    expect(remove(windows(after))).toBe(windows(before));
  });

  it('writes the fields that are given, in the order of the documentation', () => {
    const fields: ServiceFields = {
      annotations: { 'a.test/x': 'on', 'a.test/y': '1:30', z: 'a: b #c' },
      clientAuth: false,
      replicas: 2,
      port: 80,
      image: 'nginx:1.27',
      host: 'a.example.test',
      mode: 'passthrough',
      name: 'a',
    };
    expect(add('services: []\n', fields)).toBe(`services:
  - name: a
    mode: passthrough
    host: a.example.test
    image: nginx:1.27
    port: 80
    replicas: 2
    clientAuth: false
    annotations:
      a.test/x: "on"
      a.test/y: "1:30"
      z: "a: b #c"
`);
  });

  it('writes into JSON what JSON readers still read', () => {
    const file = { apiVersion: 'ingress-tls/v1', services: [] };
    const text = add(add(JSON.stringify(file, undefined, 2), svc7));
    expect(JSON.parse(text)).toStrictEqual({ ...file, services: [svc7, svc9] });
  });

  it('refuses a name that is taken', () => {
    const refusal = refusalOf(() => add('services: [{name: svc9}]\n'));
    expect(refusal.message).toBe('cannot add "svc9": ingress-tls.yaml has a service of this name');
  });

  it.each([
    ['an anchor on the list', 'services: &s []\ncopy: *s\n'],
    ['an anchor on a full list', 'services: &s\n  - name: a\ncopy: *s\n'],
    ['an alias for the list', 'other: &s [{name: a}]\nservices: *s\n'],
    ['braces without services', '{apiVersion: x}\n'],
    ['an explicit key', '? services\n: []\n'],
    ['services that are no list', 'services: {name: a}\n'],
  ])('refuses %s and says what to add by hand', (_, text) => {
    const refusal = refusalOf(() => add(text));
    expect(refusal.exitCode).toBe(2);
    expect(refusal.message).toMatch(/^cannot add "svc9": /);
    expect(refusal.remedy).toContain('by hand');
    expect(refusal.details).toStrictEqual(['- name: svc9', '  mode: passthrough']);
  });

  it.each(['', '# c\n', '- a\n', 'a: [\n', 'a: 1\na: 2\n', 'a: 1\n---\nb: 1\n'])('refuses to edit %j', (text) => {
    expect(refusalOf(() => add(text)).message).toContain('ingress-tls.yaml cannot be edited');
  });
});

describe('removeService', () => {
  it.each(additions)('undoes an addition to %s', (_, before, after) => {
    expect(remove(head + after)).toBe(head + before);
  });

  const three = `${head}services: # all
  # about a
  - name: a
    mode: terminate
    # replicas: 2

  # kept: parted from b by a blank line

  # about b
  # more about b
  - name: b # b
    mode: reencrypt
# kept: not at the column of the dash
  - name: c
    mode: passthrough

# end
`;

  it.each([
    [
      'a',
      `${head}services: # all
  # kept: parted from b by a blank line

  # about b
  # more about b
  - name: b # b
    mode: reencrypt
# kept: not at the column of the dash
  - name: c
    mode: passthrough

# end
`,
    ],
    [
      'b',
      `${head}services: # all
  # about a
  - name: a
    mode: terminate
    # replicas: 2

  # kept: parted from b by a blank line

# kept: not at the column of the dash
  - name: c
    mode: passthrough

# end
`,
    ],
    [
      'c',
      `${head}services: # all
  # about a
  - name: a
    mode: terminate
    # replicas: 2

  # kept: parted from b by a blank line

  # about b
  # more about b
  - name: b # b
    mode: reencrypt
# kept: not at the column of the dash

# end
`,
    ],
  ])('takes the own comments of %s along and no others', (name, after) => {
    expect(remove(three, name)).toBe(after);
    expect(remove(three.replaceAll('\n', '\r\n'), name)).toBe(after.replaceAll('\n', '\r\n'));
  });

  it('keeps the comment of a section when its services go one after the other', () => {
    const text = 'services:\n  - name: a\n\n  # section two\n\n  - name: b\n  - name: c\n';
    const withoutB = remove(text, 'b');
    expect(withoutB).toBe('services:\n  - name: a\n\n  # section two\n\n  - name: c\n');
    expect(remove(withoutB, 'c')).toBe('services:\n  - name: a\n\n  # section two\n\n');
    expect(remove(`${text}\n# end\n`.replace('  - name: c\n', '\n  - name: c\n'), 'b')).toBe(`${withoutB}\n# end\n`);
  });

  const inBrackets = `services: [ # all
  # a runs since May
  {name: a, mode: terminate}, # a is the shop

  # b is on trial
  {name: b,
    # b again
    mode: terminate}, # until March
    # b once more
  {name: c, mode: terminate} # c is last

  # end
]
`;

  it.each([
    [
      'a',
      `services: [ # all
  # b is on trial
  {name: b,
    # b again
    mode: terminate}, # until March
    # b once more
  {name: c, mode: terminate} # c is last

  # end
]
`,
    ],
    [
      'b',
      `services: [ # all
  # a runs since May
  {name: a, mode: terminate}, # a is the shop
  {name: c, mode: terminate} # c is last

  # end
]
`,
    ],
    [
      'c',
      `services: [ # all
  # a runs since May
  {name: a, mode: terminate}, # a is the shop

  # b is on trial
  {name: b,
    # b again
    mode: terminate} # until March
    # b once more

  # end
]
`,
    ],
  ])('takes the own comments of %s in brackets along and no others', (name, after) => {
    expect(remove(inBrackets, name)).toBe(after);
    expect(remove(inBrackets.replaceAll('\n', '\r\n'), name)).toBe(after.replaceAll('\n', '\r\n'));
  });

  it.each([
    ['the first', 'services: [{name: svc9}, # whose?\n  {name: b}]\n'],
    ['the last before the bracket', 'services: [\n  {name: a}, # a\n  {name: svc9}]\n'],
    ['one that shares its line', 'services: [\n  {name: a}, # a\n  {name: svc9}, {name: b}\n]\n'],
    ['one behind a comma on a line of its own', 'services: [\n  {name: a} # a\n  , {name: svc9}\n]\n'],
    ['one before a deeper one', 'services: [\n  {name: a},\n  {name: svc9},\n    # whose?\n    {name: b}\n]\n'],
    [
      'one whose comment stands before its comma',
      'services: [\n  {name: a},\n  {name: svc9} # whose?\n  , {name: b}\n]\n',
    ],
    ['one whose predecessor has its comma behind a comment', 'services: [\n  {name: a} # a\n  ,\n  {name: svc9}\n]\n'],
  ])("refuses in brackets %s when the comment in between may be another's", (_, text) => {
    const refusal = refusalOf(() => remove(text));
    expect(refusal.message).toBe('cannot remove "svc9": a comment beside it may belong to another item');
    expect(refusal.remedy).toContain('by hand');
  });

  it('leaves JSON that JSON readers still read', () => {
    const file = { apiVersion: 'ingress-tls/v1', services: [svc7, { name: 'svc8', mode: 'reencrypt' }, svc9] };
    for (const name of ['svc7', 'svc8', 'svc9']) {
      const text = remove(JSON.stringify(file, undefined, 2), name);
      expect(JSON.parse(text)).toStrictEqual({
        ...file,
        services: file.services.filter((service) => service.name !== name),
      });
    }
  });

  it("never loses another service's comment in brackets", () => {
    const space = fc.constantFrom(' ', '\n ', '\n\n ', '\n  ', '\n    ');
    const item = fc.record({
      above: fc.boolean(),
      behind: fc.boolean(),
      comma: fc.constantFrom(',', ' ,', '\n  ,'),
      before: space,
    });
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.nat(3),
        (items, isClosedBelow, index) => {
          fc.pre(index < items.length);
          const written = items.map(({ above, behind, comma, before }, position) => {
            const separator = position < items.length - 1 ? comma : '';
            return `${above ? `\n  # above-${position}\n  ` : before}{name: s${position}}${separator}${behind ? ` # behind-${position}\n` : ''}`;
          });
          const text = `services: [${written.join('')}${isClosedBelow ? '\n' : ' '}]\n`;
          const commentsOf = (from: string): string[] => from.match(/(?:above|behind)-\d/g) ?? [];
          try {
            const after = remove(text, `s${index}`);
            expect(parse(after)).toEqual({
              services: items.flatMap((_, position) => (position === index ? [] : [{ name: `s${position}` }])),
            });
            const others = (comments: string[]): string[] =>
              comments.filter((comment) => !comment.endsWith(`-${index}`));
            expect(others(commentsOf(after))).toEqual(others(commentsOf(text)));
          } catch (error) {
            if (!(error instanceof UsageError)) throw error;
            expect(commentsOf(text)).not.toEqual([]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['the first in brackets', 'services: [{name: svc9}, {name: b}] # x\n', 'services: [{name: b}] # x\n'],
    [
      'one between in brackets',
      'services: [{name: a}, {name: svc9}, {name: b}]\n',
      'services: [{name: a}, {name: b}]\n',
    ],
    ['the only one at an open end', 'services:\n  - name: svc9', 'services: []'],
    ['the last at an open end', 'services:\n  - name: a\n  - name: svc9', 'services:\n  - name: a'],
    [
      'one behind a blank line that a block scalar keeps',
      'services:\n  - name: a\n    image: |+\n      x\n\n  - name: svc9\n',
      'services:\n  - name: a\n    image: |+\n      x\n\n',
    ],
  ])('removes %s', (_, before, after) => {
    expect(remove(before)).toBe(after);
  });

  it('names what is not there', () => {
    expect(refusalOf(() => remove('services: []\n')).message).toBe(
      'cannot remove "svc9": ingress-tls.yaml has no service of this name',
    );
  });

  it.each([
    ['an anchor', 'services:\n  - &x\n    name: svc9\n  - name: a\n    annotations: {k: v}\n'],
    [
      'an anchor that another uses',
      'services:\n  - name: svc9\n    annotations: &x {k: v}\n  - name: a\n    annotations: *x\n',
    ],
    ['an alias', 'other: &x {name: svc9}\nservices:\n  - *x\n  - name: a\n'],
    ['the only item in brackets with a comma', 'services: [{name: svc9}, ]\n'],
  ])('refuses %s', (_, text) => {
    const refusal = refusalOf(() => remove(text));
    expect(refusal.message).toContain('cannot remove "svc9"');
    expect(refusal.remedy).toContain('by hand');
  });
});

describe('any file', () => {
  const comment = fc.constantFrom('', '', ' # c', '   # c: [x]');
  const filler = fc.constantFrom('', '', '\n', '# line\n', '  # line\n', '      # deep\n', '\n\n# line\n');
  const item = fc
    .record({
      own: comment,
      above: filler,
      gap: fc.constantFrom(' ', '   '),
      extra: fc.constantFrom('', 'annotations: {k: "v"}', 'image: |\n      # text\n      x', 'annotations:'),
    })
    .map(
      ({ own, above, gap, extra }) =>
        (name: string, indent: string) =>
          `${above}${indent}-${gap}name: ${name}${own}\n${extra === '' ? '' : `${indent} ${gap}${extra.replaceAll('\n      ', `\n${indent} ${gap}  `)}\n`}`,
    );
  const list = fc.oneof(
    fc.tuple(fc.constantFrom('services: []'), comment).map(([text, own]) => `${text}${own}\n`),
    fc
      .record({
        items: fc.array(item, { minLength: 1, maxLength: 4 }),
        indent: fc.constantFrom('', '  ', '    '),
        own: comment,
      })
      .map(
        ({ items, indent, own }) =>
          `services:${own}\n${items.map((write, index) => write(`s${index}`, indent)).join('')}`,
      ),
    fc
      .tuple(fc.array(fc.constantFrom('{name: a}', '{ name: b,\n  mode: x }')), comment)
      .map(([items, own]) => `services: [${items.join(' , ')}]${own}\n`),
  );
  const file = fc
    .record({
      before: filler,
      list,
      between: filler,
      after: fc.constantFrom('', 'namespace: a\n', 'controller:\n  name: x\n  # y\n'),
      isOpen: fc.boolean(),
      isWindows: fc.boolean(),
    })
    .map(({ before, list: services, between, after, isOpen, isWindows }) => {
      const text = `${before}domain: example.test\n${services}${between}${after}`;
      const ended = isOpen ? text.replace(/\n$/, '') : text;
      return isWindows ? ended.replaceAll('\n', '\r\n') : ended;
    });
  const hostileText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        'a',
        ' ',
        '\n',
        '\r',
        ':',
        '#',
        '-',
        '"',
        "'",
        '{',
        '}',
        '[',
        ']',
        '&',
        '*',
        '!',
        '|',
        '>',
        '%',
        '\t',
        '\u0085',
        '\u2028',
        '\ufeff',
        '\ud800',
        '?',
        ',',
        'on',
      ),
    }),
    fc.constantFrom(
      'yes',
      'on',
      '1:30',
      '0x1F',
      '~',
      'null',
      '2026-11-22',
      '---',
      '...',
      '{{ .Values }}',
      '- a',
      'a: b',
      '__proto__',
      '<<',
    ),
  );
  const hostileFields = fc.record(
    {
      name: hostileText.map((text) => `new${text}`),
      mode: fc.constant('passthrough' as const),
      host: hostileText,
      image: hostileText,
      annotations: fc.dictionary(hostileText, hostileText, { maxKeys: 3 }),
    },
    { requiredKeys: ['name', 'mode'] },
  );

  it('is the same, byte for byte, after adding a service and removing it', () => {
    fc.assert(
      fc.property(file, hostileFields, (text, fields) => {
        expect(remove(add(text, fields), fields.name)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every other line when a service is added, and gives its values back', () => {
    fc.assert(
      fc.property(file, hostileFields, (text, fields) => {
        const after = add(text, fields);
        const services = (parse(after) as { services: unknown[] }).services;
        expect(services.at(-1)).toEqual(fields);
        if (!/services: \[/.test(text)) {
          const rest = after.split(/\r?\n/);
          for (const line of text.split(/\r?\n/)) {
            const index = rest.indexOf(line);
            expect(index).toBeGreaterThanOrEqual(0);
            rest.splice(0, index + 1);
          }
        }
        if (text.includes('\r\n')) expect(after).not.toMatch(/[^\r]\n/);
      }),
      { numRuns: 500 },
    );
  });

  it('loses a removed service and nothing else', () => {
    fc.assert(
      fc.property(file, fc.nat(3), (text, index) => {
        const before = parse(text) as { services: { name: string }[] };
        const name = `s${index}`;
        fc.pre(before.services.some((service) => service.name === name));
        const expected = { ...before, services: before.services.filter((service) => service.name !== name) };
        expect(parse(remove(text, name))).toEqual(expected);
      }),
    );
  });

  it('is taken by the loader after commands with good values', () => {
    const text = add(add('apiVersion: ingress-tls/v1\ndomain: example.test\nservices: []\n', svc7), svc9);
    expect(load(text).services.map(({ name, mode }) => [name, mode])).toStrictEqual([
      ['svc7', 'terminate'],
      ['svc9', 'passthrough'],
    ]);
  });
});
