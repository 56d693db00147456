import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKuberc } from '../../../src/world/kubectl/kuberc.ts';
import { ToolError } from '../../../src/errors.ts';
import { defaults, from, head, writeHome } from '../../support/effects/kuberc-home.ts';
import { failureOf, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

describe('readKuberc', () => {
  it('finds none, one that is switched off, one without a policy', () => {
    const HOME = writeHome(head + defaults);
    expect(readKuberc({ HOME: makeTemporaryFolder() }, from('/'))).toBeUndefined();
    expect(readKuberc({ HOME, KUBERC: 'off' }, from('/'))).toBeUndefined();
    expect(readKuberc({ HOME, KUBECTL_KUBERC: 'False' }, from('/'))).toBeUndefined();
    expect(readKuberc({ HOME, KUBERC: 'gone' }, from(HOME))).toBeUndefined();
    expect(readKuberc({ HOME }, from('/'))).toEqual({ path: join(HOME, '.kube/kuberc'), changesDefaults: true });
    expect(readKuberc({ KUBERC: 'dotfile' }, from(HOME))).toEqual({ path: 'dotfile', changesDefaults: true });
    expect(readKuberc({ HOME: writeHome(`${head}aliases:\n- name: x\n  command: get\n`) }, from('/'))).toMatchObject({
      changesDefaults: false,
    });
  });

  it('keeps the policy of each document and nothing else, in a file that is the person’s alone', () => {
    const old = `${head.replace('beta', 'alpha')}overrides:\n- command: get\n`;
    const rest = readKuberc(
      {
        HOME: writeHome(
          `${old}---\n${head}${defaults}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- name: aws\n`,
        ),
      },
      from('/'),
    )?.rest;
    expect(
      readFileSync(rest!, 'utf8')
        .split('\n---\n')
        .map((text) => JSON.parse(text) as unknown),
    ).toEqual([
      { apiVersion: 'kubectl.config.k8s.io/v1alpha1', kind: 'Preference' },
      {
        apiVersion: 'kubectl.config.k8s.io/v1beta1',
        kind: 'Preference',
        credentialPluginPolicy: 'Allowlist',
        credentialPluginAllowlist: [{ name: 'aws' }],
      },
    ]);
    expect(statSync(rest!).mode & 0o777).toBe(0o600);
  });

  it('refuses one that cannot be read, as what it forbids is not known', async () => {
    expect(await failureOf(() => readKuberc({ HOME: writeHome('a: [') }, from('/')))).toBeInstanceOf(ToolError);
    expect(await failureOf(() => readKuberc({ KUBERC: '/dev/zero' }, from('/')))).toMatchObject({
      message: 'cannot read /dev/zero: it is no regular file',
      remedy: expect.stringContaining('KUBERC=off') as string,
    });
  });
});
