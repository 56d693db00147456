import { isEntry, onceForEntry, type ChartValueEntry, type ValueTree } from './chart-value-entry.ts';
import { printBlock } from './yaml-block.ts';
import { yamlNode } from './yaml-value.ts';

const width = 110;

// White space and all that is a line break or a control character for any reader of YAML. Most comments have none but single
// spaces, which one quick look tells.
const irregular = /[^ -~]| {2}/;
const between = /[\s\u0000-\u001f\u007f-\u009f]+/g;

/**
 * Prints values.yaml: each value under a comment that begins with its path (helm.sh: Best Practices, Values). Values are
 * printed one by one, not as a document with comments in it: that takes ten times as long. The text reads back as the tree.
 */
export function printValues(tree: ValueTree): string {
  const sections = [...tree].map(([name, child]) => {
    const lines: string[] = [];
    appendSection(lines, name, child, 0);
    return lines.join('\n');
  });
  return `${sections.join('\n\n')}\n`;
}

function appendSection(lines: string[], name: string, child: ChartValueEntry | ValueTree, indent: number): void {
  if (isEntry(child)) {
    lines.push(printEntry(child));
    return;
  }
  lines.push(`${' '.repeat(indent)}${name}:`);
  for (const [key, grandchild] of child) appendSection(lines, key, grandchild, indent + 2);
}

const printEntry = onceForEntry(({ path, value, comment }) => {
  const sections = path.split('.');
  const indent = 2 * (sections.length - 1);
  const lines: string[] = [];
  appendComment(lines, `${path}: ${comment}`, ' '.repeat(indent));
  lines.push(printBlock(new Map([[sections.at(-1) ?? '', yamlNode(value)]]), indent));
  return lines.join('\n');
});

/** Whatever a comment holds, none of it leaves the comment. */
function appendComment(lines: string[], text: string, margin: string): void {
  const head = `${margin}# `;
  const room = width - head.length;
  let rest = (irregular.test(text) ? text.replace(between, ' ') : text).trim();
  while (rest.length > room) {
    const before = rest.lastIndexOf(' ', room);
    // A word that is too long has a line of its own.
    const end = before > 0 ? before : rest.indexOf(' ');
    if (end === -1) break;
    lines.push(head + rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  lines.push(head + rest);
}
