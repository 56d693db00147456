import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderChart } from '../../../src/charts/chart.ts';
import { resolveRoute } from '../../../src/charts/route-object.ts';
import type { RouteNode, RouteObject } from '../../../src/model/chart.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import { chartInput, plannedService, templates } from '../../support/charts/chart-fixtures.ts';
import { configurationText } from '../../support/charts/hostile-text.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { templateDocuments, templateDocumentsReadByGo, withChart } from './helm-runner.ts';

const service = plannedService('reencrypt');
const key = configurationText.filter((text) => text !== '__proto__' && text !== 'leaf' && !text.includes('{{'));
const content: fc.Arbitrary<JsonValue> = fc.oneof(
  configurationText,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(configurationText, { maxLength: 3 }),
  fc.dictionary(key, configurationText, { maxKeys: 3 }),
);

/** Objects of every shape; `number` gives each route and each of its values a place of its own. */
function routeOfShape(number: number, shape: RouteNode, annotations: Readonly<Record<string, string>>): RouteObject {
  let count = 0;
  const place = (node: RouteNode): RouteNode => {
    if (typeof node !== 'object' || node === null) return node;
    if ('leaf' in node) return node.leaf === 'value' ? { ...node, path: `route${number}.value${(count += 1)}` } : node;
    return Array.isArray(node)
      ? node.map(place)
      : Object.fromEntries(Object.entries(node).map(([name, child]) => [name, place(child)]));
  };
  return {
    apiVersion: 'example.test/v1',
    kind: 'Sample',
    section: `route${number}`,
    nameSuffix: `-${number}`,
    annotations: { leaf: 'value', path: `route${number}.annotations`, value: annotations, comment: 'Annotations.' },
    spec: { shape: place(shape) },
  };
}

const node = fc.letrec<{ node: RouteNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    content.map((value): RouteNode => ({ leaf: 'value', path: 'replaced', value, comment: 'A value.' })),
    fc.constant<RouteNode>({ leaf: 'fullname' }),
    configurationText.filter((text) => !text.includes('{{')),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(key, tie('node'), { maxKeys: 3 }),
  ),
})).node;

describeWithTool('helm', 'a route, as helm renders it', (helm) => {
  it('is the object that resolveRoute says, whatever its values and fixed parts hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(node, fc.dictionary(key, configurationText, { maxKeys: 3 })), {
          minLength: 15,
          maxLength: 15,
        }),
        (shapes) => {
          const routes = shapes.map(([shape, annotations], number) => routeOfShape(number, shape, annotations));
          const documents = withChart(renderChart(templates, chartInput(service, { routes })), (folder) =>
            templateDocumentsReadByGo(helm, folder, service.release),
          );
          const labels = documents.find(({ kind }) => kind === 'Service')?.metadata.labels ?? {};
          const release = { name: service.release, namespace: 'default', labels };
          const rendered = new Map(
            documents.filter(({ kind }) => kind === 'Sample').map((object) => [object.metadata.name, object]),
          );
          expect(rendered.size).toBe(routes.length);
          for (const route of routes)
            expect(rendered.get(`${service.release}${route.nameSuffix ?? ''}`)).toEqual(resolveRoute(route, release));
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is left out where its section is switched off', () => {
    withChart(renderChart(templates, chartInput(service)), (folder) => {
      const kinds = (...options: readonly string[]): readonly string[] =>
        templateDocuments(helm, folder, service.release, ...options).map(({ kind }) => kind);
      expect(kinds()).toContain('Ingress');
      expect(kinds('--set', 'ingress.enabled=false')).not.toContain('Ingress');
    });
  });
});
