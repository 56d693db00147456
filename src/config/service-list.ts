import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { CST, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';

/** Where an item of a block sequence lies, in whole lines. */
export interface ItemLines {
  /** Start of the first comment line that belongs to the item, or of its own first line. */
  readonly from: number;
  /** Just behind its last line, comments included that are indented deeper than its dash. */
  readonly to: number;
}

/** A `services:` whose items are written as `- name: ...`. */
export interface BlockList {
  /** Column of the dashes. */
  readonly indent: number;
  readonly items: readonly ItemLines[];
}

/**
 * Finds the lines of each item of a block sequence. Comments go with an item when they stand directly above it at the column
 * of its dash, or directly below it and deeper than its dash; a blank line parts them. Comes out: undefined when an item does
 * not begin on a line of its own. The sequence must have been parsed with `keepSourceTokens`.
 */
export function findItemLines(text: string, list: YAMLSeq, keyEnd: number): BlockList | undefined {
  const dashes = findDashes(list);
  const first = dashes[0];
  if (first === undefined || dashes.length !== list.items.length) return undefined;
  const indent = first - lineStart(text, first);
  const items: ItemLines[] = [];
  let previousEnd = lineEnd(text, keyEnd);
  for (const [index, dash] of dashes.entries()) {
    const start = lineStart(text, dash);
    const item = list.items[index];
    if (!isBlank(text.slice(start, dash)) || !isNode(item)) return undefined;
    const from = skipBack(text, start, previousEnd, (line) => isCommentAt(line, (column) => column === indent));
    const to = skipDeeperComments(text, afterContent(text, contentEnd(item)), indent);
    items.push({ from, to });
    previousEnd = to;
  }
  return { indent, items };
}

/** Where an item in brackets lies that shares no line with another. */
export interface FlowItemLines extends ItemLines {
  /** Start of the first line on which neither the item before nor a comment of it stands. */
  readonly previousEnd: number;
  /** Whether its lines hold the comma behind it. */
  readonly hasComma: boolean;
}

/**
 * Finds the lines of an item of a flow sequence by the rules for block sequences; a comment behind it is its own as well. Goes
 * in: where each item begins and ends, which one is meant, and where the sequence begins. Comes out: undefined when something
 * else stands on its lines, or when its neighbours stand at another column, which leaves open whose a comment is.
 */
export function findFlowItemLines(
  text: string,
  ranges: readonly (readonly [number, number])[],
  index: number,
  listStart: number,
): FlowItemLines | undefined {
  const own = ranges[index];
  const indent = own && columnOnOwnLine(text, own[0]);
  if (own === undefined || indent === undefined) return undefined;
  const [start, end] = own;
  const neighbours = [ranges[index - 1], ranges[index + 1]].map((range) => range && columnOnOwnLine(text, range[0]));
  if (neighbours.some((column) => column !== undefined && column !== indent)) return undefined;
  const lastLineEnd = lineEnd(text, end);
  const rest = /^[ \t]*(,?)[ \t]*(?:#[^\n]*|\r?)\n$/.exec(text.slice(end, lastLineEnd));
  if (rest === null) return undefined;
  const previousEnd = skipDeeperComments(text, lineEnd(text, ranges[index - 1]?.[1] ?? listStart), indent);
  const from = skipBack(text, lineStart(text, start), previousEnd, (line) =>
    isCommentAt(line, (column) => column === indent),
  );
  return { from, to: skipDeeperComments(text, lastLineEnd, indent), previousEnd, hasComma: rest[1] === ',' };
}

/** The column of what begins its line; undefined where something else does. */
export function columnOnOwnLine(text: string, offset: number): number | undefined {
  const start = lineStart(text, offset);
  return isBlank(text.slice(start, offset)) ? offset - start : undefined;
}

/** Start of the run of blank lines that ends at an offset, not before a bound. */
export function skipBlankLinesBack(text: string, offset: number, bound: number): number {
  return skipBack(text, offset, bound, isBlank);
}

/** End of the run of blank lines that begins at an offset. */
export function skipBlankLines(text: string, offset: number): number {
  return skipForward(text, offset, isBlank);
}

/** Behind the comment lines that follow and are indented deeper than a column. */
export function skipDeeperComments(text: string, offset: number, indent: number): number {
  return skipForward(text, offset, (line) => isCommentAt(line, (column) => column > indent));
}

/** Offset of the first character of the line. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the line's break, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const lineBreak = text.indexOf('\n', offset);
  return lineBreak === -1 ? text.length : lineBreak + 1;
}

/** End of what a node says, without the comments and line breaks behind it, which yaml@2.9.1 counts in for collections. */
export function contentEnd(node: Node): number {
  const end = node.range?.[1] ?? 0;
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? end : Math.max(pairEnd(last), node.range?.[0] ?? 0);
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return isNode(last) ? contentEnd(last) : end;
  }
  return end;
}

/** Whether a node, or anything in it, is an alias or has an anchor. */
export function usesAnchors(node: unknown): boolean {
  if (isAlias(node)) return true;
  if (isMap(node))
    return node.anchor !== undefined || node.items.some(({ key, value }) => usesAnchors(key) || usesAnchors(value));
  if (isSeq(node)) return node.anchor !== undefined || node.items.some(usesAnchors);
  return isScalar(node) && node.anchor !== undefined;
}

/** The pair of a key in a mapping. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

export function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function pairEnd({ key, value }: Pair): number {
  if (isNode(value)) return contentEnd(value);
  return isNode(key) ? contentEnd(key) : 0;
}

/** Offsets of the `-` of each item, which nodes do not tell. */
function findDashes(list: YAMLSeq): number[] {
  const token = list.srcToken as CST.BlockSequence | CST.FlowCollection | undefined;
  if (token?.type !== 'block-seq') return [];
  return token.items.flatMap(({ start }) =>
    start.filter(({ type }) => type === 'seq-item-ind').map(({ offset }) => offset),
  );
}

/** The line behind a node that ends there: a block scalar ends behind its line break, everything else within its line. */
export function afterContent(text: string, end: number): number {
  return text[end - 1] === '\n' ? end : lineEnd(text, end);
}

function isBlank(line: string): boolean {
  return /^[ \t\r\n]*$/.test(line);
}

function isCommentAt(line: string, isRight: (column: number) => boolean): boolean {
  const column = line.search(/[^ ]/);
  return line[column] === '#' && isRight(column);
}

function skipForward(text: string, offset: number, takes: (line: string) => boolean): number {
  let end = offset;
  while (end < text.length && takes(text.slice(end, lineEnd(text, end)))) end = lineEnd(text, end);
  return end;
}

function skipBack(text: string, offset: number, bound: number, takes: (line: string) => boolean): number {
  let start = offset;
  while (start > bound) {
    const above = lineStart(text, start - 1);
    if (above < bound || !takes(text.slice(above, start))) break;
    start = above;
  }
  return start;
}
