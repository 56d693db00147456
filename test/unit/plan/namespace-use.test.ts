import { expect, it } from 'vitest';
import type { Config } from '../../../src/model/config.ts';
import { judgeNamespace, listNamespaces } from '../../../src/cluster/namespace-use.ts';

const config = {
  namespace: 'apps',
  controller: { name: 'ic3', namespace: 'edge' },
  services: [{}],
} as unknown as Config;
const ours = { 'ingress-tls/controller': 'ic3' };

it('needs the namespaces of services and controller, each once', () => {
  expect(listNamespaces(config)).toEqual(['apps', 'edge']);
  expect(listNamespaces({ ...config, namespace: 'edge' })).toEqual(['edge']);
  const services = ['shop', 'apps', undefined, 'bank', 'shop'].map((namespace) => ({ namespace }));
  expect(listNamespaces({ ...config, services } as unknown as Config)).toEqual(['apps', 'bank', 'shop', 'edge']);
});

it.each([
  ['none', undefined, { state: 'absent', isForeign: false }],
  ['one that an apply made', { labels: ours, isTerminating: false }, { state: 'ours', isForeign: false }],
  ['one without a label', { labels: {}, isTerminating: false }, { state: 'foreign', isForeign: true }],
  [
    'another controller’s',
    { labels: { 'ingress-tls/controller': 'ic2' }, isTerminating: false },
    { state: 'foreign', isForeign: true },
  ],
  ['ours that is being deleted', { labels: ours, isTerminating: true }, { state: 'terminating', isForeign: false }],
  [
    'somebody else’s that is being deleted',
    { labels: {}, isTerminating: true },
    { state: 'terminating', isForeign: true },
  ],
] as const)('judges %s', (_title, found, use) => {
  expect(judgeNamespace('apps', found, config)).toEqual({ name: 'apps', ...use });
});
