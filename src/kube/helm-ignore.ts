/** Whether helm leaves out a file of a chart, by its path in the chart. */
export type IsLeftOut = (path: string) => boolean;

interface Rule {
  readonly pattern: RegExp;
  readonly isNegated: boolean;
  readonly isForFolders: boolean;
  /** Without a slash it is compared with a file's name alone. */
  readonly isForName: boolean;
}

/** helm leaves these out whatever .helmignore says (helm@4.1.4:pkg/ignore/rules.go, AddDefaults). */
const alwaysLeftOut = 'templates/.?*';

/** Charts of one project have the same .helmignore, as a rule: same text, same function. */
const known = new Map<string, IsLeftOut>();

/**
 * Reads a chart's .helmignore as helm does (helm@4.1.4:pkg/ignore/rules.go): what it leaves out never reaches the cluster. A rule that
 * helm refuses together with the whole chart is none here; helm says it.
 */
export function parseHelmIgnore(text = ''): IsLeftOut {
  const found = known.get(text);
  if (found !== undefined) return found;
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim());
  const rules = [...lines, alwaysLeftOut].flatMap(parseRule);
  const isLeftOut: IsLeftOut = (path) => {
    const parts = path.split('/');
    return parts.some((_part, index) => matches(rules, parts.slice(0, index + 1), index < parts.length - 1));
  };
  known.set(text, isLeftOut);
  return isLeftOut;
}

/** The first rule that says anything has the last word; one with `!` leaves out what it does not name. */
function matches(rules: readonly Rule[], parts: readonly string[], isFolder: boolean): boolean {
  const path = parts.join('/');
  const name = parts.at(-1) ?? '';
  return rules.some(({ pattern, isNegated, isForFolders, isForName }) => {
    if (isForFolders && !isFolder) return isNegated;
    return pattern.test(isForName ? name : path) !== isNegated;
  });
}

function parseRule(line: string): readonly Rule[] {
  if (line === '' || line.startsWith('#') || line.includes('**')) return [];
  const isNegated = line.startsWith('!');
  const isForFolders = line.endsWith('/');
  const glob = line.slice(isNegated ? 1 : 0, isForFolders ? -1 : undefined);
  const pattern = compileGlob(glob.replace(/^\//, ''));
  return pattern === undefined ? [] : [{ pattern, isNegated, isForFolders, isForName: !glob.includes('/') }];
}

const token = /\*|\?|\[(\^?)((?:\\.|[^\\\]])+)\]|\\(.)|[^\\[*?]/gsu;

/** A pattern of Go's path/filepath, Match; undefined when it is none. */
function compileGlob(glob: string): RegExp | undefined {
  let end = 0;
  const source = glob.replace(
    token,
    (
      text: string,
      negation: string | undefined,
      ranges: string | undefined,
      escaped: string | undefined,
      offset: number,
    ) => {
      if (offset !== end) return '';
      end += text.length;
      if (text === '*') return '[^/]*';
      if (text === '?') return '[^/]';
      return ranges === undefined ? literal(escaped ?? text) : `[${negation ?? ''}${compileRanges(ranges)}]`;
    },
  );
  if (end !== glob.length) return undefined;
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // A range whose ends are the wrong way round.
    return undefined;
  }
}

function compileRanges(ranges: string): string {
  return ranges.replace(/\\?(.)(?:-\\?(.))?/gsu, (_text, low: string, high: string | undefined) =>
    high === undefined ? literal(low) : `${literal(low)}-${literal(high)}`,
  );
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
