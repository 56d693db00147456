import { describe, expect, it } from 'vitest';
import { createExec, type ToolResult } from '../../../src/world/exec/exec.ts';
import { createHelm, type Helm } from '../../../src/world/helm/helm.ts';
import { explainFailure } from '../../../src/world/exec/tool-failure.ts';
import { expectToolError } from '../../support/effects/expect-tool-error.ts';
import { answering, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

function helmThat(program: string): Helm {
  return createHelm(createExec({ env: installStandIns({ helm: program }), cwd: makeTemporaryFolder() }), {
    context: 'prod',
  });
}

function failed(stderr: string): ToolResult {
  return {
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr,
    isCut: false,
    durationMs: 100,
    timedOut: false,
    stillRunning: undefined,
  };
}

describe('readHelmVersion', () => {
  it.each([
    ['v4.2.3', 4, 2],
    ['v3.13.0', 3, 13],
    ['v3.22.0-rc.1+g05fa379\n', 3, 22],
  ])('takes %j', async (stdout, major, minor) => {
    expect(await helmThat(answering([{ when: ['version'], stdout }])).readHelmVersion()).toEqual({
      major,
      minor,
      text: stdout.trim(),
    });
  });

  it.each(['v3.12.3', 'v2.17.0'])('refuses %s and says what to install', async (stdout) => {
    const error = await expectToolError(
      () => helmThat(answering([{ when: ['version'], stdout }])).readHelmVersion(),
      stdout,
      '3.13',
    );
    expect(error.remedy).toContain('https://helm.sh/docs/intro/install/');
  });

  it.each(['', 'Client: &version.Version{SemVer:"v2"}', '{{.Version}}', 'v4', '\u0000'])(
    'says that %j is no answer',
    async (stdout) => {
      await expectToolError(() => helmThat(answering([{ when: ['version'], stdout }])).readHelmVersion(), 'unexpected');
    },
  );
});

describe('listReleases', () => {
  it('reads name, namespace, revision, chart and status', async () => {
    const stdout = JSON.stringify([
      {
        name: 'ic3-svc7',
        namespace: 'default',
        revision: '2',
        updated: 'x',
        status: 'pending-upgrade',
        chart: 'svc7-0.1.0',
        app_version: '1',
      },
    ]);
    const helm = helmThat(
      answering([{ when: ['--kube-context=prod', 'list', '--selector=a=b', '--pending'], stdout }]),
    );
    expect(await helm.listReleases('a=b')).toEqual([
      { name: 'ic3-svc7', namespace: 'default', revision: 2, chart: 'svc7-0.1.0', status: 'pending-upgrade' },
    ]);
  });

  it.each(['', '{}', '[1]', '[{"name":"x"}]', 'WARNING'])('says that %j is no answer', async (stdout) => {
    await expectToolError(() => helmThat(answering([{ when: ['list'], stdout }])).listReleases(), 'unexpected');
  });
});

describe('a failure of helm', () => {
  const command = { tool: 'helm', release: { name: 'ic3-svc7', namespace: 'default' } } as const;
  const pending = failed('Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n');

  it('says what frees a pending release', () => {
    const error = explainFailure(command, 'x', pending);
    expect(error.message).toContain('another helm works on this release');
    expect(error.remedy).toContain('ingress-tls apply --force-pending');
  });

  it.each([
    [
      "Error: UPGRADE FAILED: values don't meet the specifications of the schema(s) in the following chart(s):\nsvc7:\n- at '/replicaCount': got string, want integer",
      'values.schema.json',
    ],
    [
      'Error: UPGRADE FAILED: Unable to continue with update: Service "ic3-svc7" in namespace "default" exists and cannot be imported into the current release: invalid ownership metadata',
      'exists already',
    ],
    ['Error: uninstall: Release not loaded: ic3-svc7: release: not found', 'no such release'],
    [
      'Error: UPGRADE FAILED: release ic3-svc7 failed, and has been rolled back due to rollback-on-failure being set: resource Deployment/default/ic3-svc7 not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded',
      'did not become ready in time',
    ],
    ['Error: UPGRADE FAILED: context deadline exceeded', 'did not become ready in time'],
    [
      'Error: kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused',
      'nothing answers at 127.0.0.1:1',
    ],
    [
      'Error: kubernetes cluster unreachable: Get "https://10.0.0.1:1/version": net/http: TLS handshake timeout',
      'does not answer in time',
    ],
  ])('%j', (stderr, words) => {
    const error = explainFailure(command, 'cannot install svc7', failed(stderr));
    expect(error.message).toContain(`cannot install svc7: `);
    expect(error.message).toContain(words);
    expect(error.remedy).toBeDefined();
    expect(error.details).toEqual(stderr.split('\n').map((line) => `helm: ${line}`));
  });
});
