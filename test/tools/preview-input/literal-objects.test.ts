import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { renderChart } from '../../../src/charts/chart.ts';
import { buildChartObjects } from '../../../src/charts/literal-objects.ts';
import { profiles } from '../../support/profiles.ts';
import { parseObjects } from '../../../src/kube/parse-yaml.ts';
import type { ServiceIntent } from '../../../src/model/config.ts';
import type { ControllerProfile } from '../../../src/model/controller-profile.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { buildStandIns } from '../../../src/preview/stand-ins.ts';
import { readPods } from '../../../src/preview/input-pods.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { templates } from '../../support/charts/chart-fixtures.ts';
import { withChart } from '../charts/helm-runner.ts';
import { config, service, threeServices } from '../../support/controllers/three-services.ts';

const image = 'registry.example.test/shop:1.4';
const services: readonly ServiceIntent[] = [
  ...threeServices,
  service('shop7', 'terminate', {
    image,
    port: 3000,
    annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '1g' },
  }),
  service('shop8', 'reencrypt', { image }),
  service('shop9', 'passthrough', { image }),
  service('open9', 'passthrough', { clientAuth: false, port: 8443 }),
  service('gone7', 'terminate', { replicas: 0 }),
  service('own7', 'terminate', {
    image,
    values: {
      env: [{ name: 'LOG', value: '{{ .Values }}' }],
      extraVolumes: [{ name: 'mine', secret: { secretName: 'mine' } }],
      extraVolumeMounts: [{ name: 'mine', mountPath: '/mine' }],
      service: { type: 'NodePort' },
    },
  }),
  service('own8', 'reencrypt', {
    image,
    replicas: 0,
    values: {
      autoscaling: { enabled: true, maxReplicas: 1 },
      serviceAccount: { name: 'mine' },
      podLabels: { team: 'a' },
      networkPolicy: { enabled: false },
    },
  }),
  service('own9', 'passthrough', {
    values: {
      podDisruptionBudget: { enabled: false },
      serviceAccount: { create: false },
      commonLabels: { team: 'a' },
      livenessProbe: null,
    },
  }),
  service('many9', 'passthrough', { replicas: 1, values: { autoscaling: { enabled: true } } }),
  service('led7', 'terminate', { namespace: 'web', service: { name: 'dashboard', port: 80 } }),
  service('led8', 'reencrypt', {
    service: { name: 'shop', port: 'https', authority: 'certs/shop.crt', serverName: 'shop' },
  }),
  service('led9', 'passthrough', { clientAuth: false, service: { name: 'broker', port: 9093 } }),
];

/** What the gateway is given of a service's objects. */
function inputOf(profile: ControllerProfile, objects: readonly KubeObject[], of: readonly ServiceIntent[]) {
  const given = config(of);
  const { manifests, objects: fromFiles, services } = buildDesiredProject(given, profile);
  const secrets = fromFiles.map(({ content }) => ({
    ...content.object,
    stringData: Object.fromEntries(Object.keys(content.data).map((key) => [key, '-----BEGIN CERTIFICATE-----'])),
  }));
  const { objects: standIns } = buildStandIns(services, secrets);
  const made = [...manifests.before, ...manifests.after].flatMap((file) => file.objects);
  const all = [...made, ...secrets, ...objects, ...standIns];
  return { table: profile.readRoutes(all, given), pods: readPods(all) };
}

/** What light look and status take for granted of an object. */
function tell({ kind, metadata, spec }: KubeObject): string {
  const { replicas, type } = (spec ?? {}) as { readonly replicas?: unknown; readonly type?: unknown };
  return JSON.stringify([kind, metadata.name, metadata.namespace, replicas, type]);
}

describeWithTool('helm', 'the objects of a chart without helm', (helm) => {
  const cases = Object.values(profiles).flatMap((profile) =>
    services.map((intent) => [profile.name, intent.name, profile, intent] as const),
  );

  it.each(cases)('%s: give the gateway the same as those that helm makes of %s', (_profile, name, profile, intent) => {
    const given = config([intent]);
    const planned = buildDesiredProject(given, profile).services[0]!;
    const { routes } = planned;
    const chart = renderChart(templates, {
      ...{ service: planned, routes, workload: profile.workload, controllerName: 'ic3' },
      ...{
        authority: 'certs/ca.crt',
        podClientAuthority: 'certs/svc9-client-ca.crt',
        controllerNamespace: 'ingress-nginx-demo',
        chartVersion: '0.1.0',
        entry: { kind: 'node-port', port: 30092 },
      },
    });
    const options = [
      '--namespace',
      planned.namespace,
      '--no-hooks',
      '--skip-tests',
      ...(profile.kubernetes.below === undefined ? [] : ['--kube-version', '1.15.0']),
    ];
    const text = withChart(chart, (folder) =>
      execFileSync(helm, ['template', planned.release, folder, ...options], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const byHelm = inputOf(profile, parseObjects(text, name), [intent]);
    expect(byHelm.table.hosts).toHaveLength(1);
    expect(byHelm.pods.pods).toHaveLength(intent.service !== undefined || name === 'gone7' ? 0 : 1);
    const literal = buildChartObjects({ service: planned, routes, workload: profile.workload });
    expect(inputOf(profile, literal, [intent])).toEqual(byHelm);
    expect(literal.map(tell).sort()).toEqual(parseObjects(text, name).map(tell).sort());
  });
});
