import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { names, releaseOf } from './cluster.js';

/**
 * The others, on a project's charts, in a namespace of their own: a list of `{ name, run }` or, for who cannot take part,
 * `{ name, refusal }`. `run(count)` installs or upgrades the first services and returns milliseconds.
 */
export function createRivals(bench, project, helmfile) {
  return [
    { name: loopName, run: (count) => runLoop(bench, project, count) },
    createHelmfile(bench, project, { name: 'helmfile sync', verb: 'sync', ...helmfile.sync }),
    createHelmfile(bench, project, { name: 'helmfile apply', verb: 'apply', ...helmfile.apply }),
  ];
}

export const loopName = 'loop of helm upgrade --install';

/** One helm after the other, in a shell, as scripts do it. */
export function runLoop({ time, tools }, { folder }, count) {
  const call = `"$HELM" upgrade --install ${names.controller}-svc$number charts/svc$number --namespace ${names.rivalNamespace}`;
  const script = `set -e; number=0; while [ $number -lt ${count} ]; do ${call}; number=$((number + 1)); done`;
  return time(['sh', '-c', script], folder, { HELM: tools.helm });
}

function createHelmfile({ time, tools }, { folder }, { name, verb, refusal, program, plugins }) {
  if (refusal !== undefined) return { name, refusal };
  const run = (count) => {
    const file = join(folder, `helmfile-${count}.yaml`);
    // Each on a line: helmfile looks for its keys at the beginning of lines before it parses anything.
    const releases = Array.from(
      { length: count },
      (_, index) =>
        `  - { name: ${releaseOf(index)}, namespace: ${names.rivalNamespace}, chart: ./charts/svc${index} }\n`,
    );
    writeFileSync(file, `helmDefaults:\n  skipDeps: true\n  createNamespace: false\nreleases:\n${releases.join('')}`);
    // Without a limit it starts one helm for each release at once: at 100 MiB each, no machine for 500 services.
    const side = String(2 * availableParallelism());
    const more = {
      HELMFILE_UPGRADE_NOTICE_DISABLED: 'true',
      ...(plugins === undefined ? {} : { HELM_PLUGINS: plugins }),
    };
    return time([program, '--file', file, '--helm-binary', tools.helm, verb, '--concurrency', side], folder, more);
  };
  return { name, run };
}
