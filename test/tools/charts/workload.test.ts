import { expect, it } from 'vitest';
import { renderChart, type ChartInput } from '../../../src/charts/chart.ts';
import { modes, type Mode } from '../../../src/model/mode.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import {
  chartInput,
  legacyInput,
  plannedService,
  templates,
  withoutClientAuth,
} from '../../support/charts/chart-fixtures.ts';
import { templateChart, withChart, type RenderedObject } from './helm-runner.ts';

// The rules of kube-linter v0.8.3 and kube-score v1.20 and of the Pod Security Standard "restricted", asked of what helm makes
// of the charts.

interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: { readonly requests: Record<string, string>; readonly limits: Record<string, string> };
  readonly securityContext: {
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly livenessProbe: unknown;
  readonly readinessProbe: unknown;
}

interface PodSpec {
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly [Container];
  readonly volumes: readonly Record<string, unknown>[];
  readonly [key: string]: unknown;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations?: Record<string, string> };
  readonly spec: PodSpec;
}

const image = 'registry.example.test/app:1.2';
const cases: readonly (readonly [string, ChartInput])[] = modes.flatMap(
  (mode): readonly (readonly [string, ChartInput])[] => [
    [`${mode}, demo backend`, chartInput(plannedService(mode, { replicas: 2 }))],
    [`${mode}, own image`, chartInput(plannedService(mode, { replicas: 2, image }))],
    [`${mode}, old cluster`, legacyInput(plannedService(mode, { replicas: 2 }))],
  ],
);

describeWithTool('helm', "a chart's objects", (helm) => {
  const objectsOf = (input: ChartInput, ...options: readonly string[]): ReadonlyMap<string, RenderedObject> =>
    withChart(renderChart(templates, input), (folder) =>
      templateChart(
        helm,
        folder,
        input.service.release,
        '--kube-version',
        input.workload.deploymentApiVersion === 'apps/v1' ? '1.35.0' : '1.15.0',
        ...options,
      ),
    );
  const get = (objects: ReadonlyMap<string, RenderedObject>, kind: string): RenderedObject => {
    const object = objects.get(kind);
    if (object === undefined) throw new Error(`no ${kind}`);
    return object;
  };
  const spec = (objects: ReadonlyMap<string, RenderedObject>, kind: string): unknown => get(objects, kind)['spec'];
  const podOf = (objects: ReadonlyMap<string, RenderedObject>): PodTemplate =>
    (spec(objects, 'Deployment') as { readonly template: PodTemplate }).template;

  it.each(cases)('meet the restricted Pod Security Standard: %s', (_, input) => {
    const objects = objectsOf(input);
    const pods = [podOf(objects), { metadata: get(objects, 'Pod').metadata, spec: spec(objects, 'Pod') as PodSpec }];
    for (const { metadata, spec: pod } of pods) {
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
      });
      if (input.workload.seccompProfile === 'field')
        expect(pod.securityContext).toHaveProperty('seccompProfile', { type: 'RuntimeDefault' });
      else expect(metadata.annotations).toHaveProperty(['seccomp.security.alpha.kubernetes.io/pod'], 'runtime/default');
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(['NET_BIND_SERVICE']).toEqual(expect.arrayContaining([...(securityContext.capabilities.add ?? [])]));
      }
      for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(name);
      expect(pod['automountServiceAccountToken']).toBe(false);
      expect(pod['serviceAccountName']).toBe(get(objects, 'ServiceAccount').metadata.name);
    }
    for (const volume of podOf(objects).spec.volumes)
      expect(['configMap', 'emptyDir', 'secret']).toContain(Object.keys(volume).find((key) => key !== 'name'));
  });

  it.each(cases)('name resources, a tag and two different probes of a declared port: %s', (_, input) => {
    const [container] = podOf(objectsOf(input)).spec.containers;
    expect(container.resources.requests).toMatchObject({ cpu: '50m', memory: '64Mi' });
    for (const list of [container.resources.requests, container.resources.limits])
      expect(Object.keys(list).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
    expect(container.image).toMatch(/:\d[\d.]*$/);
    const ports = container.ports?.map(({ name }) => name) ?? [];
    expect(container.ports?.[0]?.containerPort).toBeGreaterThanOrEqual(1024);
    expect(container.livenessProbe).not.toEqual(container.readinessProbe);
    for (const probe of [container.livenessProbe, container.readinessProbe] as Record<
      string,
      Record<string, unknown>
    >[]) {
      const action = probe['httpGet'] ?? probe['tcpSocket'];
      expect(ports).toContain(action?.['port']);
      expect(action).not.toHaveProperty('host');
    }
    const names = (container.env ?? []).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(cases)('belong together: %s', (_, input) => {
    const objects = objectsOf(input);
    const { metadata, spec: pod } = podOf(objects);
    const selector = {
      'app.kubernetes.io/name': input.service.name,
      'app.kubernetes.io/instance': input.service.release,
    };
    expect(metadata.labels).toMatchObject(selector);
    expect(spec(objects, 'Deployment')).toHaveProperty('selector.matchLabels', selector);
    expect(spec(objects, 'Service')).toMatchObject({
      type: 'ClusterIP',
      selector,
      ports: [
        {
          name: input.service.servicePort.name,
          port: input.service.servicePort.number,
          targetPort: pod.containers[0].ports?.[0]?.name,
        },
      ],
    });
    expect(spec(objects, 'Service')).not.toHaveProperty('clusterIP');
    expect(spec(objects, 'PodDisruptionBudget')).toMatchObject({
      maxUnavailable: 1,
      selector: { matchLabels: selector },
    });
    // The test's pod must get no requests: the Service would send it some while it runs.
    expect(get(objects, 'Pod').metadata.labels).not.toMatchObject(selector);
    for (const [kind, { metadata: meta }] of objects) {
      expect([kind, meta.namespace]).toEqual([kind, 'default']);
      expect(Object.keys(meta.labels)).toEqual(
        expect.arrayContaining(
          ['name', 'instance', 'managed-by', 'part-of'].map((name) => `app.kubernetes.io/${name}`),
        ),
      );
      expect(meta.labels).toHaveProperty(['helm.sh/chart'], `${input.service.name}-0.1.0`);
    }
    expect(objects.has('Secret')).toBe(false);
  });

  it.each(cases)('let only the controller and the test reach the pods: %s', (_, input) => {
    const objects = objectsOf(input);
    const policy = spec(objects, 'NetworkPolicy') as {
      readonly ingress: unknown;
      readonly policyTypes: readonly string[];
      readonly podSelector: unknown;
    };
    expect(spec(objects, 'Deployment')).toHaveProperty('selector', policy.podSelector);
    expect(policy.policyTypes).toEqual(['Ingress']);
    const { labels } = get(objects, 'Pod').metadata;
    expect(policy.ingress).toEqual([
      {
        from: [
          { namespaceSelector: { matchLabels: { [input.workload.namespaceNameLabel]: 'ingress-nginx-demo' } } },
          {
            podSelector: {
              matchLabels: {
                'app.kubernetes.io/name': labels['app.kubernetes.io/name'],
                'app.kubernetes.io/instance': labels['app.kubernetes.io/instance'],
              },
            },
          },
        ],
        ports: [{ port: input.service.servicePort.name, protocol: 'TCP' }],
      },
    ]);
    expect(spec(objectsOf(input, '--set', 'networkPolicy.restrictEgress=true'), 'NetworkPolicy')).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      egress: [],
    });
  });

  it.each(cases)('roll out without an outage: %s', (_, input) => {
    const objects = objectsOf(input);
    const { spec: pod } = podOf(objects);
    expect(spec(objects, 'Deployment')).toMatchObject({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
    expect(pod).toMatchObject({
      terminationGracePeriodSeconds: 30,
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { podAffinityTerm: { topologyKey: 'kubernetes.io/hostname' } },
          ],
        },
      },
    });
    const modern = input.workload.deploymentApiVersion === 'apps/v1';
    expect('topologySpreadConstraints' in pod).toBe(modern);
    expect('lifecycle' in pod.containers[0]).toBe(modern);
    expect(get(objects, 'PodDisruptionBudget').apiVersion).toBe(modern ? 'policy/v1' : 'policy/v1beta1');
    expect(get(objects, 'Deployment').apiVersion).toBe(modern ? 'apps/v1' : 'apps/v1beta2');
  });

  it('make no budget and no spread for one pod', () => {
    const objects = objectsOf(chartInput(plannedService('terminate', { replicas: 1 })));
    expect(objects.has('PodDisruptionBudget')).toBe(false);
    expect(podOf(objects).spec).not.toHaveProperty('topologySpreadConstraints');
  });

  const dialects = [
    ['new clusters', chartInput(plannedService('terminate')), 'autoscaling/v2'],
    ['old clusters', legacyInput(plannedService('terminate')), 'autoscaling/v1'],
  ] as const;

  it.each(dialects)(
    'leave the number of pods to others where the file says none, and may meet more than one: %s',
    (_, input) => {
      const objects = objectsOf(input);
      expect(spec(objects, 'Deployment')).not.toHaveProperty('replicas');
      expect(objects.has('PodDisruptionBudget')).toBe(true);
      expect(objects.has('HorizontalPodAutoscaler')).toBe(false);
      expect(spec(objectsOf(input, '--set', 'keepReplicas=0'), 'Deployment')).toHaveProperty('replicas', 0);
      expect(spec(objectsOf(input, '--set', 'replicaCount=3,keepReplicas=5'), 'Deployment')).toHaveProperty(
        'replicas',
        3,
      );
    },
  );

  it.each(dialects)(
    'bring an autoscaler where values ask for it, which alone sets the number of pods: %s',
    (_, input, apiVersion) => {
      const objects = objectsOf(
        input,
        '--set',
        'autoscaling.enabled=true,autoscaling.minReplicas=2,autoscaling.maxReplicas=5,replicaCount=3',
      );
      expect(spec(objects, 'Deployment')).not.toHaveProperty('replicas');
      expect(get(objects, 'HorizontalPodAutoscaler').apiVersion).toBe(apiVersion);
      const deployment = get(objects, 'Deployment');
      expect(spec(objects, 'HorizontalPodAutoscaler')).toMatchObject({
        scaleTargetRef: { apiVersion: deployment.apiVersion, kind: 'Deployment', name: deployment.metadata.name },
        minReplicas: 2,
        maxReplicas: 5,
        ...(apiVersion === 'autoscaling/v1'
          ? { targetCPUUtilizationPercentage: 80 }
          : {
              metrics: [
                {
                  type: 'Resource',
                  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
                },
              ],
            }),
      });
      expect(objects.has('PodDisruptionBudget')).toBe(true);
      expect(
        objectsOf(input, '--set', 'autoscaling.enabled=true,autoscaling.maxReplicas=1').has('PodDisruptionBudget'),
      ).toBe(false);
      expect(spec(objectsOf(input, '--set', 'autoscaling.enabled=true,keepReplicas=4'), 'Deployment')).toHaveProperty(
        'replicas',
        4,
      );
    },
  );

  it('use no field before the Kubernetes that has it', () => {
    const input = chartInput(plannedService('terminate', { replicas: 2 }));
    const older = objectsOf(input, '--kube-version', '1.26.0');
    expect(podOf(older).spec.containers[0]).not.toHaveProperty('lifecycle');
    expect(spec(older, 'PodDisruptionBudget')).not.toHaveProperty('unhealthyPodEvictionPolicy');
    expect(spec(objectsOf(input), 'PodDisruptionBudget')).toHaveProperty('unhealthyPodEvictionPolicy', 'AlwaysAllow');
  });

  it.each<[Mode, readonly string[]]>([
    ['terminate', []],
    ['reencrypt', ['tls']],
    ['passthrough', ['tls', 'client-ca']],
  ])('mount the Secrets of the mode and nothing more: %s', (mode, expected) => {
    for (const input of [chartInput(plannedService(mode)), chartInput(plannedService(mode, { image }))]) {
      const { spec: pod } = podOf(objectsOf(input));
      const secrets = pod.volumes.filter((volume) => 'secret' in volume) as {
        name: string;
        secret: { secretName: string; defaultMode: number; items: { key: string }[] };
      }[];
      expect(secrets.map(({ name }) => name)).toEqual(expected);
      expect(secrets.every(({ secret }) => secret.defaultMode === 0o440)).toBe(true);
      expect(secrets.flatMap(({ secret }) => secret.items.map(({ key }) => `${secret.secretName}/${key}`))).toEqual(
        {
          terminate: [],
          reencrypt: ['ic3-svc8-tls/tls.crt', 'ic3-svc8-tls/tls.key'],
          passthrough: ['ic3-svc9-tls/tls.crt', 'ic3-svc9-tls/tls.key', 'ic3-svc9-client-ca/ca.crt'],
        }[mode],
      );
      for (const { name } of secrets)
        expect(pod.containers[0].volumeMounts.find((mount) => mount.name === name)?.readOnly).toBe(true);
    }
  });

  it.each<[Mode, Record<string, string>]>([
    ['terminate', { PORT: '8080' }],
    [
      'reencrypt',
      { PORT: '8443', TLS_CERT_FILE: '/etc/ingress-tls/tls/tls.crt', TLS_KEY_FILE: '/etc/ingress-tls/tls/tls.key' },
    ],
    [
      'passthrough',
      {
        PORT: '8443',
        TLS_CERT_FILE: '/etc/ingress-tls/tls/tls.crt',
        TLS_KEY_FILE: '/etc/ingress-tls/tls/tls.key',
        TLS_CLIENT_CA_FILE: '/etc/ingress-tls/client-ca/ca.crt',
      },
    ],
  ])("tell a person's own image where its files are: %s", (mode, expected) => {
    const { spec: pod } = podOf(objectsOf(chartInput(plannedService(mode, { image }))));
    const [container] = pod.containers;
    expect(Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]))).toEqual(expected);
    const mounts = container.volumeMounts.map(({ mountPath }) => mountPath);
    for (const path of Object.values(expected).filter((value) => value.startsWith('/')))
      expect(mounts.some((mount) => path.startsWith(`${mount}/`))).toBe(true);
    expect(container.securityContext.capabilities.add).toEqual([]);
    expect(container.args).toBeUndefined();
    expect(container.readinessProbe).toHaveProperty('tcpSocket');
  });

  it('probe the demo backend in a way that its mode answers', () => {
    const readiness = (service: ReturnType<typeof plannedService>): unknown =>
      podOf(objectsOf(chartInput(service))).spec.containers[0].readinessProbe;
    expect(readiness(plannedService('terminate'))).toHaveProperty('httpGet.scheme', 'HTTP');
    expect(readiness(plannedService('reencrypt'))).toHaveProperty('httpGet.scheme', 'HTTPS');
    expect(readiness(plannedService('passthrough'))).toHaveProperty('tcpSocket.port', 'https');
    expect(readiness(withoutClientAuth(plannedService('passthrough')))).toHaveProperty('httpGet.scheme', 'HTTPS');
  });

  it('start new pods when the Caddyfile changes', () => {
    const checksum = (...options: readonly string[]): string | undefined =>
      podOf(objectsOf(chartInput(plannedService('terminate')), ...options)).metadata.annotations?.['checksum/config'];
    expect(checksum()).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum('--set', 'containerPort=8081')).not.toBe(checksum());
  });

  it.each(modes)('start new pods when certificates change that they read: %s', (mode) => {
    const checksum = (content: string): string | undefined =>
      withChart(
        [...renderChart(templates, chartInput(plannedService(mode))), { path: 'certificates.sha256', content }],
        (folder) => podOf(templateChart(helm, folder, 'ic3-svc')).metadata.annotations?.['checksum/certificates'],
      );
    if (mode === 'terminate') {
      expect(checksum('one')).toBeUndefined();
      return;
    }
    expect(checksum('one')).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum('one')).toBe(checksum('one'));
    expect(checksum('another')).not.toBe(checksum('one'));
  });

  it('take what a person adds to the pod', () => {
    const input = chartInput(plannedService('reencrypt', { image }));
    const { metadata, spec: pod } = podOf(
      objectsOf(
        input,
        '--set-json',
        'env=[{"name":"A","value":"b"}]',
        '--set-json',
        'command=["/run"]',
        '--set-json',
        'args=["--a: b"]',
        '--set',
        'podAnnotations.a=b,podLabels.c=d,commonLabels.e=f,priorityClassName=high',
        '--set-json',
        'extraVolumes=[{"name":"v","emptyDir":{}}]',
        '--set-json',
        'extraVolumeMounts=[{"name":"v","mountPath":"/v"}]',
        '--set-json',
        'imagePullSecrets=[{"name":"r"}]',
        '--set-json',
        'tolerations=[{"operator":"Exists"}]',
        '--set',
        'nodeSelector.g=h',
        '--set-json',
        'affinity={"nodeAffinity":{}}',
        '--set-json',
        'startupProbe={"tcpSocket":{"port":"https"}}',
      ),
    );
    expect(metadata).toMatchObject({ annotations: { a: 'b' }, labels: { c: 'd', e: 'f' } });
    expect(pod).toMatchObject({
      priorityClassName: 'high',
      imagePullSecrets: [{ name: 'r' }],
      tolerations: [{ operator: 'Exists' }],
      nodeSelector: { g: 'h' },
      affinity: { nodeAffinity: {} },
    });
    expect(pod.volumes).toContainEqual({ name: 'v', emptyDir: {} });
    expect(pod.containers[0]).toMatchObject({
      command: ['/run'],
      args: ['--a: b'],
      startupProbe: { tcpSocket: { port: 'https' } },
    });
    expect(pod.containers[0].env).toContainEqual({ name: 'A', value: 'b' });
    expect(pod.containers[0].volumeMounts).toContainEqual({ name: 'v', mountPath: '/v' });
  });
});
