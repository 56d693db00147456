import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolders } from './cache.js';
import { denoProgram } from './fetch-deno.js';
import { nodeProgram } from './fetch-node.js';
import { helm3, kubectlLayer, nodes, oldDefinitions, yarn } from './pins.js';

/**
 * Finds what tests need from outside: `{ openssl, curl, git, python3, helm, kubectl, kubectl1.35, helm3, deno }`, pins.js's `nodes` by their names,
 * `yarn`, a script for Node, and `oldDefinitions`, a folder; each an absolute path, or absent. The first helm and kubectl on PATH win when they answer with their version; the
 * cache comes after.
 */
export function locateTools() {
  const found = {
    openssl: onPath('openssl', ['version']),
    curl: onPath('curl', ['--version']),
    git: onPath('git', ['--version']),
    python3: onPath('python3', ['-c', 'import ssl, xml.etree.ElementTree']),
    helm: first('helm', kubectlLayer.folder, helmVersion),
    kubectl: first('kubectl', kubectlLayer.folder, (path) => answer(path, ['version', '--client'])),
    'kubectl1.35': first('kubectl', kubectlLayer.folder, hasPolicies),
    helm3: first('helm', helm3.folder, (path) => helmVersion(path)?.startsWith('v3.')),
    ...Object.fromEntries(
      Object.entries(nodes).map(([name, { version }]) => [
        name,
        cached(nodeProgram(version), (path) => answer(path, ['--version'])),
      ]),
    ),
    deno: cached(denoProgram, (path) => answer(path, ['--version'])),
    yarn: cached(join(yarn.folder, 'package', 'bin', 'yarn.js'), existsSync),
    oldDefinitions: cached(join(oldDefinitions.folder, 'package', 'schemas'), existsSync),
  };
  return Object.fromEntries(Object.entries(found).filter(([, path]) => path !== undefined));
}

function first(program, folder, accepts) {
  return everyOnPath(program).find(accepts) ?? cached(join(folder, program), accepts);
}

/** A program of the machine, which nothing fetches. */
function onPath(program, question) {
  return everyOnPath(program).find((path) => answer(path, question) !== undefined);
}

function everyOnPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((each) => each.startsWith('/'))
    .map((each) => join(each, program));
}

function cached(path, accepts) {
  return cacheFolders()
    .map((folder) => join(folder, path))
    .find(accepts);
}

/** Since 1.35 kuberc says which credential plugins may run (kubectl@v0.35.4:pkg/config/v1beta1/types.go). */
const hasPolicies = (path) =>
  Number(/"minor": "(\d+)/.exec(answer(path, ['version', '--client', '--output=json']) ?? '')?.[1]) >= 35;

const helmVersion = (path) => answer(path, ['version', '--short']);

// A name on PATH may be a launcher that cannot launch: only a program that answers counts.
function answer(path, question) {
  const { status, stdout } = spawnSync(path, question, {
    encoding: 'utf8',
    timeout: 30_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : undefined;
}
