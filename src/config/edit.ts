import { selectGiven } from './given-fields.ts';
import type { ExistingService } from '../model/config.ts';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Pair, YAMLMap, YAMLSeq } from 'yaml';
import { UsageError } from '../errors.ts';
import type { Mode } from '../model/mode.ts';
import { printYamlLines } from './print-yaml.ts';
import {
  columnOnOwnLine,
  contentEnd,
  findFlowItemLines,
  findItemLines,
  findPair,
  isNode,
  lineEnd,
  lineStart,
  skipBlankLines,
  skipBlankLinesBack,
  skipDeeperComments,
  usesAnchors,
} from './service-list.ts';
import type { ItemLines } from './service-list.ts';
import { formatProblem, readSource, withoutByteOrderMark } from './source.ts';
import { escapeControls, quote } from '../text/escape.ts';

export { createConfigText } from './new-config.ts';
export type { ConfigIntent } from './new-config.ts';

/** The fields of a new service; only those given are written. */
export interface ServiceFields {
  readonly name: string;
  readonly mode: Mode;
  readonly host?: string;
  readonly hosts?: readonly string[];
  readonly namespace?: string;
  readonly service?: ExistingService;
  readonly image?: string;
  readonly port?: number;
  readonly replicas?: number;
  readonly clientAuth?: boolean | { readonly mode: 'optional' };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What replaces a range of the text. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

interface EditableFile {
  readonly fileName: string;
  /** Without byte order mark. */
  readonly text: string;
  readonly root: YAMLMap;
  readonly data: Readonly<Record<string, unknown>>;
  readonly lineBreak: string;
}

/** Thrown inside this file when a text is written in a way that a range edit cannot follow. */
class NotEditable extends Error {}

/**
 * Adds a service behind the last one. Every other byte stays: comments, order, blank lines, line ends, byte order mark. A list
 * in brackets gets its item in brackets; `services: []`, an empty or a missing `services:` becomes a block.
 * @throws UsageError when the name is taken, or when the list uses anchors or aliases or is written in a way that cannot be
 * edited safely; `details` then are the lines to add by hand.
 */
export function addService(text: string, fileName: string, fields: ServiceFields): string {
  const file = readEditable(text, fileName);
  const service = toData(fields);
  const before = listOf(file.data);
  if (before.some((item) => nameOf(item) === fields.name)) {
    throw new UsageError(`cannot add ${quote(fields.name)}: ${fileName} has a service of this name`, {
      remedy: 'choose another name, or edit the service there',
    });
  }
  return edit(text, file, { ...file.data, services: [...before, service] }, () => planAddition(file, service), {
    what: `cannot add ${quote(fields.name)}`,
    remedy: `add these lines to services in ${fileName} by hand`,
    details: printYamlLines([service], 0).map(escapeControls),
  });
}

/**
 * Removes a service with its own comments: those directly above it at the column of its dash and those directly below it that
 * are indented deeper; in brackets, where it has lines of its own, also the one behind it. Comments behind a blank line stay,
 * and so does that line. The last service leaves `services: []`.
 * @throws UsageError when there is no such service, or when it cannot be removed safely (anchors, aliases, comments in brackets
 * of which it is unclear whose they are).
 */
export function removeService(text: string, fileName: string, name: string): string {
  const file = readEditable(text, fileName);
  const before = listOf(file.data);
  const index = before.findIndex((item) => nameOf(item) === name);
  if (index === -1) {
    throw new UsageError(`cannot remove ${quote(name)}: ${fileName} has no service of this name`, {
      remedy: 'ingress-tls list shows the services',
    });
  }
  return edit(text, file, { ...file.data, services: before.toSpliced(index, 1) }, () => planRemoval(file, index), {
    what: `cannot remove ${quote(name)}`,
    remedy: `remove its lines from services in ${fileName} by hand`,
    details: [],
  });
}

function edit(
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
      throw new NotEditable('the list of services is written in a form that cannot be edited safely');
    }
    return result;
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error;
    throw new UsageError(`${what}: ${error.message}`, { remedy, details });
  }
}

function readEditable(text: string, fileName: string): EditableFile {
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

function planAddition(file: EditableFile, service: object): Splice[] {
  const { text, root } = file;
  const pair = findPair(root, 'services');
  if (pair === undefined) return [appendSection(file, service)];
  const { value } = pair;
  if (usesAnchorsItself(value)) throw new NotEditable('the list of services uses an anchor or an alias');
  if (isSeq(value)) {
    if (value.flow !== true) return [appendItem(file, pair, value, service)];
    const [start, end] = rangeOf(value);
    const isBareAndEmpty = /^\[[ \t]*\]$/.test(text.slice(start, end));
    const colon = endOfColon(text, pair);
    if (root.flow !== true && isBareAndEmpty && !text.slice(colon, start).includes('\n')) {
      return [{ from: colon, to: end, insert: '' }, fillSection(file, pair, end, service)];
    }
    return [appendFlowItem(value, service)];
  }
  if (isScalar(value) && value.value === null && root.flow !== true) {
    const [start, end] = rangeOf(value);
    const colon = endOfColon(text, pair);
    if (start === end) return [fillSection(file, pair, colon, service)];
    if (!text.slice(colon, start).includes('\n')) {
      return [{ from: colon, to: end, insert: '' }, fillSection(file, pair, end, service)];
    }
  }
  throw new NotEditable('services is written in a form that cannot be edited safely');
}

/** A new item behind the last, with a blank line before it where the items are parted by blank lines. */
function appendItem(file: EditableFile, pair: Pair, list: YAMLSeq, service: object): Splice {
  const { text } = file;
  const lines = findItemLines(text, list, endOfColon(text, pair));
  const last = lines?.items.at(-1);
  if (lines === undefined || last === undefined)
    throw new NotEditable('an item of services does not begin on a line of its own');
  const beforeLast = lines.items.at(-2);
  const isSpaced = beforeLast !== undefined && skipBlankLinesBack(text, last.from, beforeLast.to) < last.from;
  return insertLines(file, last.to, [...(isSpaced ? [''] : []), ...printYamlLines([service], lines.indent)]);
}

/** The first item below an empty `services:`; comments that are indented deeper than it keep their place before it. */
function fillSection(file: EditableFile, pair: Pair, from: number, service: object): Splice {
  const indent = columnOf(file.text, pair) + 2;
  const offset = skipDeeperComments(file.text, lineEnd(file.text, from), indent);
  return insertLines(file, offset, printYamlLines([service], indent));
}

/** A `services:` of its own at the end of the file, before a `...` that ends the document. */
function appendSection(file: EditableFile, service: object): Splice {
  const { text, root } = file;
  const first = root.items[0];
  if (root.flow === true || first === undefined) throw new NotEditable('the file is written in braces');
  const indent = columnOf(text, first);
  const contentsEnd = contentEnd(root);
  const marker = /^\.\.\.(?=\s|$)/m.exec(text.slice(contentsEnd));
  const offset = marker === null ? text.length : contentsEnd + marker.index;
  return insertLines(file, offset, [`${' '.repeat(indent)}services:`, ...printYamlLines([service], indent + 2)]);
}

function appendFlowItem(list: YAMLSeq, service: object): Splice {
  const last = list.items.at(-1);
  if (last === undefined) {
    const [start] = rangeOf(list);
    return { from: start + 1, to: start + 1, insert: flowText(service) };
  }
  const end = rangeOf(last)[1];
  return { from: end, to: end, insert: `, ${flowText(service)}` };
}

function planRemoval(file: EditableFile, index: number): Splice[] {
  const { text, root } = file;
  const pair = findPair(root, 'services');
  if (
    pair === undefined ||
    !isSeq(pair.value) ||
    usesAnchorsItself(pair.value) ||
    usesAnchors(pair.value.items[index])
  ) {
    throw new NotEditable('the service uses an anchor or an alias');
  }
  const list = pair.value;
  if (list.flow === true) return removeFlowItem(text, list, index);
  const colon = endOfColon(text, pair);
  const lines = findItemLines(text, list, colon)?.items;
  const own = lines?.[index];
  if (lines === undefined || own === undefined)
    throw new NotEditable('an item of services does not begin on a line of its own');
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
  return new NotEditable('a comment beside it may belong to another service');
}

/** Lines that end with the file: where it has no final line break, the one before them goes in its place. */
function removeLines(text: string, from: number, to: number): Splice {
  if (to < text.length || text.endsWith('\n')) return { from, to, insert: '' };
  const breakLength = text.slice(0, from).endsWith('\r\n') ? 2 : 1;
  return { from: from - breakLength, to, insert: '' };
}

/** Whole lines at the start of a line; behind a last line without a break the new lines have none either. */
function insertLines({ text, lineBreak }: EditableFile, offset: number, lines: readonly string[]): Splice {
  const isOpenEnd = offset === text.length && !text.endsWith('\n');
  const block = lines.join(lineBreak);
  return { from: offset, to: offset, insert: isOpenEnd ? `${lineBreak}${block}` : `${block}${lineBreak}` };
}

/** JSON is YAML; what JSON leaves bare and YAML readers take for a line break or a mark is escaped. */
function flowText(service: object): string {
  return JSON.stringify(service).replace(
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

function endOfColon(text: string, { key }: Pair): number {
  const end = rangeOf(key)[1];
  const colon = /^\s*:/.exec(text.slice(end))?.[0];
  if (colon === undefined) throw new NotEditable('services is not written as a plain key');
  return end + colon.length;
}

function columnOf(text: string, { key }: Pair): number {
  const start = rangeOf(key)[0];
  const column = start - lineStart(text, start);
  if (text.slice(start - column, start).trim() !== '')
    throw new NotEditable('services does not begin on a line of its own');
  return column;
}

function rangeOf(node: unknown): readonly [number, number] {
  if (!isNode(node) || node.range === null || node.range === undefined)
    throw new NotEditable('services has an empty item');
  return [node.range[0], node.range[1]];
}

function usesAnchorsItself(node: unknown): boolean {
  return isNode(node) && (isSeq(node) || isScalar(node) ? node.anchor !== undefined : usesAnchors(node));
}

function toData({ annotations, ...given }: ServiceFields): object {
  const { name, mode, host, hosts, namespace, service, image, port, replicas, clientAuth } = given;
  const own = annotations === undefined ? undefined : { ...annotations };
  const fields = { name, mode, host, hosts, namespace, service, image, port, replicas, clientAuth, annotations: own };
  return selectGiven(fields);
}

function listOf(data: Readonly<Record<string, unknown>>): readonly unknown[] {
  const services = data['services'];
  return Array.isArray(services) ? (services as unknown[]) : [];
}

function nameOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined;
}
