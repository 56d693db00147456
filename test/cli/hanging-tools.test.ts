import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, startProgram } from '../support/program.ts';
import type { Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';
import { until } from '../support/until.ts';

/** A tool that never answers, and that neither SIGINT nor SIGTERM ends. */
function hang(tool: 'kubectl' | 'helm', ...when: readonly string[]): Answer {
  return { tool, when, seconds: 1000, deaf: true };
}

const cases: readonly (readonly [title: string, args: readonly string[], hung: Answer])[] = [
  ['doctor', ['doctor'], hang('helm', 'version')],
  ['doctor, a question to the cluster', ['doctor'], hang('kubectl', 'get', 'namespaces')],
  ['status', ['status'], hang('kubectl', 'version')],
  ['diff', ['diff'], hang('helm', 'template')],
  ['apply --dry-run', ['apply', '--dry-run'], hang('kubectl', 'config')],
  ['apply', ['apply'], hang('helm', 'version')],
  ['destroy --dry-run', ['destroy', '--dry-run'], hang('helm', 'list')],
  ['destroy', ['destroy', '--confirm', 'ic3'], hang('kubectl', 'api-resources')],
  ['verify', ['verify'], hang('kubectl', 'config')],
  ['verify --deep --logs', ['verify', '--deep', '--logs'], hang('kubectl', 'get', 'nodes')],
];

const withoutBound: typeof cases = [
  ['curl', ['curl', 'svc7'], hang('kubectl', 'version')],
  ['preview', ['preview', '--port', '0'], hang('helm', 'template')],
];

function wordOf({ when }: Answer): string {
  return when.at(-1) ?? '';
}

describe('a tool that hangs', () => {
  it.each([
    ...[...cases, ...withoutBound].flatMap(([title, args, hung]) =>
      (
        [
          ['SIGINT', 130],
          ['SIGTERM', 143],
        ] as const
      ).map(([signal, exitCode]) => [title, signal, args, hung, exitCode] as const),
    ),
    // Whoever closes a terminal sends it.
    ['status', 'SIGHUP', ['status'], hang('kubectl', 'version'), 143] as const,
  ])('%s: %s ends it with the program', async (_title, signal, args, hung, exitCode) => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(hung);
      const run = startProgram(args, { cwd: project, env: cluster.env });
      await until(() => cluster.calls(hung.tool).some((call) => call.args.includes(wordOf(hung))));
      run.kill(signal);
      const result = await run.ended;
      expect(result).toMatchObject({ exitCode, signal: null });
      expect(result.stderr).toMatch(/error: stopped( before anything was written to the cluster)?\n/);
      await until(() => cluster.running().length === 0);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  // These wait most of their time.
  it.concurrent.each(cases)('%s: it is ended once its time is over, and named', async (_title, args, hung) => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(hung);
      const { exitCode, stdout, stderr } = await startProgram([...args, '--timeout', '8s'], {
        cwd: project,
        env: cluster.env,
      }).ended;
      expect(stdout + stderr).toMatch(new RegExp(`cannot [^\n]+: ${hung.tool} did not end within 8 s`));
      // What is optional, or told beside other findings, ends no run.
      if (!['doctor', 'status', 'apply --dry-run'].includes(args.join(' '))) {
        expect(exitCode).toBe(3);
        expect(stderr).toMatch(
          /\nnext: [^\n]*(?:\n[^\n]*)?, then run the same command again, with a longer --timeout\.\n/,
        );
      }
      await until(() => cluster.running().length === 0);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it('one question of several that fails ends the others', async () => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(hang('kubectl', 'get', '-f'), {
        tool: 'helm',
        when: ['template'],
        stderr: 'Error: broken\n',
        exitCode: 1,
      });
      const { exitCode, stderr } = await startProgram(['diff', '--timeout', '1h'], { cwd: project, env: cluster.env })
        .ended;
      expect(exitCode).toBe(3);
      expect(stderr).toContain('cannot render charts/svc7');
      expect(cluster.calls().some(({ args }) => args.includes('get') && args.includes('-f'))).toBe(true);
      await until(() => cluster.running().length === 0);
    });
  });

  it('status --watch ends with 0, as it says', async () => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(hang('kubectl', 'get'));
      const run = startProgram(['status', '--watch'], { cwd: project, env: cluster.env });
      await until(() => cluster.calls().some(({ args }) => args.includes('get')));
      run.kill('SIGINT');
      expect(await run.ended).toMatchObject({ exitCode: 0, signal: null, stderr: '' });
      await until(() => cluster.running().length === 0);
    });
  });

  it('a second Ctrl-C ends a command that only reads at once, and its tools', async () => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(hang('kubectl', 'version'));
      const run = startProgram(['status'], { cwd: project, env: cluster.env });
      await until(() => cluster.calls().some(({ args }) => args.includes('version')));
      run.kill('SIGINT');
      // Two signals that wait at once are one.
      await new Promise((resolve) => setTimeout(resolve, 200));
      run.kill('SIGINT');
      const { exitCode, signal } = await run.ended;
      // On a busy machine it may have ended by the first one.
      expect(['SIGINT', 130]).toContain(signal ?? exitCode);
      await until(() => cluster.running().length === 0);
    });
  });

  it('an openssl that hangs is none that works', async () => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'openssl', when: ['version'], seconds: 1000, deaf: true });
      const { stdout } = runProgram(['doctor', '--timeout', '8s'], { cwd: project, env: cluster.env });
      expect(stdout).toContain("note     openssl: cannot read openssl's version: openssl did not end within 8 s\n");
      await until(() => cluster.running().length === 0);
    });
  });

  it.skipIf(terminalMissing() !== undefined).each([
    ['doctor', ['doctor'], hang('helm', 'version'), " s for helm to read helm's version"],
    ['status', ['status'], hang('kubectl', 'version'), ' s for kubectl to reach the cluster of context demo'],
    ['apply', ['apply'], hang('kubectl', 'version'), ' s for kubectl to reach the cluster of context demo'],
  ] as const)('%s at a terminal says what it waits for, and takes the line back', async (_title, args, hung, line) => {
    await inProject(threeModes, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(hung);
      const session = startAtTerminal(args, { cwd: project, env: cluster.env });
      await session.waitFor(line);
      session.press('\u0003');
      const { exitCode, raw } = await session.ended;
      expect(exitCode).toBe(130);
      expect(raw).toContain('\r\u001b[K');
      expect(raw.slice(raw.lastIndexOf('\u001b[K'))).not.toContain('waiting');
      await until(() => cluster.running().length === 0);
    });
  });
});
