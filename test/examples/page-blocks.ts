/** A command in a ```console block and what the page says that it prints. */
export interface Step {
  /** Line of the page, from 1, on which the command stands. */
  readonly line: number;
  readonly command: string;
  readonly output: readonly string[];
}

/** What a test does with a page, in its order. It begins in an empty folder. */
export type Action =
  | { readonly kind: 'new-folder' }
  | { readonly kind: 'continue'; readonly page: string }
  | { readonly kind: 'write-file'; readonly name: string; readonly text: string }
  | ({ readonly kind: 'run' } & Step);

/**
 * Reads the fenced blocks of a page. Comments in front of a block say what it is for:
 *
 *     <!-- test: new folder -->        from here on in an empty folder
 *     <!-- test: continues PAGE -->    from here on in a folder in which the commands of that page ran
 *     <!-- test: NAME.yaml -->         the block is the content of that file
 *     <!-- test: not run (reason) -->  a console block that is left alone
 *
 * In a ```console block a line that begins with `$ ` is a command, the lines after it are its output. What `$ ingress-tls preview` serves
 * is served to the end of the page.
 */
export function readActions(markdown: string): readonly Action[] {
  const actions: Action[] = [];
  const lines = markdown.split('\n');
  let fileName: string | undefined;
  let isRun = true;
  for (let index = 0; index < lines.length; index += 1) {
    const [, instruction] = /^<!-- test: (.+) -->$/.exec(lines[index]!) ?? [];
    const [, continued] = /^continues (.+)$/.exec(instruction ?? '') ?? [];
    if (instruction === 'new folder') actions.push({ kind: 'new-folder' });
    else if (continued !== undefined) actions.push({ kind: 'continue', page: continued });
    else if (instruction?.startsWith('not run')) isRun = false;
    else if (instruction !== undefined) fileName = instruction;
    const [, language] = /^```(.*)$/.exec(lines[index]!) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', index + 1);
    const block = lines.slice(index + 1, end);
    if (fileName !== undefined) actions.push({ kind: 'write-file', name: fileName, text: `${block.join('\n')}\n` });
    else if (language === 'console' && isRun)
      actions.push(...readSteps(block, index + 2).map((step): Action => ({ kind: 'run', ...step })));
    [fileName, isRun, index] = [undefined, true, end];
  }
  return actions;
}

/** The commands of all ```console blocks with their outputs, of those that no test runs too. */
export function readTranscripts(markdown: string): readonly Step[] {
  const steps = readActions(markdown.replaceAll(/^<!-- test: not run .*$/gm, ''));
  return steps.flatMap((action) => (action.kind === 'run' ? [action] : []));
}

/** A command line that a page names, in a block or in a sentence. */
export interface NamedCommand {
  readonly command: string;
  readonly options: readonly string[];
  readonly text: string;
}

/**
 * Reads `ingress-tls COMMAND ...` in blocks, and `COMMAND --option` between backticks. Words behind a lone -- are another program's, and so is
 * `curl -k`.
 *
 * @param names the commands that there are
 */
export function readCommands(markdown: string, names: ReadonlySet<string>): readonly NamedCommand[] {
  const texts = [
    ...markdown.matchAll(/^ *(?:\$ )?ingress-tls (.+)$/gm),
    ...markdown.matchAll(/`(?:ingress-tls )?([a-z][^`\n]* --[^`\n]+)`/g),
  ].map(([, text]) => text!);
  return texts.flatMap((text) => {
    const [command = '', ...words] = text.replace(/ (?:--|[|>&#]) .*/, '').split(' ');
    return names.has(command) && !text.startsWith('curl -')
      ? [{ command, options: words.filter((word) => /^--\w/.test(word)).map((word) => word.replace(/=.*/, '')), text }]
      : [];
  });
}

function readSteps(block: readonly string[], firstLine: number): readonly Step[] {
  const steps: { line: number; command: string; output: string[] }[] = [];
  block.forEach((text, offset) => {
    if (text.startsWith('$ ')) steps.push({ line: firstLine + offset, command: text.slice(2), output: [] });
    else steps.at(-1)?.output.push(text);
  });
  return steps;
}

/** Whether an output is what the page shows, in which a line `...` stands for any number of lines. */
export function matchesOutput(shown: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return actual.length === 0;
  if (first === '...')
    return actual.some((_, index) => matchesOutput(rest, actual.slice(index))) || matchesOutput(rest, []);
  return actual.length > 0 && first === actual[0] && matchesOutput(rest, actual.slice(1));
}

/** The rows of the table whose header begins with these titles, as cells. */
export function readTable(markdown: string, ...titles: readonly string[]): readonly (readonly string[])[] {
  const lines = markdown.split('\n');
  const [first, end] = findRows(lines, titles);
  return lines.slice(first, end).map((line) => line.slice(2, -2).split(' | '));
}

/** The text with other rows in that table. */
export function replaceRows(markdown: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = markdown.split('\n');
  const [first, end] = findRows(lines, titles);
  return [...lines.slice(0, first), ...rows.map((cells) => `| ${cells.join(' | ')} |`), ...lines.slice(end)].join('\n');
}

function findRows(lines: readonly string[], titles: readonly string[]): readonly [number, number] {
  const header = lines.findIndex((line) => line.startsWith(`| ${titles.join(' | ')} |`));
  if (header < 0) throw new Error(`the page has no table ${titles.join(' | ')}`);
  return [header + 2, header + lines.slice(header).findIndex((line) => !line.startsWith('|'))];
}
