import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolders, fill } from '../../test-tools/cache.js';
import { withSources } from './go-module.js';

const helmfile = {
  name: 'helmfile',
  module: 'github.com/helmfile/helmfile@v1.8.0',
  linkerFlags: '-X go.szostok.io/version.version=v1.8.0',
  folder: 'helmfile-v1.8.0',
  program: 'helmfile',
  question: '--version',
  more: [],
};

/** The plugin of helm that helmfile apply asks what would change; this one knows helm 4 and 3. */
const helmDiff = {
  name: 'helm-diff',
  module: 'github.com/databus23/helm-diff/v3@v3.15.11',
  linkerFlags: '-X github.com/databus23/helm-diff/v3/cmd.Version=3.15.11',
  folder: 'helm-diff-v3.15.11',
  program: 'diff/bin/diff',
  question: 'version',
  more: ['plugin.yaml'],
};

/**
 * Finds helmfile in the cache of the test tools, or builds it there, minutes the first time: `{ sync, apply }`, each
 * `{ program }`, apply with `plugins`, the folder for HELM_PLUGINS, or `{ refusal }`.
 */
export async function provideHelmfile() {
  const sync = await provide(helmfile);
  if (sync.refusal !== undefined) return { sync, apply: sync };
  const { program: plugin, refusal } = await provide(helmDiff);
  return { sync, apply: refusal === undefined ? { ...sync, plugins: dirname(dirname(dirname(plugin))) } : { refusal } };
}

async function provide(tool) {
  if (find(tool) === undefined) {
    console.log(`building ${tool.name}`);
    try {
      await fill(tool.folder, (built) => withSources(tool.module, (sources) => build(tool, sources, built)));
    } catch (error) {
      return { refusal: `no ${tool.name}: ${error.message}` };
    }
  }
  const program = find(tool);
  return program === undefined ? { refusal: `no ${tool.name}: it was built and does not run` } : { program };
}

async function build({ program, linkerFlags, more }, sources, built) {
  const output = join(built, program);
  await sources.run(['build', '-trimpath', '-ldflags', `-s -w ${linkerFlags}`, '-o', output, '.']);
  // A plugin is a folder with plugin.yaml, and its program below bin.
  const place = join(dirname(output), '..');
  if (more.length > 0) mkdirSync(place, { recursive: true });
  for (const file of more) cpSync(join(sources.folder, file), join(place, file));
}

function find({ folder, program, question }) {
  return cacheFolders()
    .map((cache) => join(cache, folder, program))
    .find((path) => spawnSync(path, [question], { cwd: tmpdir(), timeout: 30_000 }).status === 0);
}
