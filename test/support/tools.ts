import { delimiter, dirname } from 'node:path';
import { inject } from 'vitest';
import './provided.ts';

/**
 * What tests need from outside. Real programs: `helm3` is helm of major version 3, whatever version `helm` is;
 * `kubectl1.35` that or a later one, which obeys a kuberc; `deno` is
 * a client whose TLS is rustls; `yarn` is a script that Node runs. The folder `oldDefinitions` holds the OpenAPI definitions of Kubernetes before 1.16.
 */
export type Tool = 'helm' | 'helm3' | 'kubectl' | 'kubectl1.35' | 'node10' | 'node20.19' | 'node22.0' | 'node22' | 'node24' | 'deno' | 'yarn' | 'oldDefinitions';

/** Returns the tool's absolute path: from PATH if it works there, else from the cache that `npm run test:tools` fills. */
export function findTool(name: Tool): string | undefined {
  return inject('tools')[name];
}

/** Returns a PATH on which these tools come first, as `helm` and `kubectl`; those not found are left out. */
export function pathWith(...names: readonly Tool[]): string {
  const folders = names.map(findTool).filter((path) => path !== undefined).map((path) => dirname(path));
  return [...folders, process.env['PATH'] ?? ''].join(delimiter);
}
