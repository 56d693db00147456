// Shows the tool at work and judges what it made, on a machine that has Node and openssl and nothing else: a project in a
// temporary folder, through the real commands, at last served on loopback and verified by real handshakes. No cluster is asked
// for or changed. `--keep` leaves the folder in place.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkProject } from './demo/checks.js';
import { createCommands } from './demo/commands.js';
import { tryHandshakes } from './demo/handshakes.js';
import { drawTree } from './demo/tree.js';

const isKept = process.argv.includes('--keep');
const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-demo-'));
const project = join(folder, 'project');
const environment = withoutCluster(process.env);

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort(signal));
const stop = stopping.signal;
const commands = createCommands({ folder, project, environment, stop });

try {
  requireOpenssl();
  mkdirSync(project);
  console.log(
    `A project in ${project}, which ${isKept ? 'is kept' : 'is removed at the end (npm run demo -- --keep keeps it)'}.`,
  );
  await commands.succeed('init');
  await commands.succeed('add-service', 'svc7', '--mode', 'terminate');
  await commands.succeed('add-service', 'svc8', '--mode', 'reencrypt');
  await commands.succeed('add-service', 'svc9', '--mode', 'passthrough');
  console.log(`\nWhat is in the folder now:\n\n${drawTree(project)}`);
  const plan = await commands.succeed('apply', '--dry-run');
  await commands.succeed('render');
  console.log('\nWhat openssl, helm and the files themselves say:\n');
  const files = checkProject({ project, plan, environment });
  list(files);
  console.log('\nAnd in use, on this machine alone:');
  const handshakes = await tryHandshakes({ commands, project, environment, stop });
  console.log('\nWhat the handshakes say:\n');
  list(handshakes);
  process.exitCode = conclude([...files, ...handshakes]);
} catch (error) {
  console.log(stop.aborted ? '\nThe demo was stopped.' : `\nThe demo failed: ${error.message}`);
  process.exitCode = stop.aborted ? 128 + constants.signals[stop.reason] : 1;
} finally {
  if (isKept) console.log(`The project is in ${project}`);
  else rmSync(folder, { recursive: true, force: true });
}

function requireOpenssl() {
  if (spawnSync('openssl', ['version'], { env: environment, stdio: 'ignore' }).status !== 0) {
    throw new Error('it needs openssl, which is not on PATH or does not run');
  }
}

/** An environment in which neither kubectl nor helm finds a cluster, a person's settings, or the pod that they run in. */
function withoutCluster(env) {
  const kept = Object.entries(env).filter(([name]) => !/^(KUBE|KUBECTL_|KUBERNETES_|HELM_|XDG_)/.test(name));
  return { ...Object.fromEntries(kept), HOME: join(folder, 'home'), KUBECONFIG: join(folder, 'no-kubeconfig') };
}

function list(checks) {
  for (const { name, outcome, reason } of checks) {
    console.log(`  ${outcome.padEnd(7)}  ${name}${reason === undefined ? '' : `: ${reason}`}`);
  }
}

function conclude(checks) {
  const count = (outcome) => checks.filter((check) => check.outcome === outcome).length;
  const [failed, skipped] = [count('failed'), count('skipped')];
  if (failed > 0) {
    console.log(`\nThe demo failed: ${failed} of ${checks.length} checks.`);
    return 1;
  }
  console.log(`\nThe demo passed: ${count('ok')} checks${skipped === 0 ? '' : `, ${skipped} skipped`}.`);
  return 0;
}
