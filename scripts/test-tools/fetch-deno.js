import { fill } from './cache.js';
import { deno } from './pins.js';
import { unpackFiles } from './unpack-files.js';

/** Brings deno into the cache. */
export async function fetchDeno() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only pinned for Linux on x86-64');
  await fill(deno.folder, (folder) => unpackFiles(deno.package, deno.files, folder));
}

export const denoProgram = `${deno.folder}/package/deno`;
