import type { ToolCommand } from '../model/plan.ts';

/**
 * The line that does the same when it is pasted into a POSIX shell in the project folder. Several files on standard input
 * are joined as we join them: one after the other.
 */
export function printCommand({
  tool,
  args,
  stdinFiles = [],
}: Pick<ToolCommand, 'args' | 'stdinFiles'> & { readonly tool: string }): string {
  const line = [tool, ...args].map(quote).join(' ');
  const files = stdinFiles.map((file) => quote(file.startsWith('-') ? `./${file}` : file));
  if (files.length === 0) return line;
  return files.length === 1 ? `${line} < ${files.join('')}` : `cat ${files.join(' ')} | ${line}`;
}

/** Nothing is special between single quotes (POSIX.1-2024, XCU 2.2.2). A leading `=` is special in zsh. */
function quote(word: string): string {
  return /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(word)
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
