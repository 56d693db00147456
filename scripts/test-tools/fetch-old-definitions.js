import { fill } from './cache.js';
import { oldDefinitions } from './pins.js';
import { unpackFiles } from './unpack-files.js';

/** Brings the definitions of old Kubernetes versions into the cache: three files of the 59 MB that the package unpacks to. */
export async function fetchOldDefinitions() {
  await fill(oldDefinitions.folder, (folder) => unpackFiles(oldDefinitions.package, oldDefinitions.files, folder));
}
