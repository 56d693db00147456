import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderChart, type ChartFile } from '../../../src/charts/chart.ts';
import { modes } from '../../../src/model/mode.ts';
import {
  chartInput,
  ingressRoute,
  legacyInput,
  plannedService,
  templates,
  withoutClientAuth,
} from '../../support/charts/chart-fixtures.ts';
import { hostileText } from '../../support/charts/hostile-text.ts';

const pathsOf = (files: readonly ChartFile[]): readonly string[] => files.map(({ path }) => path);

function fileOf(files: readonly ChartFile[], path: string): string {
  return files.find((file) => file.path === path)?.content ?? '';
}

describe('renderChart', () => {
  it('makes a complete chart', () => {
    expect(pathsOf(renderChart(templates, chartInput(plannedService('terminate'))))).toEqual([
      '.helmignore',
      'Chart.yaml',
      'README.md',
      'templates/NOTES.txt',
      'templates/_helpers.tpl',
      'templates/configmap.yaml',
      'templates/deployment.yaml',
      'templates/horizontalpodautoscaler.yaml',
      'templates/ingress.yaml',
      'templates/networkpolicy.yaml',
      'templates/poddisruptionbudget.yaml',
      'templates/service.yaml',
      'templates/serviceaccount.yaml',
      'templates/tests/test-connection.yaml',
      'values.schema.json',
      'values.yaml',
    ]);
  });

  it("leaves the Caddyfile out of a chart of a person's own image", () => {
    expect(pathsOf(renderChart(templates, chartInput(plannedService('terminate', { image: 'app:1' }))))).not.toContain(
      'templates/configmap.yaml',
    );
  });

  it.each(modes)('brings routes alone to a Service that is there already (%s)', (mode) => {
    const service = { name: 'shop', port: 8443 };
    const files = renderChart(templates, chartInput(plannedService(mode, { service, clientAuth: false })));
    expect(pathsOf(files)).toEqual([
      '.helmignore',
      'Chart.yaml',
      'README.md',
      'templates/NOTES.txt',
      'templates/_helpers.tpl',
      'templates/ingress.yaml',
      'values.schema.json',
      'values.yaml',
    ]);
    const values = parse(fileOf(files, 'values.yaml')) as object;
    expect(Object.keys(values)).not.toContain('image');
    for (const { path, content } of files.filter((file) => file.path.endsWith('.tpl') || file.path.endsWith('.txt')))
      expect([path, /serviceAccount|replicas|helm test/.test(content)]).toEqual([path, false]);
  });

  it.each(modes)('gives the same bytes twice, with one final newline (%s)', (mode) => {
    const input = chartInput(plannedService(mode));
    const files = renderChart(templates, input);
    expect(renderChart(templates, input)).toEqual(files);
    for (const { path, content } of files)
      expect([path, /[^\n]\n$/.test(content), content.includes('\r')]).toEqual([path, true, false]);
  });

  it.each(modes)('puts no text of a person into a file that helm executes (%s)', (mode) => {
    const executed = (files: readonly ChartFile[]): readonly ChartFile[] =>
      files.filter(({ path }) => path.startsWith('templates/'));
    const plain = executed(
      renderChart(templates, chartInput(plannedService(mode, { image: 'app:1', annotations: { a: 'b' } }))),
    );
    fc.assert(
      fc.property(
        fc.record({ image: hostileText, host: hostileText, annotations: fc.dictionary(hostileText, hostileText) }),
        hostileText,
        (text, controllerName) => {
          expect(
            executed(
              renderChart(
                templates,
                chartInput(plannedService(mode, text), { controllerName, controllerNamespace: controllerName }),
              ),
            ),
          ).toEqual(plain);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each(modes)('holds the values it was given, whatever they are (%s)', (mode) => {
    fc.assert(
      fc.property(
        fc.record({
          host: hostileText,
          annotations: fc.dictionary(
            hostileText.filter((key) => key !== '__proto__'),
            hostileText,
          ),
        }),
        (text) => {
          const files = renderChart(templates, chartInput(plannedService(mode, text)));
          expect(parse(fileOf(files, 'values.yaml'), { version: '1.1' })).toMatchObject({
            ingress: { host: text.host, annotations: text.annotations },
          });
          expect(JSON.parse(fileOf(files, 'values.schema.json'))).toHaveProperty(
            'properties.ingress.properties.host.type',
            'string',
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each(modes)('holds no Secret, key or certificate (%s)', (mode) => {
    for (const input of [chartInput(plannedService(mode)), legacyInput(plannedService(mode))]) {
      const text = renderChart(templates, input)
        .map(({ content }) => content)
        .join('\n');
      expect(text).not.toMatch(/^\s*kind: *"?Secret/m);
      expect(text).not.toMatch(/BEGIN [A-Z ]*(?:CERTIFICATE|KEY)/);
    }
  });

  it('writes the tag as appVersion only where it can be a label', () => {
    const chartOf = (image: string): unknown =>
      parse(fileOf(renderChart(templates, chartInput(plannedService('terminate', { image }))), 'Chart.yaml'));
    expect(chartOf('app:1.30')).toHaveProperty('appVersion', '1.30');
    expect(chartOf('app')).not.toHaveProperty('appVersion');
    expect(chartOf(`app:${'1'.repeat(64)}`)).not.toHaveProperty('appVersion');
    expect(chartOf('app:1_')).not.toHaveProperty('appVersion');
  });

  it('pulls a tag that moves each time', () => {
    const policyOf = (image: string): unknown =>
      parse(fileOf(renderChart(templates, chartInput(plannedService('terminate', { image }))), 'values.yaml'));
    expect(policyOf('app')).toHaveProperty('image.pullPolicy', 'Always');
    expect(policyOf('app:latest')).toHaveProperty('image.pullPolicy', 'Always');
    expect(policyOf('app:1.2')).toHaveProperty('image.pullPolicy', 'IfNotPresent');
    expect(policyOf('app@sha256:0')).toHaveProperty('image.pullPolicy', 'IfNotPresent');
  });

  it('demands a client certificate only where the service does', () => {
    const passthrough = plannedService('passthrough');
    const caddyfileOf = (service: typeof passthrough): string =>
      fileOf(renderChart(templates, chartInput(service)), 'templates/configmap.yaml');
    expect(caddyfileOf(passthrough)).toContain('mode require_and_verify');
    expect(caddyfileOf(withoutClientAuth(passthrough))).not.toContain('client_auth');
    expect(caddyfileOf(plannedService('reencrypt'))).not.toContain('client_auth');
    expect(caddyfileOf(plannedService('terminate'))).not.toContain('tls ');
  });

  it('takes clients without a certificate where they need none, and tells a program of its owner to', () => {
    const optional = { ...plannedService('passthrough'), clientAuthDetails: { isOptional: true } } as const;
    const demo = renderChart(templates, chartInput(optional));
    expect(fileOf(demo, 'templates/configmap.yaml')).toContain('mode verify_if_given');
    const own = fileOf(renderChart(templates, chartInput({ ...optional, image: 'shop:1' })), 'README.md');
    expect(own).toContain('refuse a wrong one, and take clients without one too');
    expect(fileOf(demo, 'templates/NOTES.txt')).toContain('-client.key');
    const named = { ...optional, clientAuthDetails: { authority: 'certs/mine.crt' } };
    expect(fileOf(renderChart(templates, chartInput(named)), 'templates/NOTES.txt')).not.toContain('-client.key');
  });

  it('leaves the pod alone where it is the controller that asks', () => {
    const asked = { ...plannedService('terminate'), clientAuth: true, edgeClientCaSecret: 'ic3-a-client-ca' };
    const files = renderChart(templates, chartInput(asked));
    const before = renderChart(templates, chartInput(plannedService('terminate')));
    const unlike = files.filter(({ path, content }) => before.find((each) => each.path === path)?.content !== content);
    expect(unlike.map(({ path }) => path)).toEqual(['templates/NOTES.txt']);
  });

  it('lists every value in the README once', () => {
    const files = renderChart(templates, chartInput(plannedService('passthrough')));
    const listed = [...fileOf(files, 'README.md').matchAll(/^\| `([a-z][A-Za-z0-9.]*)` \| .* \| .* \|$/gm)]
      .map(([, path]) => path)
      .filter((path) => !path?.includes('existingSecret'));
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toContain('ingress.host');
  });

  it('refuses two routes of one name, and templates without the icon', () => {
    const service = plannedService('terminate');
    expect(() =>
      renderChart(templates, chartInput(service, { routes: [ingressRoute(service), ingressRoute(service)] })),
    ).toThrow('two files have the same path');
    expect(() => renderChart({}, chartInput(service))).toThrow('icon.svg is missing');
  });

  it('shows the host in NOTES.txt for routes that have no value for it', () => {
    const files = renderChart(templates, chartInput(plannedService('terminate'), { routes: [] }));
    expect(fileOf(files, 'templates/NOTES.txt')).toContain('https://{{ .Values.notes.host }}:');
    expect(parse(fileOf(files, 'values.yaml'))).toHaveProperty('notes.host', 'svc7.example.test');
  });
});
