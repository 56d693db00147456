import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderChart } from '../../../src/charts/chart.ts';
import { findValueProblems } from '../../../src/charts/check-values.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { chartInput, legacyInput, plannedService, templates } from '../../support/charts/chart-fixtures.ts';
import { configurationText } from '../../support/charts/hostile-text.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { runHelm, templateDocuments, templateDocumentsReadByGo, withChart } from './helm-runner.ts';

const image = 'registry.example.test/shop:1.4';
const cases: readonly JsonObject[] = [
  {
    env: [{ name: 'LOG', value: 'debug' }],
    args: ['--a', '{{ fail "executed" }}'],
    resources: { limits: { cpu: 0.5 } },
  },
  { readinessProbe: { tcpSocket: null, httpGet: { path: '/', port: 'http' } }, livenessProbe: null },
  {
    podSecurityContext: { runAsUser: null, fsGroup: 2_000_000 },
    securityContext: { capabilities: { add: ['CHOWN'] } },
  },
  { autoscaling: { enabled: true, maxReplicas: 1, targetCPUUtilizationPercentage: null }, commonLabels: { team: 'a' } },
  { serviceAccount: { create: false, name: 'mine' }, networkPolicy: { enabled: false }, service: { type: 'NodePort' } },
  {
    networkPolicy: { extraFrom: [{ podSelector: {} }], restrictEgress: true, egress: [{ to: [] }] },
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ operator: 'Exists' }],
    podDisruptionBudget: { maxUnavailable: '50%' },
    image: { pullPolicy: 'Never' },
    extraVolumes: [{ name: 'data', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'data', mountPath: '/data' }],
  },
];
const inputs = [chartInput, legacyInput] as const;

describeWithTool('helm', "a person's values in a chart", (helm) => {
  const filesOf = (make: (typeof inputs)[number], values?: JsonObject) => {
    const input = make(plannedService('terminate', { image, replicas: 2, ...(values !== undefined && { values }) }));
    expect([...findValueProblems(input)]).toEqual([]);
    return renderChart(templates, input);
  };
  const kube = (make: (typeof inputs)[number]) => ['--kube-version', make === legacyInput ? '1.15.0' : '1.31.0'];

  it.each(inputs.flatMap((make) => cases.map((values) => [make.name, values, make] as const)))(
    'make what helm makes of the same in a file of values (%s): %j',
    (_, values, make) => {
      const own = withChart(filesOf(make, values), (folder) => {
        expect(runHelm(helm, ['lint', folder, ...kube(make)])).toMatchObject({ code: 0 });
        return templateDocuments(helm, folder, 'ic3-svc7', ...kube(make));
      });
      const byHelm = withChart(filesOf(make), (folder) => {
        const file = join(folder, 'own.json');
        writeFileSync(file, JSON.stringify(values));
        return templateDocuments(helm, folder, 'ic3-svc7', '--values', file, ...kube(make));
      });
      expect(own).toEqual(byHelm);
    },
  );

  it('are never executed, whatever text they hold', () => {
    const key = configurationText.filter((each) => each !== '__proto__' && each !== '<<' && each !== '');
    fc.assert(
      fc.property(fc.dictionary(key, configurationText, { minKeys: 1 }), fc.array(configurationText), (map, list) => {
        const values = { podAnnotations: map, args: list };
        const documents = withChart(filesOf(chartInput, values), (folder) =>
          templateDocumentsReadByGo(helm, folder, 'ic3-svc7'),
        );
        const deployment = documents.find(({ kind }) => kind === 'Deployment');
        expect(deployment).toHaveProperty('spec.template.metadata.annotations', map);
        const container: unknown = expect.objectContaining(list.length === 0 ? {} : { args: list });
        expect(deployment).toHaveProperty('spec.template.spec.containers', [container]);
      }),
      { numRuns: 15 },
    );
  });
});
