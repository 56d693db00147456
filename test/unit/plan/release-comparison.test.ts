import { describe, expect, it } from 'vitest';
import type { ReleaseRecord } from '../../../src/model/changes.ts';
import type { PlannedService } from '../../../src/model/chart.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { formatDifference } from '../../../src/cluster/difference-text.ts';
import {
  judgeComparedRelease,
  listGone,
  type ComparedRelease,
  type PreviewedChange,
} from '../../../src/cluster/release-comparison.ts';

const service = { name: 'svc7', release: 'ic3-svc7', namespace: 'apps' } as PlannedService;
const record: ReleaseRecord = { name: 'ic3-svc7', namespace: 'apps', revision: 4, status: 'deployed', digest: 'd' };

/** The marks that helm 4.1.4 gives what it brings, as kubectl shows them. */
const marks = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'ic3-svc7', 'meta.helm.sh/release-namespace': 'apps' },
};

function map(
  name: string,
  data: Readonly<Record<string, JsonValue>> = {},
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'apps', ...metadata }, data };
}

function preview(
  name: string,
  change: PreviewedChange['change'],
  more: Partial<PreviewedChange> = {},
): PreviewedChange {
  return { object: { kind: 'ConfigMap', name, namespace: 'apps' }, change, conflicts: [], isPatched: false, ...more };
}

interface Judged {
  readonly change: string;
  readonly reasons: readonly string[];
  /** Name, change and refusal of each. */
  readonly objects: readonly (readonly string[])[];
}

function judge(
  given: Partial<ComparedRelease>,
  previews: readonly PreviewedChange[],
  live: ReadonlyMap<KubeObject, KubeObject> = new Map(),
): Judged {
  const desired = previews.map(({ object: { name } }) => map(name));
  const {
    change,
    reasons,
    objects = [],
  } = judgeComparedRelease({ service, record, isSameChart: true, desired, earlier: [], ...given }, previews, live);
  return {
    change,
    reasons: reasons.map(formatDifference),
    objects: objects.map((each) => [
      each.object.name,
      each.change,
      ...(each.refusal === undefined ? [] : [each.refusal]),
    ]),
  };
}

describe('a release of which every object was looked at', () => {
  it('is left alone where the API server would change nothing', () => {
    expect(judge({}, [preview('a', 'unchanged')])).toEqual({
      change: 'unchanged',
      reasons: [],
      objects: [['a', 'unchanged']],
    });
  });

  it('is changed for its objects, whatever its record says, and names each', () => {
    const found = judge({}, [
      preview('a', 'create'),
      preview('b', 'change'),
      preview('c', 'unchanged', { refusal: 'no' }),
      preview('d', 'unchanged'),
    ]);
    expect(found).toMatchObject({
      change: 'change',
      reasons: ['ConfigMap a is missing', 'ConfigMap b differs', 'ConfigMap c is refused'],
    });
  });

  it('is changed for its record where all objects are right; one that does not say of which chart is made anew', () => {
    const same = [preview('a', 'unchanged')];
    expect(judge({ record: { ...record, status: 'failed' } }, same)).toMatchObject({
      change: 'change',
      reasons: ['its last revision is failed'],
    });
    expect(judge({ isSameChart: false }, same)).toMatchObject({
      change: 'change',
      reasons: ['chart or values differ'],
    });
    expect(judge({ isSameChart: undefined }, same)).toMatchObject({
      change: 'change',
      reasons: ['its last revision was not made by apply'],
    });
    expect(judge({ isSameChart: undefined, record: { ...record, status: 'failed' } }, same).reasons).toEqual([
      'its last revision is failed',
    ]);
  });

  it('is created where there is no record, and needs no reason for that', () => {
    expect(judge({ record: undefined }, [preview('a', 'create')])).toEqual({
      change: 'create',
      reasons: [],
      objects: [['a', 'create']],
    });
  });

  it.each<readonly [string, Partial<KubeObject['metadata']>, boolean]>([
    ['with the marks of the release is taken over', marks, false],
    ['of nobody stops it', {}, true],
    [
      'of a release that is called as the service stops it',
      { ...marks, annotations: { ...marks.annotations, 'meta.helm.sh/release-name': 'svc7' } },
      true,
    ],
    [
      'of a release of another namespace stops it',
      { ...marks, annotations: { ...marks.annotations, 'meta.helm.sh/release-namespace': 'shop' } },
      true,
    ],
  ])('where there is no record an object %s', (_title, metadata, isRefused) => {
    const { objects } = judge({ record: undefined }, [preview('a', 'change', { before: map('a', {}, metadata) })]);
    expect(objects).toEqual([
      [
        'a',
        'change',
        ...(isRefused ? ['it exists and does not belong to release ic3-svc7: helm does not take it over'] : []),
      ],
    ]);
  });

  it('loses what its chart no longer has, unless that is gone already or helm is to keep it', () => {
    const earlier = [map('a'), map('old'), map('gone'), map('kept')];
    const release: ComparedRelease = { service, record, isSameChart: false, desired: [map('a')], earlier };
    expect(listGone(release).map(({ metadata: { name } }) => name)).toEqual(['old', 'gone', 'kept']);
    const live = new Map([
      [earlier[1]!, map('old')],
      [earlier[3]!, map('kept', {}, { annotations: { 'helm.sh/resource-policy': 'keep' } })],
    ]);
    expect(judge({ isSameChart: false, earlier }, [preview('a', 'unchanged')], live)).toEqual({
      change: 'change',
      reasons: ['chart or values differ', 'ConfigMap old goes'],
      objects: [
        ['a', 'unchanged'],
        ['old', 'delete'],
      ],
    });
  });

  it('loses fields that its chart no longer has by a patch, which the API server does not tell', () => {
    const [before, earlier, desired] = [
      map('a', { k: 'v', gone: 'x' }),
      [map('a', { k: 'v', gone: 'x' })],
      [map('a', { k: 'v' })],
    ];
    const judged = (isPatched: boolean): Judged =>
      judge({ earlier, desired }, [preview('a', 'unchanged', { before, isPatched })]);
    expect(judged(true)).toMatchObject({ change: 'change', reasons: ['ConfigMap a differs'] });
    expect(judged(false)).toMatchObject({ change: 'unchanged' });
  });
});
