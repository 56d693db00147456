import { appendFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { viewRendered, type RenderedProject } from '../../../src/app/cluster/rendered-project.ts';
import { planProject } from '../../../src/app/plan-project.ts';
import { loadProject } from '../../../src/app/project.ts';
import { openSession } from '../../../src/cli/session.ts';
import { carryOutPlan } from '../../../src/app/write-project.ts';
import { createWorld } from '../../../src/world/create-world.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';

const config = `apiVersion: ingress-tls/v1
domain: example.test
namespace: "on"
controller: {profile: traefik, name: ic3}
certificate: {secretName: wildcard-tls, keyType: ecdsa-p256}
services:
  - {name: a, mode: terminate}
  - {name: b, mode: reencrypt}
  - {name: c, mode: passthrough}
`;

it('gives the objects of Secrets as a reader of their files sees them', async () => {
  const root = makeTemporaryFolder();
  writeFileSync(join(root, 'ingress-tls.yaml'), config);
  const world = createWorld(process, { version: '0', packageFolder: new URL('../../../', import.meta.url) });
  const session = openSession(world, { directory: root, color: false });
  const project = await loadProject(session);
  const paths = project.desired.objects.map(({ path }) => path);
  expect(paths).toHaveLength(5);
  const look = (): RenderedProject => viewRendered(session, project, planProject(session, project, false));

  expect(paths.map((path) => look().readObjects(path))).toEqual(paths.map(() => undefined));
  const before = planProject(session, project, false);
  await carryOutPlan(session, before.plan, before.observed);
  // The project as planned then and as it is now is the same one.
  for (const rendered of [viewRendered(session, project, before), look()]) {
    for (const path of paths) {
      const documents = parseAllDocuments(readFileSync(join(root, path), 'utf8'), { version: '1.1' });
      expect(rendered.readObjects(path)).toEqual(documents.map((document) => document.toJS() as unknown));
    }
  }

  const [service] = project.desired.services;
  expect(look().readChangedChart(service!)).toBeUndefined();
  // helm cannot read the folder now, and leaves the link out of a chart.
  symlinkSync('a@b.1:2', join(root, 'charts/a/templates/.#service.yaml'));
  const copied = [...(look().readChangedChart(service!)?.keys() ?? [])];
  expect(copied).toEqual(expect.arrayContaining(['Chart.yaml', 'templates/service.yaml']));
  expect(copied).not.toContain('templates/.#service.yaml');

  const [edited = ''] = paths;
  appendFileSync(join(root, edited), 'immutable: true\n');
  expect(look().readObjects(edited)).toMatchObject([{ kind: 'Secret', immutable: true }]);
});
