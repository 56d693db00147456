import { hasTlsHop } from '../model/mode.ts';
import { backendOf } from '../model/backend.ts';
import type { PlannedService, RouteObject, WorkloadDialect } from '../model/chart.ts';
import { printChartMetadata } from './chart-metadata.ts';
import { renderTemplate } from './chart-template.ts';
import { onceForEntry, treeEntries, valueTree, type ChartValueEntry } from './chart-value-entry.ts';
import { chartValues, type ChartEntry } from './chart-values.ts';
import { hasOwnClients } from '../model/client-auth.ts';
import { clientCaDirectory, demoImage, podFiles, printCaddyfile, tlsDirectory } from './demo-backend.ts';
import type { factNames } from './fact-names.ts';
import { splitImageReference } from './image-reference.ts';
import { mergeValues } from './own-values.ts';
import { printRouteTemplate } from './route-template.ts';
import { routeValues } from './route-values.ts';
import { printValuesSchema } from './values-schema.ts';
import { printValues } from './values-yaml.ts';

/** The files below templates/chart: path relative to that folder, with forward slashes -> text. */
export type ChartTemplates = Readonly<Record<string, string>>;

export interface ChartInput {
  readonly service: PlannedService;
  readonly routes: readonly RouteObject[];
  readonly workload: WorkloadDialect;
  /** Path in the project of the certificate by which clients verify what they are shown, for NOTES.txt; undefined: none is here. */
  readonly authority: string | undefined;
  /** By which the pod verifies whoever shows it a certificate. */
  readonly podClientAuthority: string;
  readonly controllerName: string;
  readonly controllerNamespace: string;
  readonly chartVersion: string;
  /** Where the controller is reached, for NOTES.txt. */
  readonly entry: ChartEntry;
}

export interface ChartFile {
  /** Relative to the chart's folder: `templates/deployment.yaml`. */
  readonly path: string;
  readonly content: string;
}

const iconTemplate = 'icon.svg';

/** The file of a chart that its Deployment reads to start new pods when certificates change; made when it is written. */
export const certificateDigests = 'certificates.sha256';

/**
 * Renders the Helm chart of a service, sorted by path. A template `x.ejs` gives the file `x`, or none where it renders to
 * nothing; the rest is printed from data. No file holds a key or a certificate, and no file that helm executes holds text
 * of a person.
 * Throws Error, a bug, when the templates or the route objects contradict this or each other.
 */
export function renderChart(templates: ChartTemplates, input: ChartInput): readonly ChartFile[] {
  const { service, workload } = input;
  const image = splitImageReference(service.image ?? demoImage);
  const backend = backendOf(service);
  const ofRoutes = routeValues(input.routes);
  const host = valueForNotes(ofRoutes, service.host, {
    path: 'notes.host',
    comment: 'host name that NOTES.txt shows.',
  });
  const path =
    service.entryPath === undefined
      ? undefined
      : valueForNotes(ofRoutes, service.entryPath, { path: 'notes.path', comment: 'path that NOTES.txt shows.' });
  const own = mergeValues(chartValues({ ...input, image }), service.values);
  const tree = valueTree([...own, ...ofRoutes, host, ...(path === undefined ? [] : [path])]);
  const isPartOfChart = backend === 'existing' ? (name: string) => ofRoutesAlone.has(name) : () => true;
  const metadata = {
    name: service.name,
    version: input.chartVersion,
    description: description(service),
    icon: icon(templates),
  };
  return distinct([
    { path: 'Chart.yaml', content: printChartMetadata(metadata, backend === 'existing' ? undefined : image, workload) },
    { path: 'values.yaml', content: printValues(tree) },
    { path: 'values.schema.json', content: printValuesSchema(tree) },
    ...(backend === 'demo' ? [{ path: 'templates/configmap.yaml', content: demoConfigMap(service) }] : []),
    ...renderTemplates(templates, isPartOfChart, templateFacts(input, treeEntries(tree), { host, path })),
    ...input.routes.map((route) => ({
      path: `templates/${route.kind.toLowerCase()}${route.nameSuffix ?? ''}.yaml`,
      content: printRouteTemplate(route, service.name),
    })),
  ]);
}

/** Templates of a chart that brings routes to a Service that is there already. */
const ofRoutesAlone: ReadonlySet<string> = new Set([
  '.helmignore.ejs',
  'README.md.ejs',
  'templates/NOTES.txt.ejs',
  'templates/_helpers.tpl.ejs',
]);

function renderTemplates(
  templates: ChartTemplates,
  isWanted: (name: string) => boolean,
  facts: ReturnType<typeof templateFacts>,
): ChartFile[] {
  return Object.entries(templates)
    .filter(([name]) => name.endsWith('.ejs') && isWanted(name))
    .map(([name, text]) => ({ path: name.slice(0, -'.ejs'.length), content: renderTemplate(name, text, facts) }))
    .filter(({ content }) => content !== '');
}

/** Printed here: renderTemplate refuses a fact that is more than a word. */
function demoConfigMap(service: PlannedService): string {
  const caddyfile = printCaddyfile({
    name: '{{ .Chart.Name }}',
    port: '{{ .Values.containerPort | int }}',
    ...podFiles(service),
    isHop: hasTlsHop(service.mode),
  });
  return [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    `  name: {{ include "${service.name}.fullname" . | quote }}`,
    '  namespace: {{ .Release.Namespace | quote }}',
    '  labels:',
    `    {{- include "${service.name}.labels" . | nindent 4 }}`,
    'data:',
    '  Caddyfile: |',
    caddyfile.replaceAll(/^(?=.)/gm, '    '),
  ].join('\n');
}

/** NOTES.txt shows the service's URL: by the routes' own values where they have them, so that one change does for both. */
function valueForNotes(
  ofRoutes: readonly ChartValueEntry[],
  value: string,
  otherwise: Pick<ChartValueEntry, 'path' | 'comment'>,
): ChartValueEntry {
  return ofRoutes.find((each) => each.value === value) ?? { ...otherwise, value };
}

function templateFacts(
  input: ChartInput,
  values: readonly ChartValueEntry[],
  shown: { readonly host: ChartValueEntry; readonly path: ChartValueEntry | undefined },
): Readonly<Record<(typeof factNames)[number], unknown>> {
  const { service, workload } = input;
  return {
    chart: service.name,
    mode: service.mode,
    demo: backendOf(service) === 'demo',
    existing: backendOf(service) === 'existing',
    ...podFiles(service),
    portName: service.servicePort.name,
    hostValue: `.Values.${shown.host.path}`,
    pathValue: shown.path && `.Values.${shown.path.path}`,
    workload,
    entry: input.entry.kind,
    portValue: `.Values.controller.${input.entry.service === undefined || input.entry.kind === 'node-port' ? 'nodePort' : 'port'}`,
    /** startupProbe, topologySpreadConstraints and the rest that came with or after the field seccompProfile, in 1.19. */
    recentPodFields: workload.seccompProfile === 'field',
    tlsDirectory,
    clientCaDirectory,
    authority: input.authority,
    podClientAuthority: input.podClientAuthority,
    ownClients: hasOwnClients(service),
    service,
    description: description(service),
    controllerName: input.controllerName,
    values: values.map(formatValue),
  };
}

/** A value in the README's table. */
const formatValue = onceForEntry(({ path, value, comment }) => ({ path, comment, text: JSON.stringify(value) }));

function description(service: PlannedService): string {
  const where = {
    terminate: 'TLS ends at the ingress controller',
    reencrypt: 'TLS ends at the ingress controller and begins anew to the pod',
    passthrough: 'TLS ends in the pod',
  }[service.mode];
  return `HTTPS service ${service.name}: ${where}`;
}

function icon(templates: ChartTemplates): string {
  const text = templates[iconTemplate];
  if (text === undefined) throw new Error(`chart templates: ${iconTemplate} is missing`);
  return text.trim();
}

function distinct(files: readonly ChartFile[]): readonly ChartFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  if (byPath.size < files.length)
    throw new Error('chart: two files have the same path; routes of one kind need a name suffix');
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
