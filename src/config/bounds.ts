import { Lexer } from 'yaml';

/** What keeps a text from being parsed at all, and where it stands. */
export interface Excess {
  readonly message: string;
  readonly offset: number;
}

/** Schema and annotations need five. The parser itself ends where the stack does, at 800 or at 1,500, and only after it has read the whole file into memory. */
const mostDepth = 100;
/** 5,000 services of ten lines each; a parsed token takes up to a kilobyte of memory. */
const mostTokens = 400_000;

/** Looks for conflicts that git left, and for what would cost the parser hundreds of megabytes. Reads no further than to the first. */
export function findExcess(text: string): Excess | undefined {
  return findMergeMarker(text) ?? findCostly(text);
}

/** git-merge(1), "How conflicts are presented"; with `|||||||` under merge.conflictStyle=diff3. */
function findMergeMarker(text: string): Excess | undefined {
  const marker = /^(?:<{7}|\|{7}|={7}|>{7})(?=[ \r\n]|$(?![\s\S]))/m.exec(text);
  if (marker === null) return undefined;
  const message = `git left a conflict of a merge here: keep what should stay, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>`;
  return { message, offset: marker.index };
}

/** The lexer gives one token after the other and keeps none. */
function findCostly(text: string): Excess | undefined {
  let offset = 0;
  let count = 0;
  let flowDepth = 0;
  /** Indicators of block lists and mappings in this line: `- - - x` is three lists, each in the other. */
  let compactDepth = 0;
  /** Columns at which block lists and mappings around this line begin. */
  const columns: number[] = [];
  /** Spaces before the first word of a line; undefined behind it. */
  let indent: number | undefined = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    count += 1;
    if (isScalar) {
      isScalar = false;
      offset += token.length;
      continue;
    }
    // yaml@2.9.1 parse/cst.js: these announce what follows and stand nowhere in the text.
    const isMark = token === '\u001f' || token === '\u0002' || token === '\u0018';
    if (indent !== undefined && !token.endsWith('\n') && !token.startsWith('#')) {
      if (/^ +$/.test(token)) indent += token.length;
      else {
        if (flowDepth === 0) enterColumn(columns, indent);
        indent = undefined;
      }
    }
    if (columns.length > mostDepth) return { message: 'lists and mappings are nested too deeply', offset };
    if (isMark) {
      isScalar = token === '\u001f';
      continue;
    }
    if (token === '[' || token === '{') flowDepth += 1;
    else if (token === ']' || token === '}') flowDepth = Math.max(0, flowDepth - 1);
    else if (token.endsWith('\n')) [compactDepth, indent] = [0, 0];
    else if (flowDepth === 0 && (token === '-' || token === '?' || token === ':')) compactDepth += 1;
    if (flowDepth > mostDepth || compactDepth > mostDepth)
      return { message: 'lists and mappings are nested too deeply', offset };
    if (count > mostTokens)
      return { message: 'the file has more keys and values before this place than 5,000 services need', offset };
    offset += token.length;
  }
  return undefined;
}

/** What begins at a column ends all that began there or behind it. */
function enterColumn(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) >= column) columns.pop();
  columns.push(column);
}
