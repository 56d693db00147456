import type { ChartValue, RouteNode, RouteObject } from '../model/chart.ts';
import { isChartFullname, isChartValue, isNodeList } from './route-values.ts';
import { printBlock } from './yaml-block.ts';
import type { YamlNode } from './yaml-block.ts';
import { scalarText } from './yaml-text.ts';
import { isJsonArray, isJsonObject } from './yaml-value.ts';

/**
 * Prints a route object as a Helm template for a chart of this name (a DNS label). Whatever a person may have written stands
 * in values.yaml and is only referred to; helm executes what stands in a template.
 * Throws Error, a bug of the profile, when a fixed part of the object holds `{{`.
 */
export function printRouteTemplate(route: RouteObject, chart: string): string {
  return [
    `{{- if .Values.${route.section}.enabled }}`,
    `apiVersion: ${templateScalar(route.apiVersion)}`,
    `kind: ${templateScalar(route.kind)}`,
    'metadata:',
    `  name: ${nameTemplate(chart, route.nameSuffix)}`,
    '  namespace: {{ .Release.Namespace | quote }}',
    '  labels:',
    `    {{- include "${chart}.labels" . | nindent 4 }}`,
    ...annotationLines(route.annotations, chart),
    'spec:',
    printBlock(templateNode(route.spec, chart), 2),
    '{{- end }}',
    '',
  ].join('\n');
}

function nameTemplate(chart: string, suffix: string | undefined): string {
  const fullname = `include "${chart}.fullname" .`;
  if (suffix === undefined) return `{{ ${fullname} | quote }}`;
  if (!/^[a-z0-9.-]+$/.test(suffix)) throw new Error(`name suffix ${JSON.stringify(suffix)}: not part of a DNS name`);
  return `{{ printf "%s${suffix}" (${fullname}) | quote }}`;
}

/** No `annotations` at all where there is none: an object read back from a cluster has no empty map. */
function annotationLines(annotations: RouteNode | undefined, chart: string): string[] {
  if (typeof annotations !== 'object' || annotations === null) return [];
  if (isChartValue(annotations)) {
    return [
      `  {{- with .Values.${annotations.path} }}`,
      '  annotations:',
      '    {{- toYaml . | nindent 4 }}',
      '  {{- end }}',
    ];
  }
  if (Object.keys(annotations).length === 0) return [];
  return ['  annotations:', printBlock(templateNode(annotations, chart), 4)];
}

function templateNode(node: RouteNode, chart: string): YamlNode {
  if (typeof node !== 'object' || node === null) return { text: templateScalar(node) };
  if (isChartFullname(node)) return { text: nameTemplate(chart, undefined) };
  if (isChartValue(node)) return valueLeaf(node);
  if (isNodeList(node)) return node.map((child) => templateNode(child, chart));
  return new Map(Object.entries(node).map(([key, child]) => [plainText(key), templateNode(child, chart)]));
}

/**
 * `quote` for text, as charts do; maps and lists in block form behind a key, else as JSON, which is YAML. Numbers too go
 * through toJson: helm holds them as floats and prints a large one with an exponent.
 */
function valueLeaf({ path, value }: ChartValue): YamlNode {
  if (typeof value === 'string') return { text: `{{ .Values.${path} | quote }}` };
  const json = `{{ .Values.${path} | toJson }}`;
  if (!isJsonArray(value) && !isJsonObject(value)) return { text: json };
  return { text: json, block: (indent) => `${' '.repeat(indent)}{{- toYaml .Values.${path} | nindent ${indent} }}` };
}

function templateScalar(value: string | number | boolean | null): string {
  return scalarText(typeof value === 'string' ? plainText(value) : value);
}

function plainText(text: string): string {
  if (text.includes('{{'))
    throw new Error(`route object: ${JSON.stringify(text)} would be executed by helm; it must be a ChartValue`);
  return text;
}
