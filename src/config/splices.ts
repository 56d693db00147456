import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Pair, YAMLMap, YAMLSeq } from 'yaml';
import { UsageError } from '../errors.ts';
import { printYamlLines } from './print-yaml.ts';
import {
  columnOnOwnLine,
  findFlowItemLines,
  findItemLines,
  isNode,
  lineStart,
  skipBlankLines,
  skipBlankLinesBack,
  usesAnchors,
} from './service-list.ts';
import type { ItemLines } from './service-list.ts';
import { formatProblem, readSource, withoutByteOrderMark } from './source.ts';

/** What replaces a range of the text. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** A file of which every other byte stays. */
export interface EditableFile {
  readonly fileName: string;
  /** Without byte order mark. */
  readonly text: string;
  readonly root: YAMLMap;
  readonly data: Readonly<Record<string, unknown>>;
  readonly lineBreak: string;
}

/** Thrown inside an edit when a text is written in a way that a range edit cannot follow. */
export class NotEditable extends Error {}

/**
 * Carries out an edit of ranges.
 * @param intended what the new text must say.
 * @throws UsageError as `refusal` has it where the text is written in a way that a range edit cannot follow.
 */
export function edit(
  original: string,
  file: EditableFile,
  intended: unknown,
  plan: () => readonly Splice[],
  refusal: { readonly what: string; readonly remedy: string; readonly details: readonly string[] },
): string {
  const { what, remedy, details } = refusal;
  try {
    const body = applySplices(file.text, plan());
    const result = original.startsWith('\ufeff') ? `\ufeff${body}` : body;
    // The judge of every edit: the new text must say exactly what was meant.
    const { problems, data } = readSource(result);
    if (problems.length > 0 || !isDeepStrictEqual(data, intended)) {
      throw new NotEditable('it is written in a form that cannot be edited safely');
    }
    return result;
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error;
    throw new UsageError(`${what}: ${error.message}`, { remedy, details });
  }
}

/** @throws UsageError for a text that is not valid by itself. */
export function readEditable(text: string, fileName: string): EditableFile {
  const source = readSource(text);
  if (!source.readable || source.problems.length > 0) {
    throw new UsageError(`${fileName} cannot be edited: it is not valid`, {
      details: source.problems.map((problem) => formatProblem(source, fileName, problem)),
      remedy: `correct ${fileName} and run the command again`,
    });
  }
  const body = withoutByteOrderMark(text);
  const root = parseDocument(body, { keepSourceTokens: true, prettyErrors: false, logLevel: 'error' }).contents;
  if (!isMap(root)) {
    throw new UsageError(`${fileName} cannot be edited: it holds no mapping`, {
      remedy: `remove ${fileName} and run ingress-tls init, or restore it from your version control`,
    });
  }
  const data = source.data as Readonly<Record<string, unknown>>;
  return { fileName, text: body, root, data, lineBreak: /\r?\n/.exec(body)?.[0] ?? '\n' };
}

/** A new item behind the last, with a blank line before it where the items are parted by blank lines. */
export function appendItem(file: EditableFile, pair: Pair, list: YAMLSeq, item: unknown): Splice {
  const { text } = file;
  const lines = findItemLines(text, list, endOfColon(text, pair));
  const last = lines?.items.at(-1);
  if (lines === undefined || last === undefined)
    throw new NotEditable('an item of the list does not begin on a line of its own');
  const beforeLast = lines.items.at(-2);
  const isSpaced = beforeLast !== undefined && skipBlankLinesBack(text, last.from, beforeLast.to) < last.from;
  return insertLines(file, last.to, [...(isSpaced ? [''] : []), ...printYamlLines([item], lines.indent)]);
}

/** A new item in brackets, behind the last. */
export function appendFlowItem(list: YAMLSeq, item: string): Splice {
  const last = list.items.at(-1);
  if (last === undefined) {
    const [start] = rangeOf(list);
    return { from: start + 1, to: start + 1, insert: item };
  }
  const end = rangeOf(last)[1];
  return { from: end, to: end, insert: `, ${item}` };
}

/** An item of a list, in dashes or in brackets, with its own comments. The last one leaves `[]`. */
export function removeItem(text: string, pair: Pair, index: number): Splice[] {
  const { value: list } = pair;
  if (!isSeq(list) || usesAnchorsItself(list) || usesAnchors(list.items[index]))
    throw new NotEditable('it uses an anchor or an alias');
  if (list.flow === true) return removeFlowItem(text, list, index);
  const colon = endOfColon(text, pair);
  const lines = findItemLines(text, list, colon)?.items;
  const own = lines?.[index];
  if (lines === undefined || own === undefined)
    throw new NotEditable('an item of the list does not begin on a line of its own');
  if (lines.length === 1) return [{ from: colon, to: colon, insert: ' []' }, removeLines(text, own.from, own.to)];
  return [removeItemLines(text, own, lines[index - 1]?.to)];
}

/** The blank lines that part two items go with one of the two. */
function removeItemLines(text: string, own: ItemLines, previousEnd: number | undefined): Splice {
  if (previousEnd === undefined) return { from: own.from, to: skipBlankLines(text, own.to), insert: '' };
  const blank = skipBlankLinesBack(text, own.from, previousEnd);
  if (blank === previousEnd || blank === own.from) return removeLines(text, blank, own.to);
  // A comment of its own stands before them: without one of them it would go over to the next item.
  return removeLines(text, own.from, skipBlankLines(text, own.to));
}

/** An item with its comma: whole lines with its own comments where it has lines of its own, else no comment beside it. */
function removeFlowItem(text: string, list: YAMLSeq, index: number): Splice[] {
  const ranges = list.items.map(rangeOf);
  const [start, end] = rangeOf(list.items[index]);
  const [listStart, listEnd] = rangeOf(list);
  const before = ranges[index - 1]?.[1];
  const after = ranges[index + 1]?.[0];
  const lines = findFlowItemLines(text, ranges, index, listStart);
  if (lines !== undefined && (lines.hasComma || after === undefined)) {
    const cut = removeItemLines(text, lines, before === undefined ? undefined : lines.previousEnd);
    // JSON takes no comma behind the last item.
    return before === undefined || lines.hasComma ? [cut] : [removeComma(text, before), cut];
  }
  const [from, to] = before === undefined ? [start, after ?? end] : [before, end];
  // Behind an item that begins its line even a comment that would stay could be its own.
  const behind = text.slice(end, columnOnOwnLine(text, start) === undefined ? to : (after ?? listEnd));
  if (`${text.slice(from, start)}${behind}`.includes('#')) throw unclearComment();
  return [{ from, to, insert: '' }];
}

function removeComma(text: string, from: number): Splice {
  const comma = /^\s*,/.exec(text.slice(from))?.[0];
  if (comma === undefined) throw unclearComment();
  return { from, to: from + comma.length, insert: '' };
}

function unclearComment(): NotEditable {
  return new NotEditable('a comment beside it may belong to another item');
}

/** Lines that end with the file: where it has no final line break, the one before them goes in its place. */
function removeLines(text: string, from: number, to: number): Splice {
  if (to < text.length || text.endsWith('\n')) return { from, to, insert: '' };
  const breakLength = text.slice(0, from).endsWith('\r\n') ? 2 : 1;
  return { from: from - breakLength, to, insert: '' };
}

/** Whole lines at the start of a line; behind a last line without a break the new lines have none either. */
export function insertLines({ text, lineBreak }: EditableFile, offset: number, lines: readonly string[]): Splice {
  const isOpenEnd = offset === text.length && !text.endsWith('\n');
  const block = lines.join(lineBreak);
  return { from: offset, to: offset, insert: isOpenEnd ? `${lineBreak}${block}` : `${block}${lineBreak}` };
}

/** JSON is YAML; what JSON leaves bare and YAML readers take for a line break or a mark is escaped. */
export function flowText(item: unknown): string {
  return JSON.stringify(item).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function applySplices(text: string, splices: readonly Splice[]): string {
  return (
    [...splices]
      // From the end, so that offsets stay true; at one offset the removal before the insertion.
      .sort((left, right) => right.from - left.from || right.to - left.to)
      .reduce((result, { from, to, insert }) => result.slice(0, from) + insert + result.slice(to), text)
  );
}

/** Behind the colon of a key. */
export function endOfColon(text: string, { key }: Pair): number {
  const end = rangeOf(key)[1];
  const colon = /^\s*:/.exec(text.slice(end))?.[0];
  if (colon === undefined) throw new NotEditable('its key is not written as a plain key');
  return end + colon.length;
}

/** The column of a key that begins its line. */
export function columnOf(text: string, { key }: Pair): number {
  const start = rangeOf(key)[0];
  const column = start - lineStart(text, start);
  if (text.slice(start - column, start).trim() !== '')
    throw new NotEditable('its key does not begin on a line of its own');
  return column;
}

/** Where a node begins and ends. */
export function rangeOf(node: unknown): readonly [number, number] {
  if (!isNode(node) || node.range === null || node.range === undefined)
    throw new NotEditable('the list has an empty item');
  return [node.range[0], node.range[1]];
}

/** Whether the list itself, and not only an item of it, has an anchor or is an alias. */
export function usesAnchorsItself(node: unknown): boolean {
  return isNode(node) && (isSeq(node) || isScalar(node) ? node.anchor !== undefined : usesAnchors(node));
}
