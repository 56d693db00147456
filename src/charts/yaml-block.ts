import { scalarText } from './yaml-text.ts';

/** A tree whose leaves are finished YAML text. */
export type YamlNode = YamlLeaf | readonly YamlNode[] | ReadonlyMap<string, YamlNode>;

/** Text that stands behind `key:` or `-`. `block`: the key's text ends at its colon and this text brings its own lines. */
interface YamlLeaf {
  readonly text: string;
  readonly block?: (indent: number) => string;
}

/**
 * Prints the entries of a map, or the items of a list, as lines of a block that begins `indent` columns in, without a final
 * newline. Keys are quoted where they must be. An empty map or list has no block form: `{}` or `[]`.
 */
export function printBlock(node: YamlNode, indent: number): string {
  const lines: string[] = [];
  appendBlock(lines, node, indent);
  return lines.join('\n');
}

function appendBlock(lines: string[], node: YamlNode, indent: number): void {
  const margin = ' '.repeat(indent);
  if (isMap(node)) {
    if (node.size === 0) lines.push(`${margin}{}`);
    for (const [key, child] of node) appendEntry(lines, `${margin}${scalarText(key)}:`, child, indent);
  } else if (isList(node)) {
    if (node.length === 0) lines.push(`${margin}[]`);
    for (const child of node) appendItem(lines, child, indent);
  } else lines.push(margin + node.text);
}

function appendEntry(lines: string[], head: string, child: YamlNode, indent: number): void {
  if (isMap(child) || isList(child)) {
    const isEmpty = isMap(child) ? child.size === 0 : child.length === 0;
    lines.push(isEmpty ? `${head} ${isMap(child) ? '{}' : '[]'}` : head);
    if (!isEmpty) appendBlock(lines, child, indent + 2);
  } else if (child.block === undefined) lines.push(`${head} ${child.text}`);
  else lines.push(head, child.block(indent + 2));
}

/** An item's first line carries the dash in place of its first two columns. */
function appendItem(lines: string[], child: YamlNode, indent: number): void {
  const first = lines.length;
  appendBlock(lines, child, indent + 2);
  lines[first] = `${' '.repeat(indent)}- ${(lines[first] ?? '').slice(indent + 2)}`;
}

function isMap(node: YamlNode): node is ReadonlyMap<string, YamlNode> {
  return node instanceof Map;
}

function isList(node: YamlNode): node is readonly YamlNode[] {
  return Array.isArray(node);
}
