import { escapeControls } from '../../text/escape.ts';
import { stripServerFields } from '../../kube/compare-objects.ts';
import { printObjectName } from '../../kube/object-identity.ts';
import type { Change, ClusterChanges, ObjectChange, ObjectName, ReleaseChange } from '../../model/changes.ts';
import { countChanges, type ChangeCounts } from '../../cluster/count-changes.ts';
import { formatDifference, unwanted } from '../../cluster/difference-text.ts';

/** One line for each object and release that changes, what stands in the way below it, and the counts. */
export function summarizeChanges(changes: ClusterChanges): readonly string[] {
  const objects = changes.objects
    .filter(hasNews)
    .flatMap((change) => [
      `${verb(change)}${printObjectName(change.object)}${change.change === 'delete' ? `: ${unwanted}` : ''}`,
      ...indent(noteLines(change)),
    ]);
  return [...objects, ...changes.releases.flatMap(formatRelease), printCounts(countChanges(changes))].map(
    escapeControls,
  );
}

/** What is to be known of a change beside the change: who else manages fields, and why it is refused. */
export function noteLines({
  object,
  conflicts,
  refusal,
  missingKeys,
}: Pick<ObjectChange, 'object' | 'conflicts' | 'refusal' | 'missingKeys'>): readonly string[] {
  // What the API server refuses it refuses to whoever takes fields over as well.
  const remedy = refusal === undefined ? ' (apply --force-conflicts takes over)' : '';
  return [
    ...conflicts.map(({ manager, fields }) => `${fields.join(', ')}: set by ${manager}${remedy}`),
    ...(refusal === undefined ? [] : [`refused: ${refusal}`, ...formatReplacement(object, refusal)]),
    ...(missingKeys === undefined ? [] : [`apply cannot write it: ${missingKeys.join(', ')} not here`]),
  ];
}

/** A field that the API server lets nobody change is only changed by making the object anew. */
function formatReplacement({ kind, name, namespace }: ObjectName, refusal: string): readonly string[] {
  if (!refusal.includes('field is immutable')) return [];
  return [
    `to have it made anew: kubectl delete ${kind.toLowerCase()} ${name}${namespace === undefined ? '' : ` --namespace ${namespace}`}, then ingress-tls apply`,
  ];
}

function formatRelease(change: ReleaseChange): readonly string[] {
  const { release, service, reasons, objects = [] } = change;
  if (change.change === 'unchanged') return [];
  const why = reasons.length === 0 ? '' : `: ${reasons.map(formatDifference).join(', ')}`;
  const notes = objects.flatMap((object) =>
    noteLines(object).map((line) => `${printObjectName(object.object)}: ${line}`),
  );
  return [`${verb(change)}release ${release}${service === '' ? '' : ` (${service})`}${why}`, ...indent(notes)];
}

function hasNews({ change }: ObjectChange): boolean {
  return change !== 'unchanged';
}

function verb({ change }: { readonly change: Change }): string {
  return `${change}  `;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `        ${line}`);
}

function printCounts({ create, change, delete: deleted, unchanged }: ChangeCounts): string {
  const parts = [
    ...(create > 0 ? [`${create} to create`] : []),
    ...(change > 0 ? [`${change} to change`] : []),
    ...(deleted > 0 ? [`${deleted} no longer wanted`] : []),
  ];
  return [...(parts.length === 0 ? ['nothing to change'] : parts), `${unchanged} unchanged`].join(', ');
}

/**
 * The changes for programs. Of a Secret no content is told, not even by a digest; a refusal is in the API server's words without it.
 */
export function changesToJson(changes: ClusterChanges): Readonly<Record<string, unknown>> {
  return {
    counts: countChanges(changes),
    objects: changes.objects.map(({ path, ...change }) => ({ path, ...objectToJson(change) })),
    releases: changes.releases.map(({ objects, reasons, ...release }) => ({
      ...release,
      reasons: reasons.map(formatDifference),
      ...(objects === undefined ? {} : { objects: objects.map(objectToJson) }),
    })),
  };
}

function objectToJson({
  object,
  change,
  before,
  after,
  conflicts,
  refusal,
  missingKeys,
}: ObjectChange): Readonly<Record<string, unknown>> {
  const isShown = change !== 'unchanged' && object.kind !== 'Secret';
  return {
    ...object,
    change,
    ...(isShown && before !== undefined ? { before: stripServerFields(before) } : {}),
    ...(isShown && after !== undefined ? { after: stripServerFields(after) } : {}),
    conflicts,
    ...(refusal === undefined ? {} : { refusal }),
    ...(missingKeys === undefined ? {} : { missingKeys }),
  };
}
