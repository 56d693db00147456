import { describe, expect, it } from 'vitest';
import { parseProject } from '../../../src/app/project.ts';
import { printProject } from '../../../src/kube/ownership.ts';
import { findOtherProject, guessProject, type Marked } from '../../../src/cluster/project-identity.ts';

describe('the label of a project', () => {
  it.each([
    'example.test',
    `${'a'.repeat(30)}.${'b'.repeat(30)}.t`,
    `${'a'.repeat(45)}.${'b'.repeat(60)}.test`,
    `${'a'.repeat(44)}-a.${'b'.repeat(60)}.test`,
  ])('is one that Kubernetes takes, for %s', (domain) => {
    // kubernetes@1.35 apimachinery/pkg/util/validation, labelValueFmt and LabelValueMaxLength.
    expect(printProject(domain)).toMatch(/^[A-Za-z0-9][-A-Za-z0-9_.]*[A-Za-z0-9]$/);
    expect(printProject(domain).length).toBeLessThanOrEqual(63);
  });

  it('tells long domains of the same beginning apart', () => {
    const domain = (end: string): string => `${'a'.repeat(60)}.${end}.test`;
    expect(printProject(domain('b'))).not.toBe(printProject(domain('c')));
  });
});

const { desired } = await parseProject(
  'apiVersion: ingress-tls/v1\ndomain: b.test\nservices:\n  - name: svc7\n    mode: terminate\n',
);

describe('another project that has the name of a controller', () => {
  const secret = (project?: string): Marked => ({
    kind: 'Secret',
    namespace: 'default',
    name: 'ingress-controller-demo-tls-secret',
    ...(project === undefined ? {} : { project }),
  });
  const release = (project: string, name = 'ic3-svc7'): Marked => ({
    kind: 'release',
    namespace: 'default',
    name,
    project,
  });

  it.each<readonly [string, readonly Marked[], readonly string[], string | undefined]>([
    ['nothing is there', [], ['b.test'], undefined],
    ['what has no label', [secret()], ['b.test'], undefined],
    ['its own', [secret('b.test')], ['b.test'], undefined],
    ['an object of the other', [secret('a.test')], ['b.test'], 'a.test'],
    [
      'an object of the other beside its own, as after a run that was stopped',
      [secret('a.test'), release('b.test')],
      ['b.test'],
      'a.test',
    ],
    ['a release of the other', [release('a.test')], ['b.test'], 'a.test'],
    ['what is taken over', [secret('a.test'), release('a.test')], ['b.test', 'a.test'], undefined],
    ['a third, though another is taken over', [secret('c.test')], ['b.test', 'a.test'], 'c.test'],
    [
      'leftovers of an earlier domain beside its own',
      [secret('b.test'), release('a.test', 'ic3-old')],
      ['b.test'],
      undefined,
    ],
    ['what it does not want itself, and nothing of its own', [release('a.test', 'ic3-old')], ['b.test'], 'a.test'],
  ])('%s', (_, found, identities, other) => {
    expect(findOtherProject(found, desired, identities)?.project).toBe(other);
  });
});

describe('for whom certificates without a label were applied', () => {
  it.each<readonly [string, string, string | undefined]>([
    ['', 'b.test', undefined],
    ['*.b.test b.test', 'b.test', undefined],
    ['*.a.test a.test', 'b.test', 'a.test'],
    [
      '*.a.test a.test svc9.a.test ic3-svc8.default.svc ic3-svc8.default.svc.cluster.local ic3-svc8',
      'b.test',
      'a.test',
    ],
    ['ic3-svc8.default.svc ic3-svc8', 'b.test', undefined],
    // A certificate of a person's own, without a wildcard or beside others.
    ['svc7.b.test svc8.b.test', 'b.test', undefined],
    ['*.other.test svc7.b.test', 'b.test', undefined],
    ['svc7.a.test', 'b.test', 'svc7.a.test'],
    // One project's domain is below the other's.
    ['*.dev.b.test dev.b.test svc9.dev.b.test', 'b.test', 'dev.b.test'],
    ['*.b.test b.test svc9.b.test', 'dev.b.test', 'b.test'],
  ])('%s, seen by %s: %s', (names, domain, project) => {
    expect(guessProject(names.split(' '), domain)).toBe(project);
  });
});
