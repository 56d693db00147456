import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Status } from '../../src/model/status.ts';
import { describeUnless } from '../support/describe-with.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { programPath, runProgram, startProgram } from '../support/program.ts';
import { expiredCredentials, namespaces, refusedConnection, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { appliedAnswers } from './status-cluster.ts';

const three = [{ name: 'svc7' }, { name: 'svc8', ready: 0 }, { name: 'svc9', className: 'ic2' }];
const ours = namespaces({ default: {}, 'ingress-nginx-demo': { 'ingress-tls/controller': 'ic3' } });
/** The API server went away. */
const away: Answer = { tool: 'kubectl', when: ['--request-timeout'], stderr: refusedConnection, exitCode: 1 };

describe('status', () => {
  it('shows in one table how each service is, and below what is wrong with the next command; exit 1', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...appliedAnswers(project, three), ours);
      const result = runProgram(['status'], { cwd: project, env: cluster.env });
      expectGolden('status', ['status'], project, result);
      expect(result.exitCode).toBe(1);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      expect(cluster.calls('helm').map(({ args }) => args)).toEqual([['version', '--template={{.Version}}']]);
      // Not even the name of a key's entry is asked for here.
      expect(
        cluster
          .calls()
          .flatMap(({ args }) => args)
          .filter((arg) => arg.includes('tls.key') || arg.includes(String.raw`tls\.key`)),
      ).toEqual([]);
    });
  });

  it('is one stable document with --json', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...appliedAnswers(project, three), ours);
      const { exitCode, stdout } = runProgram(['status', 'svc9', '--json'], { cwd: project, env: cluster.env });
      expect(exitCode).toBe(1);
      const status = JSON.parse(stdout) as Status;
      expect(Object.keys(status)).toEqual(['well', 'cluster', 'controller', 'services', 'problems']);
      expect(status.services).toMatchObject([
        {
          name: 'svc9',
          mode: 'passthrough',
          release: { status: 'deployed', revision: 1 },
          pods: { ready: 1, wanted: 1 },
          route: { kind: 'Ingress', state: 'foreign', className: 'ic2', controller: 'ingress-tls/ic2' },
          ingress: { state: 'foreign', className: 'ic2', controller: 'ingress-tls/ic2' },
          certificate: { secret: 'ic3-svc9-tls', state: 'valid' },
        },
      ]);
      expect(stdout).not.toContain('PRIVATE KEY');
    });
  });

  it.each([
    ['a cluster that is away', refusedConnection],
    ['credentials that have expired', expiredCredentials],
  ])('exits 3 for %s, with --watch as well', async (_title, stderr) => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ ...away, stderr });
      for (const more of [[], ['--watch']])
        expect(runProgram(['status', ...more], { cwd: project, env: cluster.env })).toMatchObject({
          exitCode: 3,
          stdout: '',
        });
    });
  });

  it('knows its services', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      expect(runProgram(['status', 'svc10'], { cwd: project, env: cluster.env }).exitCode).toBe(2);
      expect(cluster.calls()).toEqual([]);
    });
  });

  it('--watch --json prints a line for each change, and goes on while the API server is away; SIGTERM ends it with 0', async () => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(
        ...appliedAnswers(project, [{ name: 'svc7' }, { name: 'svc8' }, { name: 'svc9', className: 'ic2' }]),
        ours,
      );
      const program = startProgram(['status', '--watch', '--json', '--interval', '1s'], {
        cwd: project,
        env: cluster.env,
      });
      const looks = (): number => cluster.calls().filter(({ args }) => args.includes('--dry-run=server')).length;
      // Two looks, one line: nothing has changed between them.
      await until(() => looks() >= 2);
      cluster.answer(away);
      cluster.forget();
      await until(() => cluster.calls().length >= 8);
      cluster.answer(...appliedAnswers(project, [{ name: 'svc7' }, { name: 'svc8' }, { name: 'svc9' }]), ours);
      cluster.forget();
      await until(() => looks() >= 3);
      program.kill('SIGTERM');
      const { exitCode, stdout } = await program.ended;
      expect(exitCode).toBe(0);
      const printed = stdout
        .trim()
        .split('\n')
        .map(
          (line) =>
            JSON.parse(line) as {
              readonly error?: { readonly message: string };
              readonly services?: Status['services'];
            },
        );
      expect(
        printed.map(({ error, services }) =>
          error === undefined ? services?.map(({ route: { className } }) => className).join(' ') : 'error',
        ),
      ).toEqual(['ic3 ic3 ic2', 'error', 'ic3 ic3 ic3']);
    });
  });
});

describe('status --watch --json', () => {
  it('ends when its reader is gone', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...appliedAnswers(project, three), ours);
      // The shell waits for both; nothing changes after the first line, so that no news would tell.
      const {
        status: exitCode,
        stdout,
        signal,
      } = spawnSync(
        '/bin/sh',
        [
          '-c',
          '"$0" "$@" | head -n 1',
          process.execPath,
          programPath,
          'status',
          '--watch',
          '--json',
          '--interval',
          '1s',
        ],
        {
          cwd: project,
          env: { ...process.env, ...cluster.env, PATH: [cluster.env['PATH'], process.env['PATH']].join(delimiter) },
          encoding: 'utf8',
          timeout: 60_000,
        },
      );
      expect(signal).toBe(null);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toHaveProperty('services');
    });
  });
});

describeUnless(terminalMissing(), 'status at a terminal', () => {
  const long = threeModes.replace('svc7', 'a-service-with-a-long-name-that-ends-in-svc7');

  it('stays within 80 columns, with long names too', async () => {
    await inProject(long, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...appliedAnswers(project, [{ name: 'svc8' }, { name: 'svc9' }]), ours);
      const { exitCode, text } = await startAtTerminal(['status'], { cwd: project, env: cluster.env }).ended;
      expect(exitCode).toBe(1);
      const lines = text.split('\r\n');
      const table = lines.slice(lines.findIndex((line) => line.startsWith('NAME')));
      expect(table.slice(0, 4).filter((line) => line.length > 80)).toEqual([]);
      expect(text).toContain('a-service-with-a-long-name-that-ends-in-svc7: not applied yet');
    });
  });

  it('--watch redraws in place without blanking the screen, and Ctrl-C ends it with 0', async () => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...appliedAnswers(project, three), ours);
      const session = startAtTerminal(['status', '--watch', '--interval', '1s'], { cwd: project, env: cluster.env });
      await session.waitFor('Ctrl-C ends');
      await session.waitFor('svc8: not ready: 0 of 1 pods');
      cluster.answer(away);
      await session.waitFor('cannot look, and tries again');
      session.press('\u0003');
      const { exitCode, raw } = await session.ended;
      expect(exitCode).toBe(0);
      expect(raw.split('\u001b[H').length).toBeGreaterThan(2);
      expect(raw).not.toContain('\u001b[2J');
      // The last drawing still tells what was seen before the cluster went away.
      expect(raw.split('\u001b[H').at(-1)).toContain('svc8');
      // Never more lines than the terminal has: 24.
      for (const drawing of raw.split('\u001b[H').slice(1))
        expect(drawing.split('\r\n').length).toBeLessThanOrEqual(24);
    });
  });
});
