import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesToJson, summarizeChanges } from '../../../src/cli/output/change-summary.ts';
import { hasChanges } from '../../../src/cluster/count-changes.ts';
import { printDifference } from '../../../src/cli/output/print-difference.ts';
import type { ClusterChanges, ObjectChange } from '../../../src/model/changes.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';

function secret(
  fields: Readonly<Record<string, JsonValue>>,
  annotations?: Readonly<Record<string, string>>,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'default', ...(annotations && { annotations }) },
    ...fields,
  };
}

function change(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  more: Partial<ObjectChange> = {},
): ObjectChange {
  const { kind, metadata } = (after ?? before)!;
  return {
    object: { kind, name: metadata.name, namespace: 'default' },
    change: before === undefined ? 'create' : after === undefined ? 'delete' : 'change',
    ...(before && { before }),
    ...(after && { after }),
    conflicts: [],
    ...more,
  };
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('a difference', () => {
  it('is a unified one of YAML, below kind, namespace and name', () => {
    const map = (replicas: number): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', namespace: 'default', uid: `${replicas}` } as KubeObject['metadata'],
      spec: { replicas },
      status: { replicas },
    });
    expect(
      printDifference(change(map(2), map(1), { conflicts: [{ manager: 'kubectl', fields: ['.spec.replicas'] }] })),
    ).toEqual([
      'Deployment default/a',
      '# .spec.replicas: set by kubectl (apply --force-conflicts takes over)',
      '@@ -4,4 +4,4 @@',
      '   name: a',
      '   namespace: default',
      ' spec:',
      '-  replicas: 2',
      '+  replicas: 1',
    ]);
    expect(printDifference(change(map(2), map(2), { change: 'unchanged' }))).toEqual([]);
    expect(printDifference(change(undefined, map(1)))[1]).toBe('@@ -0,0 +1,7 @@');
    expect(printDifference(change(map(1), undefined)).filter((line) => line.startsWith('-'))).toHaveLength(7);
  });

  it('shows of a Secret that a value changed and how long it is', () => {
    const before = secret({ data: { 'tls.crt': encode('old'), 'tls.key': encode('same'), gone: encode('x') } });
    const after = secret({
      data: { 'tls.crt': encode('newer'), 'tls.key': encode('same') },
      stringData: { plain: 'text!' },
    });
    expect(printDifference(change(before, after)).filter((line) => line.includes('hidden'))).toEqual([
      '-  tls.crt: (hidden, 3 bytes, before)',
      '+  tls.crt: (hidden, 5 bytes, after)',
      '   tls.key: (hidden, 4 bytes)',
      '-  gone: (hidden, 1 byte)',
      '+  plain: (hidden, 5 bytes)',
    ]);
  });

  it('never shows a byte of a Secret, however it is kept', () => {
    const value = fc.uint8Array({ minLength: 12, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    const entries = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value, { maxKeys: 4 });
    fc.assert(
      fc.property(entries, entries, entries, fc.constantFrom('data', 'stringData'), (one, other, copied, field) => {
        const keep = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
          field === 'data'
            ? Object.fromEntries(Object.entries(values).map(([name, text]) => [name, encode(text)]))
            : values;
        const copy = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(secret({ data: copied })) };
        const found = change(secret({ [field]: keep(one) }, copy), secret({ [field]: keep(other) }));
        const changes: ClusterChanges = { objects: [{ path: 'secrets/s.yaml', ...found }], releases: [] };
        const shown = [
          ...printDifference(found),
          ...printDifference(change(undefined, found.after)),
          ...printDifference(change(found.before, undefined)),
          ...summarizeChanges(changes),
          JSON.stringify(changesToJson(changes)),
        ].join('\n');
        for (const text of [...Object.values(one), ...Object.values(other), ...Object.values(copied)]) {
          expect(shown).not.toContain(text.slice(0, 12));
          expect(shown).not.toContain(encode(text).slice(0, 12));
        }
      }),
    );
  });

  it('makes visible what could steer a terminal', () => {
    const map = (text: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { a: text },
    });
    const lines = printDifference(change(map('a'), map('b\u001b[2J\u202e'), { refusal: '\u001b]0;x\u0007' }));
    expect(lines.join('')).not.toMatch(/\p{C}/u);
  });

  it('gives up on large objects that have nothing in common, and shows both', () => {
    const map = (word: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { a: Array.from({ length: 6000 }, (_, index) => `${word}${index}`).join('\n') },
    });
    const lines = printDifference(change(map('a'), map('b')));
    expect(lines).toContain('-    a5999');
    expect(lines).toContain('+    b5999');
  });
});

describe('a summary', () => {
  const changes: ClusterChanges = {
    objects: [
      { path: 'a.yaml', object: { kind: 'Namespace', name: 'shop' }, change: 'create', conflicts: [] },
      {
        path: 'b.yaml',
        object: { kind: 'Service', name: 'b', namespace: 'shop' },
        change: 'change',
        conflicts: [{ manager: 'helm\u001b', fields: ['.spec.a', '.spec.b'] }],
        refusal: 'exceeded quota: q',
      },
      { path: 'c.yaml', object: { kind: 'Service', name: 'c', namespace: 'shop' }, change: 'unchanged', conflicts: [] },
    ],
    releases: [
      { service: 'svc9', release: 'ic3-svc9', namespace: 'shop', change: 'create', reasons: [] },
      {
        service: 'svc8',
        release: 'ic3-svc8',
        namespace: 'shop',
        change: 'change',
        reasons: [
          { about: 'chart' },
          { about: 'object', object: { kind: 'Deployment', name: 'ic3-svc8', namespace: 'shop' }, state: 'differs' },
        ],
      },
      { service: '', release: 'ic3-svc7', namespace: 'shop', change: 'delete', reasons: [{ about: 'unwanted' }] },
    ],
  };

  it('has a line for each object and release that changes, and counts', () => {
    expect(summarizeChanges(changes)).toEqual([
      'create  Namespace shop',
      'change  Service shop/b',
      String.raw`        .spec.a, .spec.b: set by helm\u{1b}`,
      '        refused: exceeded quota: q',
      'create  release ic3-svc9 (svc9)',
      'change  release ic3-svc8 (svc8): chart or values differ, Deployment ic3-svc8 differs',
      'delete  release ic3-svc7: no longer wanted (apply --prune)',
      '2 to create, 2 to change, 1 no longer wanted, 1 unchanged',
    ]);
    expect(hasChanges(changes)).toBe(true);
  });

  it('has the same words for programs, members in their order', () => {
    expect(JSON.stringify(changesToJson(changes)['releases'])).toBe(
      JSON.stringify([
        { service: 'svc9', release: 'ic3-svc9', namespace: 'shop', change: 'create', reasons: [] },
        {
          service: 'svc8',
          release: 'ic3-svc8',
          namespace: 'shop',
          change: 'change',
          reasons: ['chart or values differ', 'Deployment ic3-svc8 differs'],
        },
        {
          service: '',
          release: 'ic3-svc7',
          namespace: 'shop',
          change: 'delete',
          reasons: ['no longer wanted (apply --prune)'],
        },
      ]),
    );
  });

  it('says how to come by an object of which a field cannot be changed; of conflicts alone who may take over', () => {
    const conflicts = [{ manager: 'kubectl', fields: ['.type'] }];
    const refused = {
      path: 's.yaml',
      object: { kind: 'Secret', name: 's', namespace: 'shop' },
      change: 'change',
      conflicts,
      refusal: 'The Secret "s" is invalid: type: Invalid value: "kubernetes.io/tls": field is immutable',
    } as const;
    const contested = {
      path: 't.yaml',
      object: { kind: 'ClusterRole', name: 't' },
      change: 'change',
      conflicts,
    } as const;
    expect(summarizeChanges({ objects: [refused, contested], releases: [] })).toEqual([
      'change  Secret shop/s',
      '        .type: set by kubectl',
      `        refused: ${refused.refusal}`,
      '        to have it made anew: kubectl delete secret s --namespace shop, then ingress-tls apply',
      'change  ClusterRole t',
      '        .type: set by kubectl (apply --force-conflicts takes over)',
      '2 to change, 0 unchanged',
    ]);
  });

  it('says when there is nothing to do', () => {
    const nothing: ClusterChanges = { objects: changes.objects.slice(2), releases: [] };
    expect(summarizeChanges(nothing)).toEqual(['nothing to change, 1 unchanged']);
    expect(hasChanges(nothing)).toBe(false);
  });
});
