import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderChart, type ChartFile, type ChartInput } from '../../../src/charts/chart.ts';
import { modes } from '../../../src/model/mode.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { chartInput, legacyInput, plannedService, templates } from '../../support/charts/chart-fixtures.ts';
import { runHelm, templateDocuments, templateDocumentsReadByGo, withChart } from './helm-runner.ts';
import { configurationText } from '../../support/charts/hostile-text.ts';

const image = 'registry.example.test:5000/team/app:1.2';
const inputs: readonly (readonly [string, ChartInput])[] = modes.flatMap((mode) =>
  [1, 2].flatMap((replicas): readonly (readonly [string, ChartInput])[] => [
    [`${mode}, demo backend, ${replicas} replicas`, chartInput(plannedService(mode, { replicas }))],
    [`${mode}, own image, ${replicas} replicas`, chartInput(plannedService(mode, { replicas, image }))],
  ]),
);
const legacyInputs: readonly (readonly [string, ChartInput])[] = modes.flatMap(
  (mode): readonly (readonly [string, ChartInput])[] => [
    [`${mode}, demo backend`, legacyInput(plannedService(mode, { replicas: 2 }))],
    [`${mode}, own image`, legacyInput(plannedService(mode, { replicas: 2, image }))],
  ],
);

const filesOf = (input: ChartInput): readonly ChartFile[] => renderChart(templates, input);

describeWithTool('helm', 'helm lint --strict', (helm) => {
  const lint = (input: ChartInput, ...options: readonly string[]): ReturnType<typeof runHelm> =>
    withChart(filesOf(input), (folder) => runHelm(helm, ['lint', '--strict', folder, ...options]));
  const remarks = ({ output }: ReturnType<typeof runHelm>): readonly string[] =>
    output.split('\n').filter((line) => line.startsWith('['));

  it.each(inputs)('says nothing: %s', (_, input) => {
    const result = lint(input);
    expect(remarks(result)).toEqual([]);
    expect(result.code).toBe(0);
  });

  it.each([[], ['--set', 'autoscaling.enabled=true,autoscaling.targetMemoryUtilizationPercentage=70']])(
    'says nothing where others set the number of pods: %j',
    (...options) => {
      const result = lint(chartInput(plannedService('terminate')), ...options);
      expect(remarks(result)).toEqual([]);
      expect(result.code).toBe(0);
    },
  );

  it('takes values that were edited before there was an autoscaler in them', () => {
    const older = filesOf(chartInput(plannedService('terminate'))).map((file) =>
      file.path === 'values.yaml'
        ? { ...file, content: file.content.replace(/^autoscaling:\n(?:[ #].*\n|\n(?= ))*/m, '') }
        : file,
    );
    expect(older.find(({ path }) => path === 'values.yaml')?.content).not.toMatch(/^autoscaling:/m);
    expect(withChart(older, (folder) => runHelm(helm, ['template', folder]))).toMatchObject({ code: 0 });
  });

  // apps/v1beta2 is deprecated since 1.9, extensions/v1beta1 since 1.14: the linter says so of any chart that uses them.
  it.each(legacyInputs)('says nothing for the Kubernetes of the old API versions: %s', (_, input) => {
    const result = lint(input, '--kube-version', '1.8.0');
    expect(remarks(result)).toEqual([]);
    expect(result.code).toBe(0);
  });

  it.each(legacyInputs)('says of a later Kubernetes only that the API versions are old: %s', (_, input) => {
    const said = remarks(lint(input, '--kube-version', '1.15.0'));
    expect(said.map((line) => /: (\S+ \S+) is deprecated/.exec(line)?.[1])).toEqual([
      'apps/v1beta2 Deployment',
      'extensions/v1beta1 Ingress',
    ]);
  });
});

describeWithTool('helm', 'values.schema.json', (helm) => {
  const input = chartInput(plannedService('passthrough', { image }));

  it.each([
    ['replicaCount=two', 'replicaCount'],
    ['replicaCount=-1', 'replicaCount'],
    ['replicas=2', 'replicas'],
    ['autoscaling.maxReplicas=0', 'autoscaling/maxReplicas'],
    ['autoscaling.maxReplica=3', 'autoscaling'],
    ['service.port=70000', 'service/port'],
    ['service.type=ExternalName', 'service/type'],
    ['image.repository=', 'image/repository'],
    ['image.tag=7', 'image/tag'],
    ['image.pullPolicy=Sometimes', 'image/pullPolicy'],
    ['fullnameOverride=Not_A_Name', 'fullnameOverride'],
    ['tls.existingSecret=', 'tls/existingSecret'],
    ['tls.key=x', 'tls'],
    ['ingress.host=true', 'ingress/host'],
    ['ingress.hots=a', 'ingress'],
    ['ingress.enabled=maybe', 'ingress/enabled'],
    ['networkPolicy.controllerNamespaceLabels=a', 'networkPolicy/controllerNamespaceLabels'],
    ['extraVolumes={a}', 'extraVolumes'],
  ])('refuses --set %s', (set, where) => {
    const result = withChart(filesOf(input), (folder) => runHelm(helm, ['template', 'x', folder, '--set', set]));
    expect(result.code).not.toBe(0);
    expect(result.output).toContain(where);
  });

  it('lets a chart be a part of another, which gets global values', () => {
    expect(
      withChart(filesOf(input), (folder) => runHelm(helm, ['template', 'x', folder, '--set', 'global.a=b'])).code,
    ).toBe(0);
  });
});

describeWithTool('helm', 'helm template', (helm) => {
  it('makes the same documents and keys whatever text the values hold', () => {
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shape);
      if (typeof value !== 'object' || value === null) return 'scalar';
      return Object.fromEntries(
        Object.entries(value).map(([key, child]) => [key, key === 'annotations' ? 'text' : shape(child)]),
      );
    };
    const documentsOf = (text: {
      readonly image: string;
      readonly host: string;
      readonly annotations: Record<string, string>;
    }): ReturnType<typeof templateDocuments> =>
      withChart(filesOf(chartInput(plannedService('reencrypt', text))), (folder) =>
        templateDocumentsReadByGo(helm, folder, 'ic3-svc8'),
      );
    const plain = documentsOf({ image: 'app:1', host: 'a.example.test', annotations: { a: 'b' } }).map(shape);
    const text = configurationText.filter((value) => /[^:@]/.test(value) && !/^:|@/.test(value));
    fc.assert(
      fc.property(
        fc.record({
          image: text.map((name) => `app${name}:1`),
          host: configurationText,
          annotations: fc.dictionary(
            configurationText.filter((key) => key !== '__proto__'),
            configurationText,
            { minKeys: 1 },
          ),
        }),
        (given) => {
          const documents = documentsOf(given);
          expect(documents.map(shape)).toEqual(plain);
          expect(documents.find(({ kind }) => kind === 'Ingress')).toMatchObject({
            metadata: { annotations: given.annotations },
            spec: { rules: [{ host: given.host }] },
          });
          expect(documents.find(({ kind }) => kind === 'Deployment')).toHaveProperty(
            'spec.template.spec.containers.0.image',
            given.image,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('names every object after the service, not after the release', () => {
    withChart(filesOf(chartInput(plannedService('reencrypt'))), (folder) => {
      const names = templateDocuments(helm, folder, 'another')
        .filter(({ kind }) => kind !== 'Pod')
        .map(({ metadata }) => metadata.name);
      expect(new Set(names)).toEqual(new Set(['ic3-svc8']));
    });
  });

  it.each([
    ['', 'release', 'release-svc8'],
    ['', 'svc8-blue', 'svc8-blue'],
    ['own', 'release', 'own'],
  ])('fullnameOverride %j in release %s: %s', (override, release, name) => {
    withChart(filesOf(chartInput(plannedService('reencrypt'))), (folder) => {
      const documents = templateDocuments(helm, folder, release, '--set-string', `fullnameOverride=${override}`);
      expect(documents.find(({ kind }) => kind === 'Ingress')).toMatchObject({
        metadata: { name },
        spec: { rules: [{ http: { paths: [{ backend: { service: { name } } }] } }] },
      });
    });
  });

  it.each(['on', '1e3', '123', 'null', 'a'.repeat(49)])('takes a service called %s', (name) => {
    const service = plannedService('terminate', { name, release: `ic3-${name}` });
    const documents = withChart(filesOf(chartInput(service)), (folder) =>
      templateDocuments(helm, folder, service.release),
    );
    for (const { metadata } of documents) {
      expect(metadata.labels['app.kubernetes.io/name']).toMatch(new RegExp(`^${name}`));
      for (const value of Object.values(metadata.labels)) expect(value).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
      expect(metadata.name.length).toBeLessThanOrEqual(63);
    }
    expect(documents.find(({ kind }) => kind === 'ConfigMap')).toHaveProperty(
      'data.Caddyfile',
      expect.stringContaining(`Hello, I am ${name} for ingress-controller demo!`),
    );
  });

  it('shows in NOTES.txt the URL and a curl line that reaches the node', () => {
    const notes = withChart(filesOf(chartInput(plannedService('passthrough'))), (folder) =>
      runHelm(helm, ['install', 'ic3-svc9', folder, '--dry-run=client']),
    ).output;
    expect(notes).toContain('URL: https://svc9.example.test:30092/\n');
    expect(notes).toContain(
      'curl --resolve "svc9.example.test:30092:$NODE" \\\n    --cacert certs/ca.crt \\\n    --cert certs/svc9-client.crt --key certs/svc9-client.key \\\n    "https://svc9.example.test:30092/"\n',
    );
  });

  it.each([
    [
      'load-balancer',
      `ADDRESS=$(kubectl get service edge --namespace ingress-nginx-demo -o jsonpath="{.status.loadBalancer.ingress[0]['ip','hostname']}")`,
      '--connect-to "svc7.example.test:8443:$ADDRESS:8443"',
    ],
    [
      'cluster-ip',
      'kubectl port-forward --namespace ingress-nginx-demo service/edge 8443:8443',
      '--connect-to "svc7.example.test:8443:127.0.0.1:8443"',
    ],
  ] as const)('shows in NOTES.txt the way in by %s', (kind, before, option) => {
    const input = chartInput(plannedService('terminate'), { entry: { kind, port: 8443, service: 'edge' } });
    const [notes, remarks] = withChart(filesOf(input), (folder) => [
      runHelm(helm, ['install', 'ic3-svc7', folder, '--dry-run=client']).output,
      runHelm(helm, ['lint', '--strict', folder]),
    ]);
    expect(notes).toContain('URL: https://svc7.example.test:8443/\n');
    expect(notes).toContain(`  ${before}\n`);
    expect(notes).toContain(`  curl ${option} \\\n    --cacert certs/wildcard.crt \\\n`);
    expect(notes).not.toContain('NODE');
    expect(remarks.code).toBe(0);
  });
});
