import { describe, expect, it } from 'vitest';
import { environmentFor } from '../../../src/world/exec/tool-environment.ts';

describe('the environment of a tool', () => {
  const person = {
    PATH: '/bin',
    KUBECONFIG: 'x',
    HELM_DRIVER: 'secret',
    HELM_KUBECONTEXT: 'x',
    HELM_KUBETOKEN: 'x',
    HELM_KUBEINSECURE_SKIP_TLS_VERIFY: 'true',
    HELM_NAMESPACE: 'x',
    KUBERC: '/mine',
    UNSET: undefined,
  };

  it('is the person’s, without what would change the command line', () => {
    const more = {
      ...person,
      HELM_DEBUG: 'true',
      HELM_COLOR: 'always',
      HELM_NO_PLUGINS: '0',
      HTTPS_PROXY: 'http://proxy.test',
      HELM_MAX_HISTORY: '3',
    };
    expect(environmentFor('helm', more)).toEqual({
      ...{
        PATH: '/bin',
        KUBECONFIG: 'x',
        HELM_DRIVER: 'secret',
        KUBERC: '/mine',
        GOGC: '400',
        HELM_NO_PLUGINS: '1',
        HTTPS_PROXY: 'http://proxy.test',
        HELM_MAX_HISTORY: '3',
      },
    });
    expect(environmentFor('kubectl', { KUBERC: '/mine', KUBECTL_KUBERC: 'true', KUBECONFIG: 'x' })).toEqual({
      KUBERC: 'off',
      KUBECTL_KUBERC: 'false',
      KUBECONFIG: 'x',
      GOGC: '400',
    });
  });

  it('leaves how much memory is used to the person who says it, and gives kubectl a kuberc of ours', () => {
    expect(environmentFor('helm', { GOGC: '50' })).toMatchObject({ GOGC: '50' });
    expect(environmentFor('kubectl', { KUBERC: '/mine', KUBECTL_KUBERC: 'true' }, '/ours')).toEqual({
      KUBERC: '/ours',
      GOGC: '400',
    });
  });
});
