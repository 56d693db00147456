import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { createKubectl } from '../../../src/world/kubectl/kubectl.ts';
import { readKuberc } from '../../../src/world/kubectl/kuberc.ts';
import { ToolError } from '../../../src/errors.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { pathWith } from '../../support/tools.ts';
import { serveTls, writeKubeconfig } from './fake-api-server.ts';
import { failureOf, makeTemporaryFolder } from './stand-in.ts';

const head = 'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n';
const defaults = 'defaults:\n- command: version\n  options:\n  - name: client\n    default: "true"\n';

const from = (folder: string) => (path: string): string => resolve(folder, path);

function writeHome(kuberc: string): string {
  const home = makeTemporaryFolder();
  mkdirSync(join(home, '.kube'));
  writeFileSync(join(home, 'dotfile'), kuberc);
  symlinkSync(join(home, 'dotfile'), join(home, '.kube/kuberc'));
  return home;
}

describe('readKuberc', () => {
  it('finds none, one that is switched off, one without a policy', () => {
    const HOME = writeHome(head + defaults);
    expect(readKuberc({ HOME: makeTemporaryFolder() }, from('/'))).toBeUndefined();
    expect(readKuberc({ HOME, KUBERC: 'off' }, from('/'))).toBeUndefined();
    expect(readKuberc({ HOME, KUBECTL_KUBERC: 'False' }, from('/'))).toBeUndefined();
    expect(readKuberc({ HOME, KUBERC: 'gone' }, from(HOME))).toBeUndefined();
    expect(readKuberc({ HOME }, from('/'))).toEqual({ path: join(HOME, '.kube/kuberc'), changesDefaults: true });
    expect(readKuberc({ KUBERC: 'dotfile' }, from(HOME))).toEqual({ path: 'dotfile', changesDefaults: true });
    expect(readKuberc({ HOME: writeHome(`${head}aliases:\n- name: x\n  command: get\n`) }, from('/'))).toMatchObject({ changesDefaults: false });
  });

  it('keeps the policy of each document and nothing else, in a file that is the person’s alone', () => {
    const old = `${head.replace('beta', 'alpha')}overrides:\n- command: get\n`;
    const rest = readKuberc({ HOME: writeHome(`${old}---\n${head}${defaults}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: aws\n`) }, from('/'))?.rest;
    expect(readFileSync(rest!, 'utf8').split('\n---\n').map((text) => JSON.parse(text) as unknown)).toEqual([
      { apiVersion: 'kubectl.config.k8s.io/v1alpha1', kind: 'Preference' },
      { apiVersion: 'kubectl.config.k8s.io/v1beta1', kind: 'Preference', credentialPluginPolicy: 'Allowlist', credentialPluginAllowlist: [{ name: 'aws' }] },
    ]);
    expect(statSync(rest!).mode & 0o777).toBe(0o600);
  });

  it('refuses one that cannot be read, as what it forbids is not known', async () => {
    expect(await failureOf(() => readKuberc({ HOME: writeHome('a: [') }, from('/')))).toBeInstanceOf(ToolError);
    expect(await failureOf(() => readKuberc({ KUBERC: '/dev/zero' }, from('/')))).toMatchObject({ message: 'cannot read /dev/zero: it is no regular file', remedy: expect.stringContaining('KUBERC=off') as string });
  });
});

describeWithTool('kubectl1.35', 'the policy for credential plugins, with the real kubectl', () => {
  it.each([
    ['credentialPluginPolicy: DenyAll\n', 'your kuberc does not allow the program that the kubeconfig names for credentials'],
    ['credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: other\n', 'your kuberc does not allow the program that the kubeconfig names for credentials'],
    ['credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: PLUGIN\n', undefined],
    ['', undefined],
  ])('holds for us too: %j', async (policy, refusal) => {
    const folder = makeTemporaryFolder();
    const plugin = join(folder, 'plugin');
    const credential = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 't' } });
    writeFileSync(plugin, `#!/bin/sh\necho '${credential}'\n`, { mode: 0o755 });
    const HOME = writeHome(head + defaults + policy.replace('PLUGIN', plugin));
    const { url, authority } = await serveTls(new Date('2049-01-01'), (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ major: '1', minor: '35', gitVersion: 'v1.35.0' })),
    );
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    const env = { PATH: pathWith('kubectl1.35'), HOME, KUBECONFIG: writeKubeconfig(url, { authority, user: { exec } }) };
    const kubectl = createKubectl(createExec({ env, cwd: folder, kuberc: () => readKuberc(env, from(folder))?.rest }), { requestTimeout: 10 });
    if (refusal === undefined) expect(await kubectl.readCluster()).toMatchObject({ version: { text: 'v1.35.0' } });
    else expect(await failureOf(() => kubectl.readCluster())).toMatchObject({ message: expect.stringContaining(refusal) as string });
  });
});
