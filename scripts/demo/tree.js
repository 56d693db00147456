import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Draws a folder; of several charts only the first is opened, since they hold the same files. */
export function drawTree(folder) {
  return drawEntries(folder, '', '').join('\n');
}

function drawEntries(folder, name, indent) {
  const entries = readdirSync(join(folder, name), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry, index) => {
    const isLast = index === entries.length - 1;
    const line = `${indent}${isLast ? '└── ' : '├── '}${entry.name}`;
    if (!entry.isDirectory()) return [line];
    const path = join(name, entry.name);
    if (name === 'charts' && index > 0) return [`${line}/ (${countFiles(join(folder, path))} files)`];
    return [`${line}/`, ...drawEntries(folder, path, indent + (isLast ? '    ' : '│   '))];
  });
}

function countFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}
