import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../src/', import.meta.url));

const commands = readdirSync(new URL('../../src/cli/commands/', import.meta.url)).map((name) =>
  name.replace(/\.ts$/, ''),
);
const namesCommand = new RegExp(
  String.raw`\bingress-tls (?:${commands.join('|')}|…)(?![\w-])|\bcommand again\b|\brun again\b`,
);

/**
 * The texts of src that tell a person, as a remedy, to run a command of ours: `FILE: TEXT`, sorted, `…` in the place of what is filled in. A
 * text that stands in a constant of the same file counts.
 */
export function listCommandRemedies(): readonly string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const sources = files
    .map((file) => ({ file, source: readFileSync(root + file, 'utf8') }))
    .filter(({ source }) => source.includes('remedy'));
  const found = sources.flatMap(({ file, source }) => listTexts(source).map((text) => `${file}: ${text}`));
  return [...new Set(found)].filter((line) => namesCommand.test(line)).sort();
}

function listTexts(text: string): readonly string[] {
  const source = ts.createSourceFile('', text, ts.ScriptTarget.Latest);
  const constants = new Map<string, ts.Node>();
  const remedies: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined)
      constants.set(node.name.text, node.initializer);
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && node.name.text === 'remedy')
      remedies.push(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return remedies.flatMap((node) => literals(node, constants));
}

function literals(node: ts.Node, constants: ReadonlyMap<string, ts.Node>): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')];
  if (ts.isIdentifier(node)) {
    const constant = constants.get(node.text);
    return constant === undefined ? [] : literals(constant, new Map());
  }
  const found: string[] = [];
  ts.forEachChild(node, (child) => void found.push(...literals(child, constants)));
  return found;
}
