import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateTools } from '../../scripts/test-tools/locate.js';

/** Tiers that ask no real program: without looking for any, `npm run check` starts a second earlier. */
const withoutTools = ['static', 'unit'];

/** Once for a run: an empty home for all tests, and where the real tools are. */
export function setup(project) {
  const home = mkdtempSync(join(tmpdir(), 'ingress-tls-test-home-'));
  project.provide('home', home);
  if (project.vitest.projects.some(({ name }) => !withoutTools.includes(name))) project.provide('tools', locateTools());
  return () => rmSync(home, { recursive: true, force: true });
}
