import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReleaseRecord } from '../../../src/model/changes.ts';
import type { PlannedService } from '../../../src/model/chart.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { formatDifference } from '../../../src/cluster/difference-text.ts';
import { findReplicasAtRisk, judgeRelease } from '../../../src/cluster/release-changes.ts';

const service: PlannedService = {
  ...{
    name: 'svc7',
    mode: 'terminate',
    host: 'svc7.example.test',
    port: 8080,
    replicas: 1,
    clientAuth: false,
    annotations: {},
  },
  ...{ release: 'ic3-svc7', namespace: 'default', servicePort: { name: 'http', number: 80 } },
};

const digest = 'a'.repeat(40);
const unlabelled: ReleaseRecord = {
  name: 'ic3-svc7',
  namespace: 'default',
  revision: 4,
  status: 'deployed',
  owner: 'ic3',
};
const record: ReleaseRecord = { ...unlabelled, digest };

const metadata = { name: 'ic3-svc7', namespace: 'default' };
const container = { name: 'app', image: 'caddy:2.11.9', args: ['run'] };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { replicas: 1, template: { spec: { containers: [container] } } },
};
const front = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80, targetPort: 'http' }] } };
const ingress = {
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  metadata: { ...metadata, annotations: { 'nginx.ingress.kubernetes.io/ssl-passthrough': 'true' } },
  spec: { ingressClassName: 'ic3' },
};
const site = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Caddyfile: ':8080' } };
const desired: readonly KubeObject[] = [deployment, front, ingress, site];

/** As the API server gives them back, with more than was sent. */
const asSent: readonly KubeObject[] = desired.map((object) => ({
  ...object,
  metadata: { ...object.metadata, uid: 'u', annotations: { added: 'x', ...object.metadata.annotations } },
  status: {},
}));

function judge({
  found = record,
  live = asSent,
  chart = desired,
}: {
  readonly found?: ReleaseRecord | undefined;
  readonly live?: readonly KubeObject[];
  readonly chart?: readonly KubeObject[];
}): unknown {
  const objects = new Map(
    live.map((object) => [`${object.kind} ${object.metadata.namespace ?? ''} ${object.metadata.name}`, object]),
  );
  const { change, reasons } = judgeRelease({ service, digest, record: found, desired: chart }, objects);
  return { change, reasons: reasons.map(formatDifference) };
}

const nothing = new Map<string, KubeObject>();

/** The live objects with one of them in another state. */
function withLive(kind: string, changed: object): readonly KubeObject[] {
  return asSent.map((object) => (object.kind === kind ? { ...object, ...changed } : object));
}

describe('judgeRelease', () => {
  it('leaves alone what was made from the same chart and is as the chart says', () => {
    expect(judge({})).toEqual({ change: 'unchanged', reasons: [] });
  });

  it('says of which service and release it speaks', () => {
    expect(judgeRelease({ service, digest, record, desired: [] }, nothing)).toMatchObject({
      service: 'svc7',
      release: 'ic3-svc7',
      namespace: 'default',
    });
  });

  it('creates what has no record, and what was uninstalled with its history kept', () => {
    expect(judgeRelease({ service, digest, record: undefined, desired }, nothing)).toMatchObject({
      change: 'create',
      reasons: [],
    });
    expect(judge({ found: { ...record, status: 'uninstalled' } })).toEqual({ change: 'create', reasons: [] });
  });

  it.each([
    'failed',
    'pending-install',
    'pending-upgrade',
    'pending-rollback',
    'uninstalling',
    'superseded',
    'unknown',
  ])('installs again what is %s, the same chart or not', (status) => {
    expect(judge({ found: { ...record, status } })).toEqual({
      change: 'change',
      reasons: [`its last revision is ${status}`],
    });
  });

  it('does not trust a release that says nothing of its chart', () => {
    expect(judge({ found: unlabelled })).toEqual({
      change: 'change',
      reasons: ['its last revision was not made by apply'],
    });
  });

  it('sees another chart', () => {
    expect(judge({ found: { ...record, digest: 'b'.repeat(40) } })).toEqual({
      change: 'change',
      reasons: ['chart or values differ'],
    });
  });

  it('names each object that is missing', () => {
    expect(judge({ live: asSent.filter(({ kind }) => kind !== 'Deployment' && kind !== 'ConfigMap') })).toEqual({
      change: 'change',
      reasons: ['Deployment ic3-svc7 is missing', 'ConfigMap ic3-svc7 is missing'],
    });
  });

  it('does not take an object of another namespace for the release’s', () => {
    const elsewhere = asSent.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: 'other' } }));
    expect(judge({ live: elsewhere })).toMatchObject({ change: 'change', reasons: { length: 4 } });
  });

  it.each<readonly [string, string, object]>([
    ['an annotation of the Ingress is gone', 'Ingress', { metadata: { ...metadata, annotations: {} } }],
    ['the Ingress has another class', 'Ingress', { spec: { ingressClassName: 'nginx' } }],
    ['the Service leads to another port', 'Service', { spec: { ports: [{ port: 80, targetPort: 'admin' }] } }],
    ['somebody scaled the Deployment', 'Deployment', { spec: { ...deployment.spec, replicas: 3 } }],
    [
      'somebody set another image',
      'Deployment',
      { spec: { ...deployment.spec, template: { spec: { containers: [{ ...container, image: 'caddy:2.0.0' }] } } } },
    ],
    [
      'a container was put in',
      'Deployment',
      {
        spec: {
          ...deployment.spec,
          template: { spec: { containers: [container, { name: 'proxy', image: 'envoy' }] } },
        },
      },
    ],
  ])('sees that %s', (_, kind, changed) => {
    expect(judge({ live: withLive(kind, changed) })).toEqual({
      change: 'change',
      reasons: [`${kind} ic3-svc7 was changed`],
    });
  });

  it.each<readonly [string, string, object]>([
    [
      'annotations that controllers add to a Deployment',
      'Deployment',
      { metadata: { ...metadata, annotations: { 'deployment.kubernetes.io/revision': '3' } } },
    ],
    [
      'defaults in a container',
      'Deployment',
      {
        spec: {
          ...deployment.spec,
          template: { spec: { containers: [{ ...container, args: undefined, imagePullPolicy: 'IfNotPresent' }] } },
        },
      },
    ],
    ['the content of a ConfigMap, which the digest answers for', 'ConfigMap', { data: { Caddyfile: '' } }],
    ['an address that the Service was given', 'Service', { spec: { ...front.spec, clusterIP: '10.96.0.7' } }],
  ])('does not look at %s', (_, kind, changed) => {
    expect(judge({ live: withLive(kind, changed) })).toEqual({ change: 'unchanged', reasons: [] });
  });

  it('goes by the record alone where a person edited the chart', () => {
    expect(judge({ live: [], chart: [] })).toEqual({ change: 'unchanged', reasons: [] });
  });

  it('never calls unchanged what is not deployed from this very chart', () => {
    const statuses = fc.oneof(fc.constantFrom('deployed', 'failed', 'pending-upgrade', 'uninstalled'), fc.string());
    const digests = fc.oneof(fc.constant(digest), fc.constant(undefined), fc.string());
    fc.assert(
      fc.property(statuses, digests, (status, found) => {
        const isSame = status === 'deployed' && found === digest;
        const judged = judge({ found: { ...unlabelled, status, ...(found === undefined ? {} : { digest: found }) } });
        expect((judged as { readonly change: string }).change === 'unchanged').toBe(isSame);
      }),
    );
  });
});

describe('a chart that says no number of replicas', () => {
  const silent = { ...deployment, spec: { template: deployment.spec.template } };

  it('takes any number for right', () => {
    for (const replicas of [0, 1, 3])
      expect(
        judge({ chart: [silent], live: withLive('Deployment', { spec: { ...deployment.spec, replicas } }) }),
      ).toEqual({ change: 'unchanged', reasons: [] });
  });

  type Entry = readonly [manager: string, operation: 'Apply' | 'Update', fields: object];
  const own: Entry = ['helm', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:template': {} } }];
  const without: Entry = ['helm', 'Apply', { 'f:spec': { 'f:template': {} } }];
  const autoscaler: Entry = ['kube-controller-manager', 'Update', { 'f:spec': { 'f:replicas': {} } }];
  const patched: Entry = ['helm', 'Update', { 'f:spec': { 'f:template': {} } }];

  // Tried on Kubernetes 1.35.4 with helm 4.1.4 and 3.22.0: what has no number here keeps its pods; of the others most are put back to 1.
  it.each<[string, 3 | 4, number, readonly Entry[], number | undefined]>([
    ['nobody but helm set it', 4, 3, [own], 3],
    ['it was set to none', 4, 0, [own], 0],
    ['an autoscaler set it since', 4, 3, [without, autoscaler], undefined],
    ['an autoscaler and helm set the same', 4, 3, [own, autoscaler], 3],
    ['helm patches what helm 3 began', 4, 3, [patched, autoscaler], 3],
    ['helm 3 patches, whoever set it', 3, 3, [without, autoscaler], 3],
    ['the cluster tells no managers', 4, 3, [], 3],
    ['it is the default already', 3, 1, [patched], undefined],
  ])('is helped to keep its pods: %s', (_, helmMajor, replicas, managers, expected) => {
    const managedFields = managers.map(([manager, operation, fieldsV1]) => ({ manager, operation, fieldsV1 }));
    const live = {
      ...deployment,
      metadata: { ...metadata, managedFields },
      spec: { ...deployment.spec, replicas },
    } as unknown as KubeObject;
    expect(findReplicasAtRisk(live, helmMajor)).toBe(expected);
  });

  it('is installed first without', () => {
    expect(findReplicasAtRisk(undefined, 3)).toBeUndefined();
  });
});
