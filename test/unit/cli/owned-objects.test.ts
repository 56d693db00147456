import { expect, it } from 'vitest';
import { selectBrought } from '../../../src/app/cluster/owned-objects.ts';
import { parseProject } from '../../../src/app/project.ts';
import type { OwnedObject } from '../../../src/world/kubectl/kubectl.ts';

function projectWith(profile: string, more = ''): ReturnType<typeof parseProject> {
  return parseProject(
    `apiVersion: ingress-tls/v1\ndomain: example.test\nnamespace: apps\ncontroller:\n  name: ic3\n  namespace: ctl\n  profile: ${profile}\n${more}`,
  );
}

function object(
  kind: string,
  name: string,
  namespace: string | undefined,
  managers: readonly string[],
  owner = 'ic3',
): OwnedObject {
  return {
    resource: kind.toLowerCase(),
    kind,
    name,
    owner,
    managers,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

it.each<readonly [string, OwnedObject, boolean, boolean]>([
  ['an object in the namespace of the services', object('Secret', 's', 'apps', ['kubectl']), true, true],
  ["an object in the controller's namespace", object('Secret', 's', 'ctl', []), true, true],
  [
    'a namespace of the project that was handed over',
    object('Namespace', 'ctl', undefined, ['kubectl-label']),
    true,
    true,
  ],
  [
    'an object that ingress-tls brought to a namespace that the project had before',
    object('Secret', 's', 'before', ['kubectl', 'ingress-tls']),
    true,
    true,
  ],
  [
    'a cluster-scoped object that ingress-tls brought',
    object('ClusterRole', 'ic3', undefined, ['ingress-tls']),
    true,
    true,
  ],
  [
    'a copy in the namespace of somebody else',
    object('Secret', 's', 'foreign', ['kubectl-client-side-apply']),
    false,
    true,
  ],
  ['a copy under another name', object('ClusterRole', 'copy', undefined, ['not-ingress-tls']), false, true],
  ['an object of another controller', object('Secret', 's', 'apps', ['ingress-tls'], 'ic4'), false, false],
])('%s', async (_, found, isOurs, isOursOnAnOldCluster) => {
  expect(selectBrought([found], await projectWith('traefik'))).toEqual(isOurs ? [found] : []);
  expect(selectBrought([found], await projectWith('ingress-nginx-0.15'))).toEqual(isOursOnAnOldCluster ? [found] : []);
});

it.each([
  ['existing', false],
  ['cert-manager', true],
])('a Secret with our label that ingress-tls.yaml names with source: %s', async (source, isOurs) => {
  const found = object('Secret', 'shared', 'apps', ['ingress-tls']);
  const project = await projectWith(
    'traefik',
    `certificate: {source: ${source}, secretName: shared}\nservices: [{name: svc7, mode: terminate}]\n`,
  );
  expect(selectBrought([found], project)).toEqual(isOurs ? [found] : []);
});
