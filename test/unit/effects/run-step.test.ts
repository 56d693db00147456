import { describe, expect, it } from 'vitest';
import { createExec } from '../../../src/effects/exec.ts';
import { createProjectFiles } from '../../../src/effects/files.ts';
import { runStep } from '../../../src/effects/run-step.ts';
import { ToolError } from '../../../src/errors.ts';
import { uninstallStep } from '../../../src/plan/cluster-steps.ts';
import { installStandIns, makeTemporaryFolder } from './stand-in.ts';

/** Uninstalls release a of namespace ns with a helm that says this and fails. */
function uninstallWith(stderr: string): Promise<void> {
  const root = makeTemporaryFolder();
  const env = installStandIns({ helm: `console.error(${JSON.stringify(stderr)}); process.exitCode = 1;` });
  const tools = { exec: createExec({ env, cwd: root }), files: createProjectFiles(root), connection: {} };
  return runStep(uninstallStep({ name: 'a', namespace: 'ns' }, { connection: {}, timeout: 60, helmMajor: 4 }), tools);
}

// The words of helm 3.22.0 and 4.1.4.
describe('uninstalling a release', () => {
  it('that is gone already is no failure', async () => {
    await expect(uninstallWith('Error: uninstall: Release not loaded: a: release: not found')).resolves.toBeUndefined();
  });

  it.each([
    'Error: uninstall: Release not loaded: a: query: failed to query with labels: secrets is forbidden: User "nobody" cannot list resource "secrets" in API group "" in the namespace "ns"',
    'Error: uninstall: Release not loaded: a: query: failed to query with labels: etcdserver: request timed out',
    'Error: uninstall: Release not loaded: other: release: not found',
  ])('fails when helm cannot tell whether it is there: %s', async (stderr) => {
    await expect(uninstallWith(stderr)).rejects.toThrow(ToolError);
  });
});
