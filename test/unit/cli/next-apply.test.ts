import { describe, expect, it } from 'vitest';
import { nextApply, type NextApplySettings } from '../../../src/app/cluster/next-apply.ts';
import type { ClusterChanges, ObjectChange, ReleaseChange, ReleaseRecord } from '../../../src/model/changes.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import type { DesiredService } from '../../../src/project/desired-services.ts';

const service = { name: 'svc7', release: 'ic3-svc7', namespace: 'apps' } as DesiredService;
const record: ReleaseRecord = { name: 'ic3-svc7', namespace: 'apps', revision: 1, status: 'deployed', digest: 'd1' };

function deployment(image: string, replicas: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ic3-svc7', namespace: 'apps' },
    spec: { replicas, template: { spec: { containers: [{ name: 'svc7', image }], dnsPolicy: 'Default' } } },
  };
}

const chart = deployment('caddy:2', 1);
const settings: NextApplySettings = {
  services: [service],
  records: [record],
  listChartObjects: () => [chart],
  digestChart: () => 'd1',
  isEdited: false,
};

/** A release whose Deployment is as given, and not as the close look wants it. */
function differing(before: KubeObject | undefined, more: Partial<ObjectChange> = {}): ClusterChanges {
  const object: ObjectChange = {
    object: { kind: 'Deployment', name: 'ic3-svc7', namespace: 'apps' },
    change: before === undefined ? 'create' : 'change',
    ...(before && { before }),
    conflicts: [],
    ...more,
  };
  return {
    objects: [],
    releases: [
      {
        service: 'svc7',
        release: 'ic3-svc7',
        namespace: 'apps',
        change: 'change',
        reasons: [{ about: 'object', object: object.object, state: 'differs' }],
        objects: [object],
      },
    ],
  };
}

describe('the apply that diff names', () => {
  it.each([
    [
      'what a glance does not see: the same chart, the same image, another field',
      differing(chart),
      settings,
      'ingress-tls apply --verify-live',
    ],
    ['another image', differing(deployment('caddy:1', 1)), settings, 'ingress-tls apply'],
    ['another number of pods', differing(deployment('caddy:2', 3)), settings, 'ingress-tls apply'],
    ['a Deployment that is missing', differing(undefined), settings, 'ingress-tls apply'],
    [
      'what others set and a glance does not see',
      differing(chart, { conflicts: [{ manager: 'kubectl', fields: ['.spec.a'] }] }),
      settings,
      'ingress-tls apply --verify-live --force-conflicts',
    ],
    ['another chart', differing(chart), { ...settings, records: [{ ...record, digest: 'd0' }] }, 'ingress-tls apply'],
    [
      'a revision that failed',
      differing(chart),
      { ...settings, records: [{ ...record, status: 'failed' }] },
      'ingress-tls apply',
    ],
    [
      'a chart that a person edited, which is looked at closely anyway',
      differing(chart),
      { ...settings, listChartObjects: (): readonly KubeObject[] => [] },
      'ingress-tls apply',
    ],
  ])('for %s', (_title, changes, given, command) => {
    expect(nextApply(changes, given)).toBe(command);
  });

  it('removes what is no longer wanted, where nothing else is to be done', () => {
    const orphan: ReleaseChange = { service: '', release: 'ic3-old', namespace: 'apps', change: 'delete', reasons: [] };
    expect(nextApply({ objects: [], releases: [orphan] }, settings)).toBe('ingress-tls apply --prune');
    expect(nextApply({ objects: [], releases: [orphan, ...differing(undefined).releases] }, settings)).toBe(
      'ingress-tls apply',
    );
  });

  it('is none where nothing differs, and where the API server would refuse it', () => {
    expect(nextApply({ objects: [], releases: [] }, settings)).toBeUndefined();
    expect(nextApply(differing(chart, { refusal: 'exceeded quota' }), settings)).toBeUndefined();
  });
});
