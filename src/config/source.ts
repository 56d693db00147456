import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Schema } from 'yaml';
import type { Document, Pair, Scalar } from 'yaml';
import { findExcess } from './bounds.ts';
import { escapeControls, quote } from '../text/escape.ts';
import { formatPath } from './wording.ts';
import type { Path } from './wording.ts';

/** Something wrong at a place of the file. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Offset in the text without its byte order mark. */
  readonly offset: number;
}

/** A scalar with what its writer typed, for messages that quote it and for rules about bare words. */
interface ScalarPlace {
  readonly path: Path;
  readonly role: 'key' | 'value';
  readonly scalar: Scalar;
}

/** A parsed ingress-tls.yaml: its data and where each part stands. */
export interface Source {
  /** Problems of YAML itself. When `readable` is false there is no sense in looking for others. */
  readonly problems: readonly Problem[];
  readonly readable: boolean;
  readonly data: unknown;
  readonly scalars: readonly ScalarPlace[];
  /** Offset of a value, or of its key; of the nearest existing part above when the path does not exist. */
  offsetOf(path: Path, role?: 'key' | 'value'): number;
  /** A scalar as it was typed: `0x1F` where the data say 31. */
  writtenAt(path: Path): string | undefined;
  /** `LINE:COLUMN`, both from 1. */
  position(offset: number): string;
}

/** 1 MiB holds some 5,000 services; more is no file of intent but an attack on the parser. */
const maxBytes = 1_048_576;
// Of yaml@2.9.1 the default: what aliases may multiply the file by.
const maxAliasCount = 100;
const yaml11 = new Schema({ schema: 'yaml-1.1' });

/** Removes a byte order mark, which Windows editors write and YAML allows (1.2.2, 5.2). */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

// A command that edits reads each text several times: before it asks, behind the lock, where it edits, and as a project.
let last: { readonly text: string; readonly source: Source } | undefined;

/**
 * Reads a text as YAML 1.2, which the person's editor shows. Never throws: what is wrong comes out as problems. Keys that
 * occur twice are found here and not by the parser, so that both places can be named.
 */
export function readSource(text: string): Source {
  if (last?.text !== text) last = { text, source: parseSource(text) };
  return last.source;
}

function parseSource(text: string): Source {
  const body = withoutByteOrderMark(text);
  if (Buffer.byteLength(body) > maxBytes) return unreadable('the file is larger than 1 MiB');
  const excess = findExcess(body);
  if (excess !== undefined) return unreadable(excess.message, body.slice(0, excess.offset));
  const lines = new LineCounter();
  const document = parseQuietly(body, lines);
  const outline = outlineOf(document, (offset) => lines.linePos(offset).line);
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos }): Problem => ({
    path: [],
    message: explainSyntax(code, message),
    offset: pos[0],
  }));
  const result = {
    scalars: outline.scalars,
    offsetOf: (path: Path, role: 'key' | 'value' = 'value') => outline.offsetOf(path, role),
    writtenAt: (path: Path) => outline.writtenAt(path),
    position: (offset: number) => {
      const { line, col } = lines.linePos(offset);
      // An empty text has no line for the parser.
      return `${Math.max(line, 1)}:${Math.max(col, 1)}`;
    },
  };
  if (problems.length > 0) return { ...result, problems, readable: false, data: undefined };
  if (outline.problems.some(({ fatal }) => fatal)) {
    return { ...result, problems: outline.problems, readable: false, data: undefined };
  }
  try {
    const data: unknown = document.toJS({ maxAliasCount });
    return { ...result, problems: outline.problems, readable: true, data };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const offset = outline.firstAlias ?? 0;
    const message = 'the aliases multiply the file too much; write the values out';
    return { ...result, problems: [{ path: [], message, offset }], readable: false, data: undefined };
  }
}

/** Whether a bare word is a string in YAML 1.2 and something else to a YAML 1.1 reader: yes, on, 1:30, 2026-11-22. */
export function isAmbiguous(scalar: Scalar): boolean {
  if (scalar.type !== 'PLAIN' || scalar.tag !== undefined || typeof scalar.value !== 'string') return false;
  const written = scalar.source ?? scalar.value;
  return yaml11.tags.some((tag) => tag.default === true && 'test' in tag && tag.test.test(written));
}

/** Of an error the place is needed alone: the stacks of a million errors would be most of what a hostile file costs. */
function parseQuietly(body: string, lineCounter: LineCounter): Document {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(body, {
      lineCounter,
      prettyErrors: false,
      uniqueKeys: false,
      // yaml@2.9.1 keeps a second document to itself at 'silent'.
      logLevel: 'error',
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** @param before what stands before the place of the problem. */
function unreadable(message: string, before = ''): Source {
  const lines = before.split('\n');
  return {
    problems: [{ path: [], message, offset: before.length }],
    readable: false,
    data: undefined,
    scalars: [],
    offsetOf: () => 0,
    writtenAt: () => undefined,
    position: () => `${lines.length}:${(lines.at(-1) ?? '').length + 1}`,
  };
}

function explainSyntax(code: string, message: string): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'a second document begins here; the file is one document';
    case 'RESOURCE_EXHAUSTION':
      return 'lists and mappings are nested too deeply';
    case 'TAG_RESOLVE_FAILED':
      return `${message}; tags have no meaning here, leave it out`;
    default:
      return `not valid YAML: ${message}`;
  }
}

interface Outline {
  readonly problems: readonly (Problem & { readonly fatal: boolean })[];
  readonly scalars: readonly ScalarPlace[];
  readonly firstAlias: number | undefined;
  offsetOf(path: Path, role: 'key' | 'value'): number;
  writtenAt(path: Path): string | undefined;
}

/** One walk over the nodes as they are written, aliases not followed: linear in the size of the file. */
function outlineOf(document: Document, lineOf: (offset: number) => number): Outline {
  const problems: (Problem & { fatal: boolean })[] = [];
  const scalars: ScalarPlace[] = [];
  const offsets = new Map<
    string,
    { readonly key: number; readonly value: number; readonly written: string | undefined }
  >();
  const anchors = new Set<string>();
  let firstAlias: number | undefined;

  const visitNode = (node: unknown, path: Path, keyOffset: number): void => {
    const start = startOf(node) ?? keyOffset;
    offsets.set(JSON.stringify(path), {
      key: keyOffset,
      value: start,
      written: isScalar(node) ? node.source : undefined,
    });
    if (isAlias(node)) {
      firstAlias ??= start;
      if (!anchors.has(node.source)) {
        const message =
          `*${node.source} stands for an anchor that does not exist; ` +
          `text that begins with "*" must be quoted: ${quote(`*${node.source}`)}`;
        problems.push({ path, message, offset: start, fatal: true });
      }
      return;
    }
    if (isScalar(node)) scalars.push({ path, role: 'value', scalar: node });
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) anchors.add(node.anchor);
    if (isMap(node)) visitPairs(node.items, path);
    if (isSeq(node)) {
      node.items.forEach((item, index) => {
        visitNode(item, [...path, index], startOf(item) ?? start);
      });
    }
  };

  const visitPairs = (pairs: readonly Pair[], path: Path): void => {
    const first = new Map<string, number>();
    for (const { key, value } of pairs) {
      const offset = startOf(key) ?? 0;
      const name = isScalar(key) ? String(key.value) : '';
      const valuePath = [...path, name];
      const earlier = first.get(name);
      if (earlier !== undefined) {
        const message = `the key ${quote(name)} stands in line ${lineOf(earlier)} already; one of the two would be ignored`;
        problems.push({ path: valuePath, message, offset, fatal: false });
      }
      first.set(name, offset);
      if (isScalar(key)) scalars.push({ path: valuePath, role: 'key', scalar: key });
      if (isAlias(key) && !anchors.has(key.source)) {
        problems.push({
          path,
          message: `*${key.source} stands for an anchor that does not exist`,
          offset,
          fatal: true,
        });
      }
      if (isScalar(key) && key.anchor !== undefined) anchors.add(key.anchor);
      visitNode(value, valuePath, offset);
    }
  };

  visitNode(document.contents, [], startOf(document.contents) ?? 0);
  return {
    problems,
    scalars,
    firstAlias,
    writtenAt: (path) => offsets.get(JSON.stringify(path))?.written,
    offsetOf: (path, role) => {
      const exact = offsets.get(JSON.stringify(path));
      if (exact !== undefined) return exact[role];
      for (let length = path.length - 1; length >= 0; length -= 1) {
        const above = offsets.get(JSON.stringify(path.slice(0, length)));
        if (above !== undefined) return above.value;
      }
      return 0;
    },
  };
}

/** Undefined for a value that is not there (`host:`): its key is the better place to point at. */
function startOf(node: unknown): number | undefined {
  if (isScalar(node) && node.value === null && (node.source ?? '') === '') return undefined;
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

/** `FILE:LINE:COLUMN: path: message`. */
export function formatProblem(source: Source, fileName: string, { path, message, offset }: Problem): string {
  const where = formatPath(path);
  return `${fileName}:${source.position(offset)}: ${where === '' ? '' : `${where}: `}${escapeControls(message)}`;
}
