import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { config, service } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';

const noticesOf = (...values: readonly JsonObject[]) =>
  buildDesiredProject(
    config(values.map((each, index) => service(`a${index}`, 'terminate', { image: 'a:1', values: each }))),
    profiles['traefik']!,
  ).notices.filter(({ code }) => code === 'chart-value');

it('refuses values that a chart does not take at their place in the file', () => {
  expect(noticesOf({ env: [] }, { env: [1], nodeSelector: { 'a/b': 1 } })).toEqual([
    {
      level: 'error',
      code: 'chart-value',
      message: 'services[1].values.env[0]: expected a mapping, found 1',
      path: ['services', 1, 'values', 'env', 0],
    },
    {
      level: 'error',
      code: 'chart-value',
      message: 'services[1].values.nodeSelector["a/b"]: expected a string, found 1; quote it: "1"',
      path: ['services', 1, 'values', 'nodeSelector', 'a/b'],
    },
  ]);
});

it('tells of fifty, however many there are', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`zzz${index}`, 1]));
  expect(noticesOf(many, many)).toHaveLength(50);
});
