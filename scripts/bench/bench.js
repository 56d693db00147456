// Measures the program against the usual ones, as ratios: a number of milliseconds says something about one machine only.
// Arguments name the sections to measure, `npm run bench -- 'preview and verify'`; without any all are.
// A benchmark is no assertion: an aim that was missed stands in the table and does not fail the run.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateTools } from '../test-tools/locate.js';
import { benchManyServices } from './many-services.js';
import { benchPreview } from './preview.js';
import { createRunner } from './run-process.js';
import { benchStartUp } from './start-up.js';
import { formatTable } from './table.js';
import { benchThreeServices } from './three-services.js';

const sections = {
  'start-up': benchStartUp,
  'three services': benchThreeServices,
  'a thousand services': benchManyServices,
  'preview and verify': benchPreview,
};
const asked = process.argv.slice(2);
for (const title of asked.filter((name) => !(name in sections)))
  throw new Error(`no section "${title}"; there are ${Object.keys(sections).join(', ')}`);
const tools = { openssl: findOpenssl(), ...locateTools() };
console.log(`node ${process.version}, ${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}`);
for (const [name, question] of [
  ['openssl', ['version']],
  ['kubectl', ['version', '--client']],
  ['helm', ['version', '--short']],
]) {
  console.log(tools[name] === undefined ? `${name} is not here` : `${name}: ${firstLine(tools[name], question)}`);
}

// Not in the folder for temporary files: it may be memory, and a person's project lies on a disk.
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'bench-'));
try {
  const bench = { ...createRunner(folder), folder, tools };
  const rows = [];
  for (const [title, section] of Object.entries(sections)) {
    if (asked.length > 0 && !asked.includes(title)) continue;
    console.log(`measuring ${title}`);
    rows.push(...(await section(bench)));
  }
  console.log(`\n${formatTable(rows).join('\n')}`);
  console.log(
    '\nMedians; the ratio is that of each round, and so is the noise: half the range of the middle half of the rounds.',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** `req -CA`, which makes key and certificate in one process, came with OpenSSL 3.0. */
function findOpenssl() {
  const { status, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  return status === 0 && Number(/^OpenSSL (\d+)/.exec(stdout)?.[1]) >= 3 ? 'openssl' : undefined;
}

function firstLine(tool, question) {
  return spawnSync(tool, question, { encoding: 'utf8' }).stdout.split('\n')[0];
}
