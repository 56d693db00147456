import { describe, expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { createProjectFiles } from '../../../src/world/files/files.ts';
import { runStep } from '../../../src/world/run-step.ts';
import { ToolError } from '../../../src/errors.ts';
import { deleteStep, uninstallStep } from '../../../src/cluster/cluster-steps.ts';
import { answering, failureOf, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

/** Uninstalls release a of namespace ns with a helm that says this and fails. */
function uninstallWith(stderr: string): Promise<void> {
  const root = makeTemporaryFolder();
  const env = installStandIns({
    helm: `if (!process.argv.includes('list')) { console.error(${JSON.stringify(stderr)}); process.exitCode = 1; }`,
  });
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

describe('what was to be removed', () => {
  const settings = { connection: { context: 'prod' }, timeout: 60, helmMajor: 4 } as const;
  const steps = [
    deleteStep({ resource: 'deployments.apps', names: ['a', 'b'], namespace: 'ns' }, settings),
    deleteStep({ resource: 'clusterroles.rbac.authorization.k8s.io', names: ['--a'] }, settings),
    uninstallStep({ name: 'a.b', namespace: 'ns' }, settings),
  ];
  const run = (step: (typeof steps)[number], look: Parameters<typeof answering>[0][number]): Promise<void> => {
    const root = makeTemporaryFolder();
    const rules = [
      { ...look, when: [step.command.tool === 'helm' ? 'list' : 'get'] },
      { when: [], stdout: 'deployment.apps "a" deleted\n' },
    ];
    const env = installStandIns({ [step.command.tool]: answering(rules) });
    return runStep(step, { exec: createExec({ env, cwd: root }), files: createProjectFiles(root) });
  };

  it.each(steps)('and is still there fails, whatever the tool said: $title', async (step) => {
    await expect(run(step, { when: [], stdout: '' })).resolves.toBeUndefined();
    const error = await failureOf(() => run(step, { when: [], stdout: 'deployment.apps/b\n' }));
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^cannot (delete|uninstall) .*said that it is done, and deployment\.apps\/b is still there$/,
      ) as string,
    });
    await expect(run(step, { when: [], stderr: 'Unable to connect to the server: EOF', exitCode: 1 })).rejects.toThrow(
      /^cannot (delete|uninstall)/,
    );
  });

  it('is looked for by name, where it was', () => {
    expect(steps.map(({ remaining }) => remaining?.args.join(' '))).toEqual([
      '--context=prod get deployments.apps/a deployments.apps/b --namespace=ns --ignore-not-found=true --output=name',
      '--context=prod get clusterroles.rbac.authorization.k8s.io/--a --ignore-not-found=true --output=name',
      '--kube-context=prod list --namespace=ns --filter=^a\\.b$ --short --deployed --failed --pending --uninstalling',
    ]);
  });
});
