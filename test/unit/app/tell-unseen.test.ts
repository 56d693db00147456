import { expect, it } from 'vitest';
import { tellUnseen } from '../../../src/app/cluster/tell-unseen.ts';
import type { Notice } from '../../../src/model/notice.ts';
import { buildDesiredProject } from '../../../src/project/desired-project.ts';
import { config, service } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';

const given = config([
  service('shop', 'terminate', {
    service: { name: 'shop', port: 'http' },
    paths: [{ path: '/a', type: 'Prefix', service: { name: 'images', port: 80 } }],
  }),
]);
const project = { config: given, desired: buildDesiredProject(given, profiles['traefik']!) };
const notice: Notice = { level: 'warning', code: 'other', message: 'Something else.' };

it.each([[true], [undefined]])(
  'says nothing of Services where it is %s that they were looked at',
  (hasSeenServices) => {
    expect(tellUnseen([notice], project, { ...(hasSeenServices !== undefined && { hasSeenServices }) })).toEqual([
      notice,
    ]);
  },
);

it('names the Services that nobody may look at, unless the person knows', () => {
  const told = tellUnseen([notice], project, { hasSeenServices: false });
  expect(told.map(({ code, acknowledged }) => [code, acknowledged])).toEqual([
    ['other', undefined],
    ['services-unseen', undefined],
  ]);
  expect(told[1]?.message).toMatch(/default\/images/);
  const knowing = { ...given, acknowledged: ['services-unseen'] };
  const desired = buildDesiredProject(knowing, profiles['traefik']!);
  expect(desired.notices.filter(({ code }) => code.startsWith('acknowledged'))).toEqual([]);
  expect(tellUnseen([], { config: knowing, desired }, { hasSeenServices: false })).toMatchObject([
    { code: 'services-unseen', acknowledged: true },
  ]);
});
