import { fill } from './cache.js';
import { unpackFiles } from './unpack-files.js';

/** Brings one of pins.js's packages into the cache: of all its files those that are named. */
export async function fetchFiles({ package: name, files, folder: place }) {
  await fill(place, (folder) => unpackFiles(name, files, folder));
}
