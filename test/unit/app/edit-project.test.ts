import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { addToProject, createProject, removeFromProject, renderProject } from '../../../src/app/edit-project.ts';
import { listProject } from '../../../src/app/list.ts';
import { hostPair } from '../../../src/project/places.ts';
import { openSession, type CommandSession } from '../../../src/cli/session.ts';
import { createWorld } from '../../../src/world/create-world.ts';
import type { OutputStream } from '../../../src/world/world.ts';
import { failureOf, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

/** A session in a folder of its own, and what was printed in it. */
function open(): { readonly session: CommandSession; readonly printed: () => string } {
  let printed = '';
  const stream = new Writable({
    write: (chunk: unknown, _encoding, done) => {
      printed += String(chunk);
      done();
    },
  }) as unknown as OutputStream;
  const world = createWorld(process, { version: '0', packageFolder: new URL('../../../', import.meta.url) });
  return {
    session: openSession(
      { ...world, stdout: stream, stderr: stream },
      { directory: makeTemporaryFolder(), color: false },
    ),
    printed: () => printed,
  };
}

const intent = {
  domain: 'example.test',
  controller: { profile: 'ingress-nginx', name: 'ic3' },
  certificate: { keyType: 'ecdsa-p256' },
};

it('makes, changes and reads a project, returns what that came to, and prints nothing', async () => {
  const { session, printed } = open();
  const created = await createProject(session, intent);
  expect(created.plan.steps.map(({ path }) => path)).toContain(hostPair().certificate);
  expect(created.backups).toEqual([]);
  expect(await failureOf(() => createProject(session, intent))).toMatchObject({
    message: expect.stringContaining('exists already') as unknown,
  });

  const added = await addToProject(session, { name: 'shop', mode: 'passthrough' });
  expect(added.service).toMatchObject({ name: 'shop', host: 'shop.example.test' });
  // What was said of the controller when it was chosen is no news.
  const codes = created.news.map(({ code }) => code);
  expect(added.news.map(({ code }) => code).filter((code) => codes.includes(code))).toEqual([]);
  expect(await failureOf(() => addToProject(session, { name: 'shop', mode: 'terminate' }))).toMatchObject({
    message: 'ingress-tls.yaml has a service shop already',
  });

  const listed = await listProject(session);
  expect(listed.project.config.services.map(({ name }) => name)).toEqual(['shop']);
  expect(listed.certificates.every(({ daysLeft }) => daysLeft !== null && daysLeft > 0)).toBe(true);

  const removed = await removeFromProject(session, 'shop');
  expect(removed.unneeded.length).toBeGreaterThan(0);
  // What nothing needs any more is still there.
  expect(removed.unneeded.map(({ key }) => existsSync(join(session.root, key)))).toEqual(
    removed.unneeded.map(() => true),
  );
  expect(existsSync(join(session.root, 'charts/shop/Chart.yaml'))).toBe(false);
  expect(printed()).toBe('');
});

it('keeps an edited file and names it, and replaces it when forced to, with a copy', async () => {
  const { session, printed } = open();
  await createProject(session, intent);
  await addToProject(session, { name: 'shop', mode: 'terminate' });
  const path = 'charts/shop/values.yaml';
  writeFileSync(join(session.root, path), 'mine: true\n');
  const kept = await renderProject(session, false);
  expect(kept.plan.conflicts.map((conflict) => conflict.path)).toEqual([path]);
  const { plan, backups } = await renderProject(session, true);
  expect(plan.conflicts).toEqual([]);
  expect(backups.map((backup) => readFileSync(join(session.root, backup), 'utf8'))).toEqual(['mine: true\n']);
  expect(printed()).toBe('');
});
