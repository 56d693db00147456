import { backendOf } from '../model/backend.ts';
import type { RouteObject } from '../model/chart.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { alternatives } from '../text/alternatives.ts';
import { nearest } from '../text/nearest.ts';
import { isEntry, treeEntries, valueTree, type ChartValueEntry, type ValueTree } from './chart-value-entry.ts';
import { chartValues, type ChartValuesInput } from './chart-values.ts';
import { checkShape } from './check-shape.ts';
import { demoImage } from './demo-backend.ts';
import { splitImageReference } from './image-reference.ts';
import { isSetElsewhere, mergeValue, ownMember, setElsewhere } from './own-values.ts';
import { routeValues } from './route-values.ts';
import { findTaken } from './taken-names.ts';
import { shapeOf } from './values-schema.ts';
import { isJsonObject } from './yaml-value.ts';

export interface CheckedChart extends Omit<ChartValuesInput, 'image'> {
  readonly routes: readonly RouteObject[];
}

/** What is wrong with a value that a person laid over a chart's. */
export interface ValueProblem {
  /** Below `values`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Finds what of a service's values its chart does not take: what it has not, what another field decides, what is of another shape than
 * values.schema.json says, what would take a name that the chart gives itself. One after the other: to find words for a hundred thousand
 * unknown keys takes minutes.
 */
export function* findValueProblems(chart: CheckedChart): Generator<ValueProblem> {
  const { service, routes } = chart;
  if (service.values === undefined) return;
  const ofRoutes = routeValues(routes);
  const tree = valueTree([
    ...chartValues({ ...chart, image: splitImageReference(service.image ?? demoImage) }),
    ...ofRoutes,
  ]);
  yield* checkSection(service.values, tree, { chart, routes: new Set(ofRoutes.map(({ path }) => path)), at: [] });
}

interface Section {
  readonly chart: CheckedChart;
  /** Paths of the routes' values. */
  readonly routes: ReadonlySet<string>;
  readonly at: readonly string[];
}

function* checkSection(given: JsonObject, tree: ValueTree, section: Section): Generator<ValueProblem> {
  for (const [key, value] of Object.entries(given)) {
    const path = [...section.at, key];
    const child = tree.get(key);
    const message = explainRefusal(key, value, tree, section);
    if (message !== undefined) yield { path, message };
    else if (child === undefined) continue;
    else if (isEntry(child)) yield* checkEntry(value, child, path, section);
    else if (isJsonObject(value)) yield* checkSection(value, child, { ...section, at: path });
  }
}

/** Why a key cannot be set at all, or not to this kind of value. */
function explainRefusal(key: string, value: JsonValue, tree: ValueTree, section: Section): string | undefined {
  const child = tree.get(key);
  if (child === undefined) return explainUnknown(key, tree, section);
  if (listEntries(child).every((entry) => section.routes.has(entry.path)))
    return "routes follow from the service's other fields; use host, annotations and service";
  const name = [...section.at, key].join('.');
  if (Object.hasOwn(setElsewhere, name)) return `cannot be set here: ${setElsewhere[name] ?? ''}`;
  if (isEntry(child) || isJsonObject(value)) return undefined;
  return `expected a mapping with ${alternatives([...child.keys()])}`;
}

function checkEntry(
  given: JsonValue,
  entry: ChartValueEntry,
  path: readonly string[],
  { chart }: Section,
): readonly ValueProblem[] {
  const problems = [
    ...findIdleNulls(entry.value, given),
    ...checkShape(shapeOf(entry), mergeValue(entry.value, given)),
    ...findTaken(chart, entry.path, given),
  ];
  return problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}

/** `disk:` without its value would be lost without a word. */
function findIdleNulls(base: JsonValue, given: JsonValue): readonly ValueProblem[] {
  if (!isJsonObject(base) || !isJsonObject(given)) return [];
  return Object.entries(given).flatMap(([key, after]): readonly ValueProblem[] => {
    const before = ownMember(base, key);
    if (after === null && before === undefined)
      return [{ path: [key], message: 'it has no value; null takes out what the chart has, and it has none here' }];
    return before === undefined
      ? []
      : findIdleNulls(before, after).map(({ path, message }) => ({ path: [key, ...path], message }));
  });
}

const ofOwnImage: ReadonlySet<string> = new Set(['command', 'args', 'env']);
/** More of them would not be read. */
const mostNamed = 8;

function explainUnknown(key: string, tree: ValueTree, { chart: { service, workload }, routes, at }: Section): string {
  const backend = backendOf(service);
  if (backend === 'demo' && at.length === 0 && ofOwnImage.has(key))
    return 'the demo backend has none; it is of a service with image';
  const siblings = [...tree].filter(([, child]) => isOpen(child, routes)).map(([name]) => name);
  const meant = nearest(key, siblings) ?? findEnding(key, tree, routes);
  if (meant !== undefined) return `unknown value; did you mean ${meant}?`;
  if (backend === 'existing')
    return `unknown value: the pods are somebody else's, and the chart has ${alternatives(siblings)} alone`;
  if (workload.seccompProfile === 'annotation' && recent.has([...at, key].join('.')))
    return 'unknown value: the Kubernetes of this controller profile has none';
  return siblings.length > mostNamed
    ? `unknown value; charts/${service.name}/values.yaml lists those that there are`
    : `unknown value; expected ${alternatives(siblings)}`;
}

/** What the charts of an old Kubernetes lack. */
const recent: ReadonlySet<string> = new Set([
  'startupProbe',
  'preStopSleepSeconds',
  'autoscaling.targetMemoryUtilizationPercentage',
]);

/** `volumes` is extraVolumes here, and `limits` resources.limits; a word that fits several names them all. */
function findEnding(key: string, tree: ValueTree, routes: ReadonlySet<string>): string | undefined {
  const wanted = key.toLowerCase();
  const fit = treeEntries(tree)
    .filter((entry) => isOpen(entry, routes) && entry.path.toLowerCase().endsWith(wanted))
    .map(({ path }) => path);
  return wanted.length < 3 || fit.length === 0 ? undefined : alternatives(fit);
}

/** Whether a person may set it, or something in it. */
function isOpen(node: ChartValueEntry | ValueTree, routes: ReadonlySet<string>): boolean {
  return listEntries(node).some(({ path }) => !routes.has(path) && !isSetElsewhere(path));
}

function listEntries(node: ChartValueEntry | ValueTree): readonly ChartValueEntry[] {
  return isEntry(node) ? [node] : treeEntries(node);
}
