import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeUnless } from '../support/describe-with.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder } from '../support/program.ts';
import { brokenRollout, dryRunTakesAll } from '../support/stand-in-answers.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const oneService = `${noServices}services:\n  - name: svc7\n    mode: terminate\n`;

const controlC = '\u0003';
const enter = '\r';
const escape = '\u001b';
const color = /\u001b\[[0-9;]*m/;

function readConfig(folder: string): unknown {
  return parse(readFileSync(join(folder, 'ingress-tls.yaml'), 'utf8'));
}

describeUnless(terminalMissing(), 'at a terminal', () => {
  it('init asks for the domain and shows the default, which Enter takes', async () => {
    await inFreshFolder(async (folder) => {
      const session = startAtTerminal(['init', '--key-type', 'ecdsa-p256'], { cwd: folder });
      await session.waitFor('Under which domain are the services reached?');
      await session.waitFor('example.test');
      session.press(enter);
      await session.waitFor('Which controller?');
      await session.waitFor('ingress-nginx (v1.15.1; retired in March 2026');
      // Enter takes what is recommended.
      await session.waitFor('recommended');
      session.press(enter);
      const { exitCode, text } = await session.ended;
      expect(exitCode).toBe(0);
      expect(text).toContain('The domain is example.test');
      expect(readConfig(folder)).toMatchObject({ domain: 'example.test', controller: { profile: 'traefik' } });
    });
  });

  it('init takes the domain that is typed', async () => {
    await inFreshFolder(async (folder) => {
      const session = startAtTerminal(['init', '--key-type', 'ecdsa-p256'], { cwd: folder });
      await session.waitFor('Under which domain');
      session.press(`apps.example.org${enter}`);
      await session.waitFor('Which controller?');
      // Up: from traefik to ingress-nginx.
      session.press(`\u001b[A${enter}`);
      const { exitCode, text } = await session.ended;
      expect(exitCode).toBe(0);
      expect(text).toContain('[controller-retired]');
      expect(readConfig(folder)).toMatchObject({
        domain: 'apps.example.org',
        controller: { profile: 'ingress-nginx' },
      });
    });
  });

  it.each([
    ['--profile', 'ingress-nginx'],
    ['--controller-image', 'registry.example/fork:1'],
  ])('init with %s does not ask for the controller', async (...flags) => {
    await inFreshFolder(async (folder) => {
      const line = ['init', '--domain', 'example.test', '--key-type', 'ecdsa-p256', ...flags];
      const { exitCode, text } = await startAtTerminal(line, { cwd: folder }).ended;
      expect(exitCode).toBe(0);
      expect(text).not.toContain('?');
    });
  });

  it('Ctrl-C at the prompt of init exits 130 and writes nothing', async () => {
    await inFreshFolder(async (folder) => {
      const session = startAtTerminal(['init'], { cwd: folder });
      await session.waitFor('Under which domain');
      session.press(controlC);
      const { exitCode, text } = await session.ended;
      expect(exitCode).toBe(130);
      expect(text).toContain('nothing was written');
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('Ctrl-C at the prompt of add-service exits 130 and changes nothing', async () => {
    await inProject(noServices, async (project) => {
      const session = startAtTerminal(['add-service'], { cwd: project });
      await session.waitFor('Where does TLS end?');
      session.press(controlC);
      expect((await session.ended).exitCode).toBe(130);
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(noServices);
    });
  });

  it('add-service asks for the mode and the name', async () => {
    await inProject(noServices, async (project) => {
      const session = startAtTerminal(['add-service'], { cwd: project });
      await session.waitFor('Where does TLS end?');
      // Down: from terminate to reencrypt.
      session.press(`\u001b[B${enter}`);
      await session.waitFor('What is the service called?');
      await session.waitFor('svc8');
      session.press(enter);
      expect((await session.ended).exitCode).toBe(0);
      expect(readConfig(project)).toMatchObject({ services: [{ name: 'svc8', mode: 'reencrypt' }] });
    });
  });

  it('add-service --mode passthrough is a whole command', async () => {
    await inProject(noServices, async (project) => {
      const { exitCode, text } = await startAtTerminal(['add-service', '--mode', 'passthrough'], { cwd: project })
        .ended;
      expect(exitCode).toBe(0);
      expect(text).not.toContain('?');
      expect(readConfig(project)).toMatchObject({ services: [{ name: 'svc9', mode: 'passthrough' }] });
    });
  });

  it('add-service --mode passthrough asks for a name when svc9 exists', async () => {
    await inProject(threeModes, async (project) => {
      const session = startAtTerminal(['add-service', '--mode', 'passthrough'], { cwd: project });
      await session.waitFor('What is the service called?');
      await session.waitFor('svc10');
      session.press(`shop${enter}`);
      expect((await session.ended).exitCode).toBe(0);
      expect(readConfig(project)).toMatchObject({ services: [{}, {}, {}, { name: 'shop', mode: 'passthrough' }] });
    });
  });

  it.each([
    ['--yes', ['--yes'], {}],
    ['--no-input', ['--no-input'], {}],
    ['CI=true', [], { CI: 'true' }],
  ])('init with %s asks nothing', async (_title, flags, env) => {
    await inFreshFolder(async (folder) => {
      const { exitCode, text } = await startAtTerminal(['init', '--key-type', 'ecdsa-p256', ...flags], {
        cwd: folder,
        env,
      }).ended;
      expect(exitCode).toBe(0);
      expect(text).not.toContain('?');
      expect(readConfig(folder)).toMatchObject({ domain: 'example.test' });
    });
  });

  it.each([
    ['--no-input', ['--no-input'], {}],
    ['CI=true', [], { CI: 'true' }],
  ])('add-service with %s and a name that is missing is a usage error', async (_title, flags, env) => {
    await inProject(threeModes, async (project) => {
      const { exitCode, text } = await startAtTerminal(['add-service', '--mode', 'passthrough', ...flags], {
        cwd: project,
        env,
      }).ended;
      expect(exitCode).toBe(2);
      expect(text).toContain('missing name');
    });
  });

  it('Ctrl-C while helm is at work is answered at once; helm does not hear it and ends its work', async () => {
    await inProject(oneService, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'helm', when: ['upgrade'], seconds: 2 });
      const session = startAtTerminal(['apply'], { cwd: project, env: cluster.env });
      await until(() => cluster.calls('helm').some(({ args }) => args.includes('upgrade')));
      session.press(controlC);
      await session.waitFor('Stopping: waiting for tools that change something');
      expect(cluster.events()).not.toContain('end helm upgrade');
      expect((await session.ended).exitCode).toBe(130);
      expect(cluster.events().filter((event) => event.includes('upgrade'))).toEqual([
        'begin helm upgrade',
        'end helm upgrade',
      ]);
    });
  });

  it('a second Ctrl-C is passed on', async () => {
    await inProject(oneService, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'helm', when: ['upgrade'], seconds: 1000 });
      const session = startAtTerminal(['apply'], { cwd: project, env: cluster.env });
      await until(() => cluster.calls('helm').some(({ args }) => args.includes('upgrade')));
      session.press(controlC);
      await session.waitFor('Stopping: ');
      session.press(controlC);
      const { exitCode, text } = await session.ended;
      expect(exitCode).toBe(130);
      expect(text).toContain('Passing the signal on');
      expect(cluster.events()).toContain('SIGINT helm upgrade');
    });
  });

  it('colours go to a terminal and only there', async () => {
    await inProject(noServices, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(dryRunTakesAll, { tool: 'kubectl', when: ['apply'], stderr: brokenRollout, exitCode: 1 });
      const colored = await startAtTerminal(['apply'], { cwd: project, env: cluster.env }).ended;
      expect(colored.exitCode).toBe(3);
      expect(colored.raw).toMatch(color);
      const plain = await startAtTerminal(['apply'], { cwd: project, env: { ...cluster.env, NO_COLOR: '1' } }).ended;
      expect(plain.exitCode).toBe(3);
      expect(plain.raw).not.toMatch(color);
      const flagged = await startAtTerminal(['init', '--no-color'], { cwd: project }).ended;
      expect(flagged.exitCode).toBe(2);
      expect(flagged.raw).not.toMatch(color);
      // Nothing moves on a terminal that cannot, nor in a file while the other stream is at a terminal.
      const dumb = await startAtTerminal(['apply'], { cwd: project, env: { ...cluster.env, TERM: 'dumb' } }).ended;
      expect(dumb.raw).not.toContain(escape);
      expect(dumb.raw).toContain('✖ apply manifests/ic-common.yaml');
      await startAtTerminal(['apply'], { cwd: project, env: cluster.env, redirect: '2> ../stderr.txt' }).ended;
      const stderr = readFileSync(join(outside, 'stderr.txt'), 'utf8');
      expect(stderr).toContain('✖ apply manifests/ic-common.yaml');
      expect(stderr).not.toContain(escape);
    });
  });

  it('messages are broken between words, within 80 columns', async () => {
    await inProject(noServices, async (project) => {
      const { exitCode, text } = await startAtTerminal(['add-service', '--mode', 'passthrough'], { cwd: project })
        .ended;
      expect(exitCode).toBe(0);
      expect(text).toContain('note: Passthrough (svc9)');
      expect(text.split('\r\n').filter((line) => line.length > 80)).toEqual([]);
    });
  });
});
