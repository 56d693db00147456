import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderChart } from '../../../src/charts/chart.ts';
import { checkShape } from '../../../src/charts/check-shape.ts';
import { findValueProblems } from '../../../src/charts/check-values.ts';
import { containerValues } from '../../../src/charts/container-values.ts';
import { podValues } from '../../../src/charts/pod-values.ts';
import * as shapes from '../../../src/charts/value-shapes.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { modes } from '../../../src/model/mode.ts';
import { chartInput, legacyInput, plannedService, templates } from '../../support/charts/chart-fixtures.ts';
import { configurationText } from '../../support/charts/hostile-text.ts';

const image = 'app:1';
const shop = (values?: JsonObject) =>
  chartInput(plannedService('terminate', { image, ...(values !== undefined && { values }) }));

function fileOf(input: ReturnType<typeof shop>, path: string): string {
  return renderChart(templates, input).find((file) => file.path === path)?.content ?? '';
}

function valuesOf(input: ReturnType<typeof shop>): Record<string, unknown> {
  return parse(fileOf(input, 'values.yaml'), { version: '1.1' }) as Record<string, unknown>;
}

const problemsOf = (input: ReturnType<typeof shop>): readonly string[] =>
  [...findValueProblems(input)].map(({ path, message }) => `${path.join('/')}: ${message}`);

const text = configurationText.filter((key) => key !== '__proto__' && key !== '');

describe("a person's values for a chart", () => {
  it('are laid over its own: maps deep, lists and scalars replaced, null takes out', () => {
    const values = valuesOf(
      shop({
        env: [{ name: 'LOG', value: 'debug' }],
        resources: { limits: { memory: '512Mi' } },
        readinessProbe: { tcpSocket: null, httpGet: { path: '/', port: 'http' } },
        livenessProbe: null,
        securityContext: { capabilities: { add: ['CHOWN'] } },
        priorityClassName: 'high',
      }),
    );
    expect(values).toMatchObject({
      env: [{ name: 'LOG', value: 'debug' }],
      resources: { requests: { cpu: '50m' }, limits: { cpu: '500m', memory: '512Mi' } },
      readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
      livenessProbe: {},
      securityContext: { capabilities: { drop: ['ALL'], add: ['CHOWN'] }, readOnlyRootFilesystem: true },
      priorityClassName: 'high',
    });
    expect(values['readinessProbe']).not.toHaveProperty('tcpSocket');
  });

  it('change no other file but the README, whose table shows them', () => {
    const [before, after] = [
      shop(),
      shop({ env: [{ name: 'A', value: '{{ fail "x" }}' }], nodeSelector: { a: '|' } }),
    ].map((input) => new Map(renderChart(templates, input).map(({ path, content }) => [path, content])));
    const changed = [...(before ?? [])].filter(([path, content]) => after?.get(path) !== content).map(([path]) => path);
    expect(changed).toEqual(['README.md', 'values.yaml']);
  });

  it('stay what they are, whatever text they hold', () => {
    fc.assert(
      fc.property(fc.dictionary(text, configurationText), fc.array(configurationText), (map, list) => {
        const given = { podAnnotations: map, nodeSelector: map, args: list };
        expect(valuesOf(shop(given))).toMatchObject(given);
      }),
    );
  });

  it.each<readonly [JsonObject, string]>([
    [{ nodeselector: {} }, 'nodeselector: unknown value; did you mean nodeSelector?'],
    [{ volumes: [] }, 'volumes: unknown value; did you mean extraVolumes?'],
    [{ limits: {} }, 'limits: unknown value; did you mean resources.limits?'],
    [{ resources: { limit: {} } }, 'resources/limit: unknown value; did you mean limits?'],
    [{ zzz: 1 }, 'zzz: unknown value; charts/svc7/values.yaml lists those that there are'],
    [{ service: { zzz: 1 } }, 'service/zzz: unknown value; expected type or annotations'],
    [{ constructor: {} }, 'constructor: unknown value; charts/svc7/values.yaml lists those that there are'],
    [{ replicaCount: 2 }, 'replicaCount: cannot be set here: use replicas'],
    [{ image: { tag: '2' } }, 'image/tag: cannot be set here: use image'],
    [
      { ingress: { host: 'a' } },
      "ingress: routes follow from the service's other fields; use host, annotations and service",
    ],
    [
      { networkPolicy: false },
      'networkPolicy: expected a mapping with enabled, controllerNamespaceLabels, extraFrom, restrictEgress or egress',
    ],
    [{ env: [5] }, 'env/0: expected a mapping, found 5'],
    [{ env: [{ name: 'PORT' }] }, 'env/0/name: the chart sets it itself; choose another name, or use port'],
    [
      { extraVolumeMounts: [{ name: 'a', mountPath: '/tmp/' }] },
      'extraVolumeMounts/0/mountPath: the chart sets it itself; choose another name',
    ],
    [{ podLabels: { 'helm.sh/chart': 'a' } }, 'podLabels/helm.sh/chart: the chart sets it itself; choose another name'],
    [{ nodeSelector: { disk: 5 } }, 'nodeSelector/disk: expected a string, found 5; quote it: "5"'],
    [
      { nodeSelector: { disk: null } },
      'nodeSelector/disk: it has no value; null takes out what the chart has, and it has none here',
    ],
    [
      { terminationGracePeriodSeconds: '30' },
      'terminationGracePeriodSeconds: expected a whole number, found "30"; leave out the quotes',
    ],
    [{ terminationGracePeriodSeconds: -1 }, 'terminationGracePeriodSeconds: -1 is less than 0'],
    [
      { service: { type: 'nodeport' } },
      'service/type: expected ClusterIP, NodePort or LoadBalancer, found "nodeport"; did you mean NodePort?',
    ],
  ])('%j is refused', (values, problem) => {
    expect(problemsOf(shop(values))).toEqual([problem]);
  });

  it('are those of the chart that the service has', () => {
    expect(problemsOf(chartInput(plannedService('terminate', { values: { env: [] } })))).toEqual([
      'env: the demo backend has none; it is of a service with image',
    ]);
    const service = { name: 'a', port: 80 };
    expect(problemsOf(chartInput(plannedService('terminate', { service, values: { env: [] } })))).toEqual([
      "env: unknown value: the pods are somebody else's, and the chart has commonLabels alone",
    ]);
    expect(problemsOf(legacyInput(plannedService('terminate', { values: { startupProbe: {} } })))).toEqual([
      'startupProbe: unknown value: the Kubernetes of this controller profile has none',
    ]);
    expect(
      problemsOf(
        chartInput(
          plannedService('reencrypt', { image, values: { extraVolumes: [{ name: 'tls' }, { name: 'data' }] } }),
        ),
      ),
    ).toEqual(['extraVolumes/0/name: the chart sets it itself; choose another name']);
  });

  // ajv is the judge of what values.schema.json means.
  it('are taken only where values.schema.json takes the result', () => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(fileOf(shop(), 'values.schema.json')) as object);
    const paths = [
      'env',
      'args',
      'podLabels',
      'livenessProbe',
      'revisionHistoryLimit',
      'priorityClassName',
      'tolerations',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), (path, value) => {
        const input = shop({ [path]: value as JsonValue });
        fc.pre(!problemsOf(input).some((problem) => problem.includes('null takes out')));
        expect(problemsOf(input).length === 0).toBe(validate(valuesOf(input)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('checkShape', () => {
  const workloads = [
    chartInput(plannedService('terminate')).workload,
    legacyInput(plannedService('terminate')).workload,
  ];
  const schemas: readonly JsonObject[] = [
    ...Object.values<JsonObject>(shapes),
    ...modes.flatMap((mode) =>
      workloads.flatMap((workload) =>
        [
          ...containerValues(plannedService(mode), { repository: 'a', tag: '', digest: '' }, workload),
          ...podValues(plannedService(mode), workload),
        ].flatMap(({ schema }): readonly JsonObject[] => (schema === undefined ? [] : [schema])),
      ),
    ),
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('a', 'A', '-', 'a'.repeat(64), '😀'.repeat(40), 'Always', 0, 1, 65_535, 65_536, 1.5, null, {}, []),
    fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())),
    fc.array(fc.oneof(fc.string(), fc.dictionary(fc.string(), fc.string()), fc.integer())),
  );

  it('says what ajv says, of every schema of a value', () => {
    const ajv = new Ajv({ strict: false });
    fc.assert(
      fc.property(fc.constantFrom(...schemas), value, (schema, given) => {
        expect(checkShape(schema, given as JsonValue).length === 0).toBe(ajv.validate(schema, given));
      }),
      { numRuns: 2000 },
    );
  });

  it('knows its vocabulary', () => {
    expect(() => checkShape({ oneOf: [] }, 1)).toThrow('oneOf is not known');
  });
});
