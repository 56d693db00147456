import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../run-process.js';
import { names } from './cluster.js';

/**
 * Starts a project for the cluster through the real program: `{ folder, write }`. `write(count, round)` writes services
 * svc0, svc1, ... of mode terminate into ingress-tls.yaml and renders nothing. They have no pods: helm's work and ours are
 * measured, not how fast a node starts pods. Another round changes the route of svc0 and of nothing else.
 */
export function createClusterProject({ time, folder: parent }) {
  const folder = mkdtempSync(join(parent, 'project-'));
  const choices = Object.entries({
    profile: 'traefik',
    domain: 'example.test',
    'key-type': 'ecdsa-p256',
    namespace: names.serviceNamespace,
    'controller-name': names.controller,
    'controller-namespace': names.controllerNamespace,
    'node-port': names.nodePort,
  });
  time(
    [process.execPath, program, 'init', '--no-input', ...choices.map(([name, value]) => `--${name}=${value}`)],
    folder,
  );
  const file = join(folder, 'ingress-tls.yaml');
  const empty = readFileSync(file, 'utf8');
  const write = (count, round) => {
    const services = Array.from({ length: count }, (_, index) => describe(index, index === 0 ? round : undefined));
    writeFileSync(file, empty.replace(/^services: \[\]$/m, `services:\n${services.join('')}`));
  };
  return { folder, write };
}

/** The command that brings a project to the cluster. */
export function applyCommand({ kubeconfig }) {
  return [process.execPath, program, 'apply', `--kubeconfig=${kubeconfig}`];
}

function describe(index, round) {
  const annotations = round === undefined ? '' : `    annotations:\n      example.test/round: "${round}"\n`;
  return `  - name: svc${index}\n    mode: terminate\n    replicas: 0\n${annotations}`;
}
