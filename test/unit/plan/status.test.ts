import { describe, expect, it } from 'vitest';
import { profiles } from '../../support/profiles.ts';
import { statusToJson } from '../../../src/cli/output/status-document.ts';
import type { Difference, FileObjectChange, ObjectChange, ReleaseChange } from '../../../src/model/changes.ts';
import type { Config } from '../../../src/model/config.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import type { LiveSecret, Status } from '../../../src/model/status.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import type { StatusFacts } from '../../../src/cluster/status-facts.ts';
import { judgeStatus, listUnready } from '../../../src/cluster/status.ts';

/** By openssl req -x509; openssl x509 -dates: from Nov 23 07:35:19 2026 GMT to Dec 28 07:35:19 2027 GMT. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUKgAwIBAgIUelK+hik+31DMcd5ElcS7zXwjxqQwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLc3RhdHVzLnRlc3QwHhcNMjYxMTIzMDczNTE5WhcNMjcxMjI4
MDczNTE5WjAWMRQwEgYDVQQDDAtzdGF0dXMudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABFQwMQ5xc3twQlw/hz0M6r0JFDq1zLJQHAvwXPnala7x5aPm36kX
Ty0YrDBAoAVEXniaqrXrPkIdyPC8rqelKtijbjBsMB0GA1UdDgQWBBRMopyuGgw/
r5sVHdjJo5//D7+ykzAfBgNVHSMEGDAWgBRMopyuGgw/r5sVHdjJo5//D7+ykzAP
BgNVHRMBAf8EBTADAQH/MBkGA1UdEQQSMBCCDiouZXhhbXBsZS50ZXN0MAoGCCqG
SM49BAMCA0cAMEQCIDXswmzl3yhGGalG2jCsBu8BEJJU1IlV2LIwC552wYvlAiAn
nUpFYGHpWR66v8EiFSWI9RqTjDaeCzhADz2Jd04cWg==
-----END CERTIFICATE-----
`;

function tlsSecret(pem = certificate): LiveSecret {
  return { type: 'kubernetes.io/tls', certificate: pem };
}

const now = new Date('2027-01-01T00:00:00Z');

const config: Config = {
  domain: 'example.test',
  namespace: 'apps',
  controller: { profile: 'traefik', name: 'ic3', namespace: 'edge', nodePort: 30092, sharedWith: [] },
  certificate: { secretName: 'wildcard-tls', days: 365, keyType: 'rsa-2048' },
  services: [
    {
      name: 'svc7',
      mode: 'terminate',
      host: 'svc7.example.test',
      port: 8080,
      replicas: 1,
      clientAuth: false,
      annotations: {},
    },
    {
      name: 'svc8',
      mode: 'reencrypt',
      host: 'svc8.example.test',
      port: 8080,
      replicas: 2,
      clientAuth: false,
      annotations: {},
    },
    {
      name: 'svc9',
      mode: 'passthrough',
      host: 'svc9.example.test',
      port: 8080,
      replicas: 1,
      clientAuth: false,
      annotations: {},
    },
  ],
};

/** A Deployment as `kubectl get` shows one whose rollout has ended, or one of whose pods another count is ready. */
function deployment(
  namespace: string,
  name: string,
  given: { replicas?: number; ready?: number; updated?: number; args?: readonly string[] } = {},
): KubeObject {
  const { replicas = 1, args = [] } = given;
  const { ready = replicas, updated = replicas } = given;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, ...{ generation: 3 } },
    spec: {
      replicas,
      template: { spec: { containers: [{ name: 'controller', image: 'docker.io/library/traefik:v3.7.13', args }] } },
    },
    status: {
      observedGeneration: 3,
      replicas,
      updatedReplicas: updated,
      readyReplicas: ready,
      availableReplicas: ready,
    },
  };
}

function ingress(
  name: string,
  className: string,
  annotations: Readonly<Record<string, string>> = {},
  addresses: readonly string[] = [],
): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace: 'apps', name, annotations },
    spec: {
      ingressClassName: className,
      rules: [
        {
          host: `${name}.test`,
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } }] },
        },
      ],
    },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  };
}

function ingressClass(name: string, controller: string): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name }, spec: { controller } };
}

const traefikArgs = [
  '--providers.kubernetesIngressNGINX=true',
  '--providers.kubernetesIngressNGINX.controllerClass=ingress-tls/ic3',
  '--providers.kubernetesIngressNGINX.ingressClass=ic3',
  '--providers.kubernetesIngressNGINX.watchNamespace=apps',
];

function unchanged(service: string): ReleaseChange {
  return { service, release: `ic3-${service}`, namespace: 'apps', change: 'unchanged', reasons: [] };
}

/** A cluster on which all is well. */
function wellKnown(): StatusFacts {
  const profile = profiles['traefik']!;
  const desired = buildDesiredProject(config, profile);
  const names = config.services.map(({ name }) => name);
  return {
    cluster: { context: 'demo', server: 'https://192.0.2.1:6443', version: 'v1.35.4' },
    ...{ desired, services: desired.services, now },
    live: {
      hasUnseenClasses: false,
      objects: [
        ...config.services.map(({ name, replicas }) => deployment('apps', `ic3-${name}`, { replicas: replicas ?? 1 })),
        ...names.map((name) => ingress(`ic3-${name}`, 'ic3')),
        ingressClass('ic3', 'ingress-tls/ic3'),
        ingressClass('nginx', 'k8s.io/ingress-nginx'),
      ],
      controller: [
        deployment('edge', 'nginx-ingress-controller-ic3', { args: traefikArgs }),
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { namespace: 'edge', name: 'ingress-nginx-ic3' },
          spec: { ports: [{ name: 'https', port: 443, nodePort: 30092 }] },
        },
      ],
      secrets: new Map(
        ['apps/wildcard-tls', 'apps/ic3-svc8-tls', 'apps/ic3-svc9-tls'].map((name) => [name, tlsSecret()]),
      ),
    },
    records: names.map((name) => ({
      name: `ic3-${name}`,
      namespace: 'apps',
      revision: 4,
      status: 'deployed',
      owner: 'ic3',
    })),
    changes: { objects: [], releases: names.map(unchanged) },
    ...{
      orphans: { releases: [], objects: [] },
      other: undefined,
      unseen: [],
      unserved: new Map(),
      isEdited: false,
      terminating: [],
      causes: new Map(),
      rotations: [],
    },
  };
}

/** The same with other objects in the place of those of the same kind and name; undefined: it is gone. */
function withObjects(
  facts: StatusFacts,
  place: 'objects' | 'controller',
  changed: Readonly<Record<string, KubeObject | undefined>>,
): StatusFacts {
  const objects = facts.live[place].flatMap((object) => {
    const key = `${object.kind} ${object.metadata.name}`;
    return key in changed ? (changed[key] ?? []) : [object];
  });
  return { ...facts, live: { ...facts.live, [place]: objects } };
}

const codes = ({ problems }: Status): readonly string[] =>
  problems.map(({ code, services }) => [code, ...services].join(' '));

describe('a status', () => {
  it('tells of an authority that is being exchanged, and takes it for nothing broken', () => {
    const [message, remedy] = ['certs/ca.crt holds two authorities', 'ingress-tls rotate-ca ca'];
    const status = judgeStatus({ ...wellKnown(), rotations: [{ message, remedy }] });
    expect(status.problems).toEqual([
      { level: 'warning', code: 'authority-rotation', services: [], details: [], message, remedy },
    ]);
  });

  it('finds nothing where nothing is the matter', () => {
    const status = judgeStatus(wellKnown());
    expect(status.problems).toEqual([]);
    expect(status.well).toBe(true);
    expect(status.controller).toMatchObject({
      nodePort: { wanted: 30092, found: 30092 },
      class: { kind: 'IngressClass', name: 'ic3', controller: 'ingress-tls/ic3', agrees: true },
    });
    expect(status.controller.workloads).toMatchObject([
      {
        name: 'nginx-ingress-controller-ic3',
        pods: { ready: 1, wanted: 1 },
        image: 'docker.io/library/traefik:v3.7.13',
      },
    ]);
    expect(
      status.services.map(({ name, pods, release, route: { state } }) => [
        name,
        pods?.ready,
        pods?.wanted,
        release.status,
        release.revision,
        state,
      ]),
    ).toEqual([
      ['svc7', 1, 1, 'deployed', 4, 'admitted'],
      ['svc8', 2, 2, 'deployed', 4, 'admitted'],
      ['svc9', 1, 1, 'deployed', 4, 'admitted'],
    ]);
  });

  it('takes the certificate that clients are shown: the wildcard, or the pod of passthrough', () => {
    expect(judgeStatus(wellKnown()).services.map(({ certificate }) => certificate?.secret)).toEqual([
      'wildcard-tls',
      'wildcard-tls',
      'ic3-svc9-tls',
    ]);
  });

  it.each([
    ['2027-08-16T23:35:18Z', 'valid', 133, []],
    ['2027-08-16T23:35:19Z', 'expiring', 133, ['warning']],
    ['2027-12-28T07:35:19Z', 'expiring', 0, ['warning']],
    ['2027-12-28T07:35:20Z', 'expired', -1, ['error']],
    ['2026-11-23T07:00:00Z', 'not-yet-valid', 400, ['error']],
  ])('on %s a certificate is %s with %s days left', (date, state, daysLeft, levels) => {
    const facts = wellKnown();
    const status = judgeStatus({ ...facts, now: new Date(date), services: facts.services.slice(0, 1) });
    expect(status.services[0]?.certificate).toEqual({
      secret: 'wildcard-tls',
      state,
      daysLeft,
      expires: '2027-12-28T07:35:19.000Z',
    });
    expect(status.problems.map(({ level }) => level)).toEqual(levels);
    expect(status.well).toBe(!levels.includes('error'));
  });

  it.each([
    ['2027-12-26T07:35:20Z', 'expires in 1 day, on 2027-12-28'],
    ['2027-12-28T07:35:19Z', 'expires on 2027-12-28 at 07:35:19 UTC'],
    ['2027-12-28T07:35:20Z', 'expired on 2027-12-28 at 07:35:19 UTC'],
    ['2027-12-29T07:35:20Z', 'expired on 2027-12-28'],
  ])('on %s it is said that a certificate %s', (date, words) => {
    const facts = wellKnown();
    const { problems } = judgeStatus({ ...facts, now: new Date(date), services: facts.services.slice(0, 1) });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(new RegExp(`: the certificate ${words}$`)),
    ]);
  });

  it('tells a missing and an unreadable certificate; in reencrypt that of the pod too; what is the same once', () => {
    const facts = wellKnown();
    const without = judgeStatus({ ...facts, live: { ...facts.live, secrets: new Map() } });
    expect(codes(without)).toEqual([
      'certificate-missing svc7 svc8',
      'certificate-missing svc8',
      'certificate-missing svc9',
    ]);
    const broken = judgeStatus({
      ...facts,
      live: {
        ...facts.live,
        secrets: new Map([...facts.live.secrets, ['apps/ic3-svc9-tls', tlsSecret('no certificate')]]),
      },
    });
    expect(codes(broken)).toEqual(['certificate-unreadable svc9']);
    expect(broken.services[2]?.certificate?.state).toBe('unreadable');
  });

  it('tells a Secret of a wrong type from one that is missing, with what can be done about it, and nothing else of it', () => {
    const facts = wellKnown();
    const opaque: LiveSecret = { type: 'Opaque', certificate: '' };
    const { objects } = facts.desired;
    const path = (name: string): string =>
      objects.find(({ content: { object } }) => object.metadata.name === name)?.path ?? '';
    const object = (name: string, change: 'create' | 'change'): FileObjectChange => ({
      path: path(name),
      object: { kind: 'Secret', name, namespace: 'apps' },
      change,
      conflicts: [],
    });
    const status = judgeStatus({
      ...facts,
      live: {
        ...facts.live,
        secrets: new Map([
          ...facts.live.secrets,
          ['apps/ic3-svc9-tls', opaque],
          ['apps/wildcard-tls', { ...opaque, certificate }],
        ]),
      },
      changes: { ...facts.changes, objects: [object('ic3-svc9-tls', 'create'), object('wildcard-tls', 'change')] },
    });
    expect(codes(status)).toEqual(['secret-type', 'secret-type svc9']);
    expect(status.problems[1]).toMatchObject({
      level: 'error',
      message: 'Secret apps/ic3-svc9-tls is of type Opaque, not kubernetes.io/tls: a type cannot be changed',
      remedy: 'kubectl delete secret ic3-svc9-tls --namespace apps, then ingress-tls apply',
    });
    expect(
      codes(
        judgeStatus({
          ...facts,
          services: facts.services.slice(0, 1),
          live: { ...facts.live, secrets: new Map([...facts.live.secrets, ['apps/ic3-svc9-tls', opaque]]) },
        }),
      ),
    ).toEqual([]);
  });

  it('says whose an Ingress is, by the classes of the cluster', () => {
    const facts = withObjects(wellKnown(), 'objects', {
      'Ingress ic3-svc7': ingress('ic3-svc7', 'nginx', {}, ['192.0.2.7']),
      'Ingress ic3-svc8': ingress('ic3-svc8', 'nobody'),
      'Ingress ic3-svc9': undefined,
    });
    const status = judgeStatus(facts);
    expect(status.services.map((service) => service.route)).toMatchObject([
      { state: 'foreign', className: 'nginx', controller: 'k8s.io/ingress-nginx', addresses: ['192.0.2.7'] },
      { state: 'ignored', className: 'nobody', controller: null, addresses: [] },
      { state: 'missing', className: null, controller: null },
    ]);
    expect(codes(status)).toEqual(['ingress-foreign svc7', 'ingress-ignored svc8', 'ingress-missing svc9']);
  });

  it('does not take an address for proof: without a ready pod of the controller an Ingress is not served', () => {
    const idle = deployment('edge', 'nginx-ingress-controller-ic3', { ready: 0, args: traefikArgs });
    const facts = withObjects(
      withObjects(wellKnown(), 'controller', { 'Deployment nginx-ingress-controller-ic3': idle }),
      'objects',
      {
        'Ingress ic3-svc7': ingress('ic3-svc7', 'ic3', {}, ['192.0.2.7']),
      },
    );
    const causes = new Map([['Deployment edge/nginx-ingress-controller-ic3', ['ImagePullBackOff: no such image']]]);
    expect(listUnready(facts)).toEqual([
      { kind: 'Deployment', name: 'nginx-ingress-controller-ic3', namespace: 'edge' },
    ]);
    const status = judgeStatus({ ...facts, causes });
    expect(status.services.map(({ route: { state } }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(status.problems).toMatchObject([
      { code: 'not-ready', services: [], details: ['ImagePullBackOff: no such image'] },
    ]);
  });

  it('sees arguments of the controller that are for another class or namespace', () => {
    const args = traefikArgs.map((arg) => arg.replace('ingress-tls/ic3', 'ingress-tls/other'));
    const disagreeing = judgeStatus(
      withObjects(wellKnown(), 'controller', {
        'Deployment nginx-ingress-controller-ic3': deployment('edge', 'nginx-ingress-controller-ic3', { args }),
      }),
    );
    expect(disagreeing.controller.class).toMatchObject({
      name: 'ic3',
      controller: 'ingress-tls/ic3',
      agrees: false,
      seen: true,
    });
    expect(codes(disagreeing)).toContain('class-disagrees');
    const elsewhere = traefikArgs.map((arg) => arg.replace('=apps', '=shop'));
    const watching = judgeStatus(
      withObjects(wellKnown(), 'controller', {
        'Deployment nginx-ingress-controller-ic3': deployment('edge', 'nginx-ingress-controller-ic3', {
          args: elsewhere,
        }),
      }),
    );
    expect(watching.services[0]?.route).toMatchObject({
      state: 'ignored',
      reason: expect.stringContaining('shop') as string,
    });
  });

  it('sees where a load balancer is reached, and that one has no address yet', () => {
    const behind = (...addresses: readonly JsonObject[]): StatusFacts => {
      const service: KubeObject = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: 'edge', name: 'ingress-nginx-ic3' },
        ...{ spec: { ports: [{ port: 443, nodePort: 31000 }] }, status: { loadBalancer: { ingress: addresses } } },
      };
      const facts = withObjects(wellKnown(), 'controller', { 'Service ingress-nginx-ic3': service });
      const entry = {
        kind: 'load-balancer',
        service: { namespace: 'edge', name: 'ingress-nginx-ic3' },
        port: 443,
      } as const;
      return { ...facts, desired: { ...facts.desired, entry } };
    };
    const reached = judgeStatus(behind({ ip: '203.0.113.7' }, { hostname: 'lb.example.org' }));
    expect(reached.controller).toMatchObject({
      nodePort: null,
      service: { type: 'LoadBalancer', port: 443, addresses: ['203.0.113.7', 'lb.example.org'] },
    });
    expect(reached.well).toBe(true);
    const pending = judgeStatus(behind());
    expect(pending.problems).toMatchObject([{ code: 'load-balancer', level: 'error' }]);
    expect(judgeStatus(wellKnown()).controller).not.toHaveProperty('service');
  });

  it('sees a controller, an IngressClass and a node port that are not there', () => {
    expect(
      codes(
        judgeStatus(withObjects(wellKnown(), 'controller', { 'Deployment nginx-ingress-controller-ic3': undefined })),
      ),
    ).toContain('workload-missing');
    const other = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'edge', name: 'ingress-nginx-ic3' },
      spec: { ports: [{ port: 443, nodePort: 31000 }] },
    };
    const moved = judgeStatus(withObjects(wellKnown(), 'controller', { 'Service ingress-nginx-ic3': other }));
    expect(moved.problems).toMatchObject([{ code: 'node-port', message: 'the node port is 31000 and not 30092' }]);
    const classless = judgeStatus(withObjects(wellKnown(), 'objects', { 'IngressClass ic3': undefined }));
    expect(classless.controller.class).toMatchObject({ name: 'ic3', controller: null, agrees: false, seen: true });
    expect(codes(classless)).toContain('class-missing');
  });

  it('tells a Deployment that is gone, and one whose newest pods do not come up while older ones serve', () => {
    const facts = withObjects(wellKnown(), 'objects', {
      'Deployment ic3-svc7': undefined,
      'Deployment ic3-svc8': deployment('apps', 'ic3-svc8', { replicas: 2, ready: 2, updated: 1 }),
      'Deployment ic3-svc9': deployment('apps', 'ic3-svc9', { ready: 0 }),
    });
    const causes = new Map([['Deployment apps/ic3-svc8', ['ErrImagePull']]]);
    const status = judgeStatus({ ...facts, causes });
    expect(status.services.map(({ pods }) => pods)).toEqual([
      null,
      { ready: 2, wanted: 2, rolledOut: false },
      { ready: 0, wanted: 1, rolledOut: false },
    ]);
    expect(codes(status)).toEqual(['workload-missing svc7', 'not-ready svc8', 'not-ready svc9']);
    expect(status.problems[1]).toMatchObject({
      details: ['ErrImagePull'],
      remedy: 'kubectl describe deployment ic3-svc8 --namespace apps',
    });
  });

  it('tells releases that are pending, failed or absent; without a release nothing else is told of the service', () => {
    const facts = withObjects(wellKnown(), 'objects', {
      'Deployment ic3-svc9': undefined,
      'Ingress ic3-svc9': undefined,
    });
    const records = [
      { ...facts.records[0]!, status: 'pending-upgrade' },
      { ...facts.records[1]!, status: 'failed' },
    ];
    expect(codes(judgeStatus({ ...facts, records }))).toEqual([
      'release-pending svc7',
      'release-failed svc8',
      'not-applied svc9',
    ]);
  });

  it('tells drift of releases, of Secrets and of the controller', () => {
    const facts = wellKnown();
    const path = (name: string): string =>
      facts.desired.objects.find(({ content }) => content.object.metadata.name === name)!.path;
    const change = (name: string): StatusFacts['changes']['objects'][number] => ({
      path: path(name),
      object: { kind: 'Secret', name, namespace: 'apps' },
      change: 'change',
      conflicts: [],
    });
    const releases = [
      {
        ...unchanged('svc7'),
        change: 'change' as const,
        reasons: [
          {
            about: 'object' as const,
            object: { kind: 'Ingress', name: 'ic3-svc7', namespace: 'apps' },
            state: 'changed' as const,
          },
        ],
      },
      unchanged('svc8'),
      unchanged('svc9'),
    ];
    const status = judgeStatus({
      ...facts,
      changes: { objects: [change('wildcard-tls'), change('ic3-svc9-tls')], releases },
    });
    expect(statusToJson(status).services.map(({ drift }) => drift)).toEqual([
      ['Ingress ic3-svc7 was changed'],
      [],
      ['Secret ic3-svc9-tls differs'],
    ]);
    expect(status.problems).toMatchObject([
      { code: 'drift', services: [], details: ['Secret wildcard-tls differs'] },
      { code: 'drift', services: ['svc7'], message: 'differs from what apply brings: Ingress ic3-svc7 was changed' },
      { code: 'drift', services: ['svc9'], message: 'differs from what apply brings: Secret ic3-svc9-tls differs' },
    ]);
    expect(status.well).toBe(false);
  });

  it('tells once what drift and another problem both say', () => {
    const facts = withObjects(wellKnown(), 'objects', { 'Deployment ic3-svc7': undefined });
    const { objects } = facts.desired;
    const missing = (name: string): FileObjectChange => ({
      path: objects.find(({ content }) => content.object.metadata.name === name)!.path,
      object: { kind: 'Secret', name, namespace: 'apps' },
      change: 'create',
      conflicts: [],
    });
    const of = (kind: string, name: string): Difference => ({
      about: 'object',
      object: { kind, name, namespace: 'apps' },
      state: 'missing',
    });
    const change = (service: string, ...reasons: readonly Difference[]): ReleaseChange => ({
      ...unchanged(service),
      change: 'change',
      reasons,
    });
    const live = {
      ...facts.live,
      secrets: new Map([...facts.live.secrets].filter(([name]) => name !== 'apps/ic3-svc9-tls')),
    };
    const records = facts.records.map((record) => ({
      ...record,
      status: record.name === 'ic3-svc8' ? 'failed' : record.status,
    }));
    const judge = (...releases: readonly ReleaseChange[]): Status =>
      judgeStatus({ ...facts, live, records, changes: { objects: [missing('ic3-svc9-tls')], releases } });
    const failed: Difference = { about: 'revision-status', status: 'failed' };
    const status = judge(change('svc7', of('Deployment', 'ic3-svc7')), change('svc8', failed), unchanged('svc9'));
    expect(codes(status)).toEqual(['workload-missing svc7', 'release-failed svc8', 'certificate-missing svc9']);
    // What only begins alike is told.
    const more = judge(
      change('svc7', of('Deployment', 'ic3-svc7'), of('Service', 'ic3-svc7')),
      change('svc8', failed, { about: 'revision-origin' }),
      change('svc9', of('Secret', 'other')),
    );
    expect(more.problems.filter(({ code }) => code === 'drift').map(({ message }) => message)).toEqual([
      'differs from what apply brings: Deployment ic3-svc7 is missing, Service ic3-svc7 is missing',
      'differs from what apply brings: its last revision was not made by apply',
      'differs from what apply brings: Secret other is missing',
    ]);
  });

  it('tells what the project no longer brings as a warning, unless some services alone are asked for', () => {
    const facts = {
      ...wellKnown(),
      orphans: {
        releases: [{ name: 'ic3-old', namespace: 'apps' }],
        objects: [{ kind: 'Role', name: 'old', namespace: 'edge' }],
      },
    };
    const status = judgeStatus(facts);
    expect(status.problems).toMatchObject([
      {
        code: 'no-longer-wanted',
        level: 'warning',
        message: 'on the cluster and no longer in the project: release apps/ic3-old, Role edge/old',
      },
    ]);
    expect(status.well).toBe(true);
    expect(judgeStatus({ ...facts, services: facts.services.slice(0, 1) }).problems).toEqual([]);
  });

  it('tells of a Service that is there already and answers nobody', () => {
    const why = 'svc7 leads to Service web/shop, which has no ready pod';
    const status = judgeStatus({ ...wellKnown(), unserved: new Map([['svc7', why]]) });
    expect(status.well).toBe(false);
    expect(status.problems).toMatchObject([{ code: 'dead-end', services: ['svc7'], message: why }]);
  });

  it('names an apply that does not refuse what was found', () => {
    const name = { kind: 'Deployment', name: 'ic3-svc8', namespace: 'apps' };
    const scaled = (more: Partial<ObjectChange>): ReleaseChange => ({
      ...unchanged('svc8'),
      change: 'change',
      reasons: [{ about: 'object', object: name, state: 'differs' }],
      objects: [{ object: name, change: 'change', conflicts: [], ...more }],
    });
    const remedies = (more: Partial<ObjectChange>, isEdited = false): readonly string[] => {
      const facts = withObjects({ ...wellKnown(), isEdited }, 'objects', { 'Ingress ic3-svc7': undefined });
      return judgeStatus({
        ...facts,
        changes: { objects: [], releases: [unchanged('svc7'), scaled(more), unchanged('svc9')] },
      }).problems.map(({ remedy }) => remedy);
    };
    expect(remedies({})).toEqual(['ingress-tls apply', 'ingress-tls diff shows it, ingress-tls apply repairs it']);
    const conflicts = [{ manager: 'kubectl', fields: ['.spec.replicas'] }];
    expect(remedies({ conflicts })).toEqual([
      'ingress-tls apply --force-conflicts',
      'ingress-tls diff shows it, ingress-tls apply --force-conflicts repairs it',
    ]);
    expect(remedies({ conflicts }, true)[0]).toBe('ingress-tls apply --keep-edits --force-conflicts');
    expect(
      remedies({ refusal: 'field is immutable' }).filter((remedy) => remedy.includes('ingress-tls apply')),
    ).toEqual([]);
  });

  it('says what could not be looked at for want of rights, and claims nothing of it', () => {
    const facts = wellKnown();
    const { well, problems, controller } = judgeStatus({
      ...facts,
      unseen: ['IngressClasses'],
      live: { ...facts.live, hasUnseenClasses: true },
    });
    expect({ well, problems }).toMatchObject({
      well: true,
      problems: [
        {
          code: 'not-looked-at',
          level: 'warning',
          message: expect.stringContaining('may not look at IngressClasses') as string,
        },
      ],
    });
    expect(controller.class?.seen).toBe(false);
  });

  it('says of another project that has the controller, and nothing else that would follow from it', () => {
    const facts = withObjects(wellKnown(), 'objects', { 'Ingress ic3-svc7': undefined });
    const status = judgeStatus({
      ...facts,
      other: { project: 'other.test', found: [{ kind: 'Secret', name: 'wildcard-tls', namespace: 'apps' }] },
    });
    expect(status.well).toBe(false);
    expect(status.problems).toMatchObject([
      {
        code: 'other-project',
        message: 'controller ic3 on this cluster is of the project of other.test, not of example.test',
        details: ['Secret apps/wildcard-tls'],
        remedy: expect.stringMatching(
          /another controller\.name, .*ingress-tls apply --take-over other\.test$/,
        ) as string,
      },
    ]);
  });

  it('goes by the annotation where the profile has no IngressClass', () => {
    const profile = profiles['ingress-nginx-0.15']!;
    const old: Config = { ...config, controller: { ...config.controller, profile: profile.name } };
    const desired = buildDesiredProject(old, profile);
    const rules = [
      {
        host: 'svc7.example.test',
        http: { paths: [{ path: '/', backend: { serviceName: 'ic3-svc7', servicePort: 'http' } }] },
      },
    ];
    const oldIngress = (name: string, className: string): KubeObject => ({
      apiVersion: 'extensions/v1beta1',
      kind: 'Ingress',
      metadata: { namespace: 'apps', name, annotations: { 'kubernetes.io/ingress.class': className } },
      spec: { rules },
    });
    const facts = wellKnown();
    const status = judgeStatus({
      ...{ ...facts, desired, services: desired.services.slice(0, 2) },
      live: {
        ...facts.live,
        objects: [oldIngress('ic3-svc7', 'ic3'), oldIngress('ic3-svc8', 'ic1')],
        controller: [
          deployment('edge', 'default-http-backend'),
          deployment('edge', 'nginx-ingress-controller-ic3', { args: ['--ingress-class=ic3'] }),
        ],
      },
    });
    expect(status.controller).toMatchObject({ class: null, classNote: 'class ic3, by annotation' });
    expect(status.services.map(({ route: { state, className } }) => [state, className])).toEqual([
      ['admitted', 'ic3'],
      ['ignored', 'ic1'],
    ]);
  });

  it('shows nothing of a cluster that could steer a terminal', () => {
    const evil = '\u001b[2J\u202e';
    const facts = withObjects(wellKnown(), 'objects', {
      'IngressClass nginx': ingressClass('nginx', `evil${evil}`),
      'Ingress ic3-svc7': ingress('ic3-svc7', 'nginx', {}, [evil]),
    });
    expect(
      JSON.stringify(judgeStatus({ ...facts, causes: new Map([['Deployment apps/ic3-svc8', [evil]]]) })),
    ).not.toMatch(/\p{Cc}|\u202e|\\u001b/u);
  });
});
