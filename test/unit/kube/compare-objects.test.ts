import { describe, expect, it } from 'vitest';
import { compareObjects, stripServerFields } from '../../../src/kube/compare-objects.ts';
import { dropRemovedFields } from '../../../src/kube/removed-fields.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';

const sent: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'b', labels: { x: 'y' } },
  data: { a: '1' },
};

function kept(revision: number, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  const metadata = {
    ...sent.metadata,
    uid: `u${revision}`,
    resourceVersion: `${revision}`,
    generation: revision,
    creationTimestamp: '2026-11-23T07:05:42Z',
    selfLink: '/x',
    managedFields: [{ manager: `m${revision}` }],
  };
  return { ...sent, metadata, status: { replicas: revision }, ...more };
}

describe('objects are compared', () => {
  it('without what the API server keeps by itself', () => {
    expect(stripServerFields(kept(1))).toEqual(sent);
    expect(compareObjects(kept(1), kept(2))).toBe('unchanged');
  });

  it('by all else, whatever the order of keys', () => {
    expect(compareObjects(undefined, kept(1))).toBe('create');
    expect(compareObjects(kept(1), kept(1, { data: { a: '2' } }))).toBe('change');
    expect(compareObjects(kept(1), kept(1, { data: {} }))).toBe('change');
    expect(compareObjects(kept(1, { data: { a: '1', b: '2' } }), kept(2, { data: { b: '2', a: '1' } }))).toBe(
      'unchanged',
    );
    expect(compareObjects(kept(1), { ...kept(1), metadata: { ...kept(1).metadata, labels: {} } })).toBe('change');
  });
});

describe('a three-way patch', () => {
  const deployment = (containers: readonly unknown[], annotations: Readonly<Record<string, string>>): KubeObject =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', annotations },
      spec: { template: { containers } },
    }) as unknown as KubeObject;

  it('takes out what the manifest had and no longer has, and leaves what others added', () => {
    const earlier = deployment(
      [{ name: 'app', env: [{ name: 'OLD', value: '1' }], args: ['--a'] }, { name: 'helper' }],
      { ours: '1', stays: '1' },
    );
    const wanted = deployment([{ name: 'app', args: ['--a'] }], { stays: '1' });
    const live = deployment(
      [
        { name: 'app', env: [{ name: 'OLD', value: '1' }], args: ['--a'], imagePullPolicy: 'Always' },
        { name: 'helper' },
        { name: 'injected' },
      ],
      { ours: '1', stays: '1', theirs: '1' },
    );
    expect(dropRemovedFields(live, earlier, wanted)).toEqual(
      deployment([{ name: 'app', args: ['--a'], imagePullPolicy: 'Always' }, { name: 'injected' }], {
        stays: '1',
        theirs: '1',
      }),
    );
  });

  it('leaves lists alone whose items have no names', () => {
    const list = (...items: readonly string[]): KubeObject => ({ ...sent, rules: items });
    expect(dropRemovedFields(list('a', 'b', 'c'), list('a', 'b'), list('a'))).toEqual(list('a', 'b', 'c'));
  });
});
