import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { createKubectl, type KubectlSettings } from '../../../src/world/kubectl/kubectl.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { expectToolError } from '../../support/effects/expect-tool-error.ts';
import { serve, serveSilence, serveStatus, serveTls, writeKubeconfig } from '../../support/effects/fake-api-server.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';
import { pathWith } from '../../support/tools.ts';

// The words of test/system/effects/kubectl.test.ts are captured; these come from the program itself, so that a new version that speaks otherwise is seen.
describeWithTool('kubectl', 'the real kubectl', () => {
  const readWith = (kubeconfig: string, settings: Partial<KubectlSettings> = {}): Promise<unknown> => {
    const env = { PATH: pathWith('kubectl'), HOME: makeTemporaryFolder(), KUBECONFIG: kubeconfig };
    return createKubectl(createExec({ env, cwd: makeTemporaryFolder() }), {
      requestTimeout: 2,
      ...settings,
    }).readCluster();
  };

  it('without a kubeconfig', async () => {
    await expectToolError(() => readWith(join(makeTemporaryFolder(), 'none')), 'no cluster is chosen');
  });

  it.each(['', 'hello\n', '\0\u0001[', '{"apiVersion":"v1","kind":"Config","current-context":"gone"}'])(
    'with the kubeconfig %j',
    async (content) => {
      const path = join(makeTemporaryFolder(), 'kubeconfig');
      writeFileSync(path, content);
      await expectToolError(
        () => readWith(path),
        'cannot tell which cluster to use: ',
        content === '' ? 'no cluster' : 'kubeconfig',
      );
    },
  );

  it('with a context that does not exist', async () => {
    await expectToolError(
      () => readWith(writeKubeconfig('http://127.0.0.1:1'), { context: '--x y' }),
      'no context --x y',
    );
  });

  it('with a server that refuses, that does not exist, that is silent', async () => {
    await expectToolError(
      () => readWith(writeKubeconfig('http://127.0.0.1:1')),
      'context here (http://127.0.0.1:1)',
      'nothing answers at 127.0.0.1:1',
    );
    await expectToolError(
      () => readWith(writeKubeconfig('https://no-such-host.invalid')),
      'the host no-such-host.invalid is not found',
    );
    await expectToolError(async () => readWith(writeKubeconfig(await serveSilence())), 'does not answer in time');
  });

  it('with credentials that are refused or need a missing program', async () => {
    const url = await serveStatus(401, 'Unauthorized', 'Unauthorized');
    await expectToolError(() => readWith(writeKubeconfig(url)), 'refused the credentials');
    await expectToolError(() => readWith(writeKubeconfig(url, { user: {} })), 'refused the credentials');
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', interactiveMode: 'Never' };
    await expectToolError(
      () => readWith(writeKubeconfig(url.replace('http', 'https'), { user: { exec } })),
      'missing or failed',
    );
    await expectToolError(
      () => readWith(writeKubeconfig(url, { user: { 'client-certificate': '/gone.crt', 'client-key': '/gone.key' } })),
      'the kubeconfig cannot be used',
    );
  });

  it('with a server whose certificate has expired or is unknown', async () => {
    const { url, authority } = await serveTls(new Date('2021-01-01'));
    await expectToolError(() => readWith(writeKubeconfig(url, { authority })), 'has expired');
    const unknown = await serveTls(new Date('2049-01-01'));
    await expectToolError(() => readWith(writeKubeconfig(unknown.url)), 'not the one that the kubeconfig trusts');
  });

  it('with a server that is not ready, not allowed, or no API server', async () => {
    const portal = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    await expectToolError(
      async () => readWith(writeKubeconfig(await serveStatus(503, 'ServiceUnavailable', 'down'))),
      'not ready',
    );
    await expectToolError(
      async () => readWith(writeKubeconfig(await serveStatus(403, 'Forbidden', 'no'))),
      'may not do this',
    );
    await expectToolError(() => readWith(writeKubeconfig(portal)), 'no Kubernetes API server');
  });

  it('with a server that answers', async () => {
    const body = JSON.stringify({ major: '1', minor: '15', gitVersion: 'v1.15.12' });
    const url = await serve((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body));
    expect(await readWith(writeKubeconfig(url))).toEqual({
      context: 'here',
      server: url,
      version: { major: 1, minor: 15, text: 'v1.15.12' },
    });
  });

  it('shows no credentials in any failure', async () => {
    const error = await expectToolError(() => readWith(writeKubeconfig('http://me:hunter2@127.0.0.1:1')));
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/hunter2|kubeconfig-token/);
  });
});
