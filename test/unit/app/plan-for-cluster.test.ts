import { expect, it } from 'vitest';
import { planForCluster, type ApplySettings } from '../../../src/app/apply/plan-for-cluster.ts';
import type { ClusterFacts } from '../../../src/app/cluster/facts.ts';
import { parseProject } from '../../../src/app/project.ts';
import type { Findings } from '../../../src/cluster/apply-plan.ts';

const project = await parseProject(
  'apiVersion: ingress-tls/v1\ndomain: example.test\nnamespace: apps\nservices:\n  - {name: shop, mode: terminate}\n',
);
const orphans = { releases: [{ name: 'ic3-old', namespace: 'apps' }], objects: [] };
const facts = {
  orphans,
  target: {
    connection: {},
    helmMajor: 3,
    serverValidates: true,
    releases: [],
    existingSecrets: new Set(),
    foreignNamespaces: new Set(),
  },
} as unknown as ClusterFacts;
const unchanged: Findings = {
  changes: {
    objects: [...project.desired.manifests.before, ...project.desired.manifests.after, ...project.desired.objects].map(
      ({ path }) => ({
        path,
        object: { kind: 'Any', name: path },
        change: 'unchanged',
        conflicts: [],
      }),
    ),
    releases: project.desired.services.map(({ name, release, namespace }) => ({
      service: name,
      release,
      namespace,
      change: 'unchanged',
      reasons: [],
    })),
  },
  digests: new Map(),
  unready: new Set(),
  keyless: new Set(),
};
const plan = (settings: Partial<ApplySettings>, findings = unchanged): ReturnType<typeof planForCluster> =>
  planForCluster(project, facts, findings, { timeout: 300, ...settings });

it('leaves alone what the project no longer brings, and says so, until it is to be removed', () => {
  const { commands, changes, left } = plan({});
  expect(commands).toEqual([]);
  expect(changes).toBe(unchanged.changes);
  expect(left).toBe(orphans);
});

it('removes what it tells of, and tells of what it removes', () => {
  const { commands, changes, left } = plan({ prune: true });
  expect(commands.map(({ command: { tool, args } }) => [tool, args[0], args[1]])).toEqual([
    ['helm', 'uninstall', 'ic3-old'],
  ]);
  expect(changes?.releases.filter(({ change }) => change === 'delete').map(({ release }) => release)).toEqual([
    'ic3-old',
  ]);
  expect(left).toEqual({ releases: [], objects: [] });
});

it('sends everything where nobody could look, and claims no change', () => {
  const { commands, changes } = plan({}, { digests: new Map(), unready: new Set(), keyless: new Set() });
  expect(changes).toBeUndefined();
  expect(commands.map(({ phase }) => phase)).toEqual(
    expect.arrayContaining(['namespaces-and-rbac', 'secrets', 'controller', 'rollout', 'services', 'readiness']),
  );
});
