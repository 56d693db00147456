import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateTools } from '../../scripts/test-tools/locate.js';

/** Once for a run: an empty home for all tests, and where the real tools are. */
export function setup(project) {
  const home = mkdtempSync(join(tmpdir(), 'ingress-tls-test-home-'));
  project.provide('home', home);
  project.provide('tools', locateTools());
  return () => rmSync(home, { recursive: true, force: true });
}
