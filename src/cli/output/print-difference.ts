import { structuredPatch } from 'diff';
import { escapeControls } from '../../text/escape.ts';
import { stripServerFields } from '../../kube/compare-objects.ts';
import { maskSecret } from '../../kube/mask-secret.ts';
import { printObjectName } from '../../kube/object-identity.ts';
import { printYamlValue } from '../../kube/yaml.ts';
import type { ObjectChange } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { noteLines } from './change-summary.ts';
import type { Style } from './style.ts';

/** Lines that may be put in or taken out before a difference is given up; the time grows with the square. */
const maxEdits = 2000;

/**
 * What would change in an object, as a unified difference of YAML below its name; a Secret's content is never in it. No lines for one that
 * stays as it is.
 */
export function printDifference(change: ObjectChange): readonly string[] {
  if (change.change === 'unchanged' && change.conflicts.length === 0 && change.refusal === undefined) return [];
  const { before, after } = maskSecret(change);
  const lines =
    change.change === 'delete'
      ? compare(print(before), '')
      : after === undefined
        ? []
        : compare(print(before), print(after));
  const notes = noteLines(change).map((line) => `# ${line}`);
  // Of some there is nothing to show: what is no longer wanted, and a Secret whose certificate is not made yet.
  if (lines.length === 0 && notes.length === 0) return [];
  return [printObjectName(change.object), ...notes, ...lines].map(escapeControls);
}

/** Colours a line of a difference: + green, - red. */
export function colorDifference(line: string, style: Style): string {
  if (line.startsWith('+')) return style.success(line);
  if (line.startsWith('-')) return style.error(line);
  if (line.startsWith('@@')) return style.hint(line);
  return line.startsWith(' ') ? style.faint(line) : style.strong(line);
}

function print(object: KubeObject | undefined): string {
  return object === undefined ? '' : printYamlValue(stripServerFields(object));
}

function compare(before: string, after: string): readonly string[] {
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context: 3, maxEditLength: maxEdits });
  if (patch === undefined) return [...mark('-', before), ...mark('+', after)];
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`,
    ...lines,
  ]);
}

/** Of no lines the place before them is told, as diff(1) does. */
function range(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`;
}

function mark(sign: string, text: string): readonly string[] {
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => `${sign}${line}`);
}
