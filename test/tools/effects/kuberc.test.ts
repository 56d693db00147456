import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { createKubectl } from '../../../src/world/kubectl/kubectl.ts';
import { readKuberc } from '../../../src/world/kubectl/kuberc.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { serveTls, writeKubeconfig } from '../../support/effects/fake-api-server.ts';
import { defaults, from, head, writeHome } from '../../support/effects/kuberc-home.ts';
import { failureOf, makeTemporaryFolder } from '../../support/effects/stand-in.ts';
import { pathWith } from '../../support/tools.ts';

describeWithTool('kubectl1.35', 'the policy for credential plugins, with the real kubectl', () => {
  it.each([
    [
      'credentialPluginPolicy: DenyAll\n',
      'your kuberc does not allow the program that the kubeconfig names for credentials',
    ],
    [
      'credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: other\n',
      'your kuberc does not allow the program that the kubeconfig names for credentials',
    ],
    ['credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: PLUGIN\n', undefined],
    ['', undefined],
  ])('holds for us too: %j', async (policy, refusal) => {
    const folder = makeTemporaryFolder();
    const plugin = join(folder, 'plugin');
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 't' },
    });
    writeFileSync(plugin, `#!/bin/sh\necho '${credential}'\n`, { mode: 0o755 });
    const HOME = writeHome(head + defaults + policy.replace('PLUGIN', plugin));
    const { url, authority } = await serveTls(new Date('2049-01-01'), (_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ major: '1', minor: '35', gitVersion: 'v1.35.0' })),
    );
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    const env = {
      PATH: pathWith('kubectl1.35'),
      HOME,
      KUBECONFIG: writeKubeconfig(url, { authority, user: { exec } }),
    };
    const kubectl = createKubectl(createExec({ env, cwd: folder, kuberc: () => readKuberc(env, from(folder))?.rest }), {
      requestTimeout: 10,
    });
    if (refusal === undefined) expect(await kubectl.readCluster()).toMatchObject({ version: { text: 'v1.35.0' } });
    else
      expect(await failureOf(() => kubectl.readCluster())).toMatchObject({
        message: expect.stringContaining(refusal) as string,
      });
  });
});
