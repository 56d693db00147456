import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseProject, type Project } from '../../../src/app/project.ts';
import { buildChartObjects } from '../../../src/charts/literal-objects.ts';
import { resolveRoute } from '../../../src/charts/route-object.ts';
import { judgeStatus } from '../../../src/cluster/status.ts';
import type { ControllerProfile } from '../../../src/model/controller-profile.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import type { Status } from '../../../src/model/status.ts';
import { startInside } from '../../support/inside-program.ts';
import type { ProgramResult } from '../../support/program.ts';
import type { Answer } from '../../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../../support/stand-in-cluster.ts';
import { until } from '../../support/until.ts';

// A line for each in the table, and no other line outside of a target's folder.
vi.mock(import('../../../src/controllers/index.ts'), async (importOriginal) => {
  const { gatewayApi } = await import('../../support/targets/gateway-api/index.ts');
  const { openShift } = await import('../../support/targets/openshift/index.ts');
  const actual = await importOriginal();
  const others: Readonly<Record<string, ControllerProfile>> = {
    [gatewayApi.name]: gatewayApi,
    [openShift.name]: openShift,
  };
  return {
    profileNames: [...actual.profileNames, ...Object.keys(others)],
    loadProfile: async (name: string) => others[name] ?? actual.loadProfile(name),
    loadProfiles: async () => [...(await actual.loadProfiles()), ...Object.values(others)],
  };
});

interface Target {
  readonly profile: string;
  readonly groupVersion: string;
  readonly kinds: readonly string[];
  /** What it brings beside Secrets, Services and Deployments. */
  readonly files: readonly string[];
  readonly charts: Readonly<Record<string, readonly string[]>>;
  /** What `helm upgrade` of the reencrypt service is given of the authority. */
  readonly setFile: string | undefined;
  /** Puts another authority where the hop's lies; returns what helm makes of the charts' own values instead. */
  readonly breakHop: (project: string, pem: string) => Readonly<Record<string, string>>;
  /** The status that a controller writes into these objects. */
  readonly statuses: Readonly<Record<string, JsonValue>>;
  /** Without which no route is served: an object of the controller, or what it wrote into the routes. */
  readonly lost: 'Gateway' | 'Route status';
  readonly lostReason: string;
}

const accepted = { conditions: ['Accepted', 'ResolvedRefs', 'Programmed'].map((type) => ({ type, status: 'True' })) };
const ofRoute = { parents: [{ parentRef: { name: 'ic3' }, ...accepted }] };

const targets: readonly Target[] = [
  {
    profile: 'gateway-api',
    groupVersion: 'gateway.networking.k8s.io/v1',
    kinds: ['GatewayClass', 'Gateway', 'HTTPRoute', 'TLSRoute', 'BackendTLSPolicy'],
    files: ['manifests/ic3-class.yaml', 'manifests/ic3-gateway.yaml', 'manifests/ic3-svc8-upstream-ca.yaml'],
    charts: { svc7: ['HTTPRoute'], svc8: ['HTTPRoute', 'BackendTLSPolicy'], svc9: ['TLSRoute'] },
    setFile: undefined,
    breakHop: (project, pem) => {
      const path = join(project, 'manifests/ic3-svc8-upstream-ca.yaml');
      writeFileSync(
        path,
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'ic3-svc8-upstream-ca', namespace: 'default' },
          data: { 'ca.crt': pem },
        }),
      );
      return {};
    },
    statuses: {
      GatewayClass: accepted,
      Gateway: accepted,
      HTTPRoute: ofRoute,
      TLSRoute: ofRoute,
      BackendTLSPolicy: { ancestors: [{ ancestorRef: { name: 'ic3' }, ...accepted }] },
    },
    lost: 'Gateway',
    lostReason: 'there is no Gateway ic3',
  },
  {
    profile: 'openshift',
    groupVersion: 'route.openshift.io/v1',
    kinds: ['Route'],
    files: ['manifests/ic3-rbac.yaml'],
    charts: { svc7: ['Route'], svc8: ['Route'], svc9: ['Route'] },
    setFile: '--set-file=route.destinationCACertificate=certs/ca.crt',
    breakHop: (_project, pem) => ({ 'route.destinationCACertificate': pem }),
    statuses: { Route: { ingress: [{ routerName: 'default', conditions: [{ type: 'Admitted', status: 'True' }] }] } },
    lost: 'Route status',
    lostReason: 'no router has taken it up',
  },
];

interface Verified {
  readonly holds: boolean;
  readonly services: readonly {
    readonly service: string;
    readonly checks: readonly { readonly check: string; readonly status: string }[];
  }[];
}

describe.each(targets)(
  'a target of one folder and one line: $profile',
  ({ profile, groupVersion, kinds, files, charts, setFile, breakHop, statuses, lost, lostReason }) => {
    const config = `apiVersion: ingress-tls/v1
domain: example.test
controller: {profile: ${profile}, name: ic3, namespace: edge}
certificate: {keyType: ecdsa-p256}
services:
  - {name: svc7, mode: terminate}
  - {name: svc8, mode: reencrypt}
  - {name: svc9, mode: passthrough, clientAuth: true}
`;
    const outside = mkdtempSync(join(tmpdir(), 'ingress-tls-seam-'));
    const cluster = installStandInCluster(outside);
    const folder = outside;
    const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
    const load = (): Promise<Project> => parseProject(read('ingress-tls.yaml'));
    const run = (...args: readonly string[]): Promise<ProgramResult> => startInside(args, folder, cluster.env).ended;

    /** What helm makes of each chart, from the facts that the chart is made of. */
    const templates = async (texts: Readonly<Record<string, string>>): Promise<readonly Answer[]> => {
      const { profile: target, desired } = await load();
      return desired.services.map((service): Answer => {
        const objects = buildChartObjects({ service, routes: service.routes, workload: target.workload, texts });
        return {
          tool: 'helm',
          when: ['template', service.release],
          stdout: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
        };
      });
    };

    /** Verifies beside a preview. @param path without helm where it is not the stand-in's. */
    const verify = async (
      path: string,
    ): Promise<{ readonly exitCode: number | null; readonly failed: readonly string[]; readonly seen: Verified }> => {
      const preview = startInside(['preview', '--port', '0', '--json'], folder, { ...cluster.env, PATH: path });
      let isOver = false;
      void preview.ended.then(() => {
        isOver = true;
      });
      try {
        await until(() => preview.stdout().includes('"listening"') || isOver);
        const { exitCode, stdout, stderr } = await run('verify', '--json');
        if (stdout === '') throw new Error(`${stderr}${preview.stdout()}`);
        const seen = JSON.parse(stdout) as Verified;
        return {
          exitCode,
          seen,
          failed: seen.services.flatMap(({ service, checks }) =>
            checks.some(({ status }) => status === 'failed') ? [service] : [],
          ),
        };
      } finally {
        preview.stop('SIGINT');
        await preview.ended;
      }
    };

    beforeAll(async () => {
      writeFileSync(join(folder, 'ingress-tls.yaml'), config);
      cluster.answer({
        tool: 'kubectl',
        when: ['get', `--raw=/apis/${groupVersion}`],
        stdout: JSON.stringify({ kind: 'APIResourceList', groupVersion, resources: kinds.map((kind) => ({ kind })) }),
      });
      expect(await run('render')).toMatchObject({ exitCode: 0 });
    });
    afterAll(() => {
      rmSync(outside, { recursive: true, force: true });
    });

    it('renders its manifests and the routes of each chart', async () => {
      for (const path of files) expect(read(path)).toContain('apiVersion:');
      const { desired } = await load();
      expect(
        Object.fromEntries(desired.services.map((service) => [service.name, service.routes.map(({ kind }) => kind)])),
      ).toEqual(charts);
    });

    it('draws the hop as verified', async () => {
      const { exitCode, stdout } = await run('graph');
      expect(exitCode).toBe(0);
      // No node port of ours leads to it.
      expect(stdout).toContain(`controller ic3: ${profile} in namespace edge, port 443`);
      for (const name of ['svc7', 'svc8', 'svc9']) expect(stdout).toContain(`${name}.example.test`);
      expect(stdout).not.toContain('not verified');
      const listed = await run('list', '--json');
      expect(listed.stdout).toContain('"url": "https://svc7.example.test/"');
    });

    it('plans an apply with its objects and its authority, and waits for no workload but the services', async () => {
      const { exitCode, stdout, stderr } = await run('apply', '--dry-run');
      expect(stderr + stdout).toContain('helm');
      expect(exitCode).toBe(0);
      for (const path of files) expect(stdout).toContain(path);
      expect(
        stdout
          .split('\n')
          .filter((line) => line.includes('--set-file'))
          .map((line) => line.includes('ic3-svc8') && setFile !== undefined && line.includes(setFile)),
      ).toEqual(setFile === undefined ? [] : [true]);
      expect(stdout).not.toContain('namespace=edge');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });

    it('serves three services in a preview, with helm and without, that verify finds right', async () => {
      cluster.answer(...(await templates({ 'route.destinationCACertificate': read('certs/ca.crt') })));
      for (const path of ['/no-such-folder', cluster.env['PATH'] ?? '']) {
        cluster.forget();
        const { exitCode, failed, seen } = await verify(path);
        expect({ exitCode, failed, holds: seen.holds, services: seen.services.length }, JSON.stringify(seen)).toEqual({
          exitCode: 0,
          failed: [],
          holds: true,
          services: 3,
        });
      }
      const asked = cluster
        .calls('helm')
        .filter(({ args }) => args.includes('template') && args.some((arg) => arg.startsWith('--set-file')));
      expect(
        asked.map(({ args }) => [args.includes('ic3-svc8'), args.find((arg) => arg.startsWith('--set-file'))]),
      ).toEqual(setFile === undefined ? [] : [[true, setFile]]);
    });

    it('is refused the hop by another authority', async () => {
      const kept = files.map((path) => [path, read(path)] as const);
      cluster.answer(...(await templates(breakHop(folder, read('certs/wildcard.crt')))));
      const { exitCode, failed } = await verify(cluster.env['PATH'] ?? '');
      for (const [path, text] of kept) writeFileSync(join(folder, path), text);
      expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ['svc8'] });
    });

    it('is well by its status, and tells why no route is served', async () => {
      const project = await load();
      const { profile: target, desired } = project;
      const manifests = [...desired.manifests.before, ...desired.manifests.after].flatMap((file) => file.objects);
      const addStatus = (object: KubeObject): KubeObject => ({ ...object, status: statuses[object.kind] ?? {} });
      const ofServices = desired.services.flatMap((service): readonly KubeObject[] => {
        const metadata = { name: service.release, namespace: service.namespace, labels: {} };
        const ready = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
        return [
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 1 }, status: ready },
          ...service.routes.map((route) => addStatus(resolveRoute(route, metadata))),
        ];
      });
      const judge = (isWhole: boolean): Status =>
        judgeStatus({
          cluster: { context: 'demo', server: 'https://192.0.2.1:6443', version: 'v1.35.4' },
          ...{ desired, services: desired.services, now: new Date() },
          live: {
            hasUnseenClasses: false,
            objects: [
              ...ofServices.map((object) =>
                isWhole || lost !== 'Route status' || object.kind !== 'Route' ? object : { ...object, status: {} },
              ),
              ...manifests.filter(({ kind }) => target.liveObjects.classKinds.includes(kind)).map(addStatus),
            ],
            controller: manifests
              .filter(({ kind }) => target.liveObjects.wholeKinds.includes(kind) && (isWhole || kind !== lost))
              .map(addStatus),
            secrets: new Map(
              [
                [desired.config.certificate.secretName, read('certs/wildcard.crt')],
                ...['svc8', 'svc9'].map((name) => [`ic3-${name}-tls`, read(`certs/${name}.crt`)] as const),
              ].map(([name = '', certificate = '']) => [`default/${name}`, { type: 'kubernetes.io/tls', certificate }]),
            ),
          },
          records: desired.services.map(({ release, namespace }) => ({
            name: release,
            namespace,
            revision: 1,
            status: 'deployed',
            owner: 'ic3',
          })),
          changes: { objects: [], releases: [] },
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
        });
      const whole = judge(true);
      expect(whole.problems).toEqual([]);
      expect(whole.services.map(({ route }) => route.state)).toEqual(['admitted', 'admitted', 'admitted']);
      const broken = judge(false);
      expect(broken.well).toBe(false);
      expect(broken.services.map(({ route }) => [route.state, route.reason])).toEqual(
        Array.from({ length: 3 }, () => ['ignored', lostReason]),
      );
    });
  },
);
