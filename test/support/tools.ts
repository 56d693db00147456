import { delimiter, dirname } from 'node:path';
import { inject, TestRunner } from 'vitest';
import './provided.ts';

/** Programs that a machine has or has not: nothing fetches them. `python3` is one with ssl and an XML reader. */
const ofTheMachine = ['openssl', 'curl', 'git', 'python3'] as const;

/**
 * What tests need from outside. Real programs: `helm3` is helm of major version 3, whatever version `helm` is;
 * `kubectl1.35` that or a later one, which obeys a kuberc; `deno` is
 * a client whose TLS is rustls; `yarn` is a script that Node runs. The folder `oldDefinitions` holds the OpenAPI definitions of Kubernetes before 1.16.
 */
export type Tool =
  | (typeof ofTheMachine)[number]
  | 'helm'
  | 'helm3'
  | 'kubectl'
  | 'kubectl1.35'
  | 'node10'
  | 'node20.19'
  | 'node22.0'
  | 'node22'
  | 'node24'
  | 'deno'
  | 'yarn'
  | 'oldDefinitions';

/** Returns the tool's absolute path: from PATH if it works there, else from the cache that `npm run test:tools` fills. */
export function findTool(name: Tool): string | undefined {
  return inject('tools')[name];
}

/** Returns the tool's absolute path. Without the tool the test that runs is skipped, and the tier reporter says why. */
export function needTool(name: Tool): string {
  const path = findTool(name);
  if (path !== undefined) return path;
  TestRunner.getCurrentTest()?.context.skip(whyMissing(name));
  throw new Error(`outside of a test: ${whyMissing(name)}`);
}

/** Why tests are skipped that need this tool. */
export function whyMissing(name: Tool): string {
  return ofTheMachine.some((each) => each === name)
    ? `no ${name} on PATH`
    : `no ${name} on PATH or in the test cache (npm run test:tools)`;
}

/** Returns a PATH on which these tools come first, as `helm` and `kubectl`; those not found are left out. */
export function pathWith(...names: readonly Tool[]): string {
  const folders = names
    .map(findTool)
    .filter((path) => path !== undefined)
    .map((path) => dirname(path));
  return [...folders, process.env['PATH'] ?? ''].join(delimiter);
}
