import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './run-process.js';

/**
 * Starts a project through the real program and writes services of the given modes, svc0, svc1, ..., into its
 * ingress-tls.yaml; nothing of them is rendered yet. Elliptic keys: how long it takes to find an RSA key is chance.
 * Returns the project's folder. It stays until the bench ends: ext4 makes a file slowly for minutes after others were
 * removed nearby (linux@6.18:fs/ext4/ialloc.c, recently_deleted).
 */
export function createProject({ time, folder }, modes) {
  const project = mkdtempSync(join(folder, 'project-'));
  time(
    [process.execPath, program, 'init', '--domain', 'example.test', '--key-type', 'ecdsa-p256', '--no-input'],
    project,
  );
  if (modes.length === 0) return project;
  const file = join(project, 'ingress-tls.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^services: \[\]$/m, 'services:'));
  appendFileSync(file, modes.map((mode, index) => `  - name: svc${index}\n    mode: ${mode}\n`).join(''));
  return project;
}
