// Shows the tool at work and judges what it made, on a machine that has Node and openssl and nothing else: a project in a
// temporary folder, through the real commands. No cluster is asked for or changed. `--keep` leaves the folder in place.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkProject } from './demo/checks.js';
import { drawTree } from './demo/tree.js';

const program = fileURLToPath(new URL('../bin/ingress-tls.js', import.meta.url));
const isKept = process.argv.includes('--keep');
const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-demo-'));
const project = join(folder, 'project');
const environment = withoutCluster(process.env);

// Ctrl-C reaches the command that runs: it fails, and the folder goes as after any other failure.
process.on('SIGINT', () => {});
try {
  requireOpenssl();
  mkdirSync(project);
  console.log(`A project in ${project}, which ${isKept ? 'is kept' : 'is removed at the end (npm run demo -- --keep keeps it)'}.`);
  ingressTls('init');
  ingressTls('add-service', 'svc7', '--mode', 'terminate');
  ingressTls('add-service', 'svc8', '--mode', 'reencrypt');
  ingressTls('add-service', 'svc9', '--mode', 'passthrough');
  console.log(`\nWhat is in the folder now:\n\n${drawTree(project)}`);
  const plan = ingressTls('apply', '--dry-run');
  ingressTls('render');
  console.log('\nWhat openssl, helm and the files themselves say:\n');
  process.exitCode = report(checkProject({ project, plan, environment }));
} catch (error) {
  console.log(`\nThe demo failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (isKept) console.log(`The project is in ${project}`);
  else rmSync(folder, { recursive: true, force: true });
}

/** Runs the program as a person types it and prints what it says, stdout and stderr in the order in which it said it. */
function ingressTls(...args) {
  const line = ['ingress-tls', ...args].join(' ');
  console.log(`\n$ ${line}`);
  const outputPath = join(folder, 'output');
  const output = openSync(outputPath, 'w');
  const { status, signal } = spawnSync(process.execPath, [program, ...args], { cwd: project, env: environment, stdio: ['ignore', output, output] });
  closeSync(output);
  const text = readFileSync(outputPath, 'utf8');
  process.stdout.write(text);
  if (status !== 0) throw new Error(`${line} ended with ${signal ?? `exit code ${status}`}`);
  return text;
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

function report(checks) {
  for (const { name, outcome, reason } of checks) {
    console.log(`  ${outcome.padEnd(7)}  ${name}${reason === undefined ? '' : `: ${reason}`}`);
  }
  const count = (outcome) => checks.filter((check) => check.outcome === outcome).length;
  const [failed, skipped] = [count('failed'), count('skipped')];
  if (failed > 0) {
    console.log(`\nThe demo failed: ${failed} of ${checks.length} checks.`);
    return 1;
  }
  console.log(`\nThe demo passed: ${count('ok')} checks${skipped === 0 ? '' : `, ${skipped} skipped`}.`);
  return 0;
}
