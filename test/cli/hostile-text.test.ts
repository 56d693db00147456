import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { currentAnswers, installedAnswers, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';

/** Sets the terminal's title, clears it, hides and turns what follows: OSC, CSI in one character and in two, bidi override, carriage return. */
const mark = 'owned';
const hostile = `\u001b]0;${mark}\u0007\u001b[2J\u009b8m\u202e\r`;

/** Whatever else than text, spaces and line breaks there may be. */
const steering = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;

const commands: readonly (readonly string[])[] = [
  ...[
    ['apply'],
    ['apply', '--dry-run'],
    ['apply', '--verbose'],
    ['apply', '--prune'],
    ['apply', '--json'],
    ['diff'],
    ['diff', '--json'],
    ['status'],
    ['status', '--json'],
  ],
  ...[
    ['destroy', '--confirm', 'ic3'],
    ['doctor'],
    ['doctor', '--json'],
    ['verify', '--context', 'demo'],
    ['verify', '--context', 'demo', '--json'],
    ['curl', 'svc7'],
    ['list'],
    ['render'],
  ],
];

/** What the tools say, with every text in it hostile. */
function corrupt(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
      typeof value === 'string' ? value + hostile : value,
    );
  } catch {
    return text.replace(/[^\s]+$/gm, (word) => word + hostile);
  }
}

const clusters: Readonly<Record<string, readonly Answer[]>> = {
  'a cluster that says hostile things': [...installedAnswers, ...currentAnswers].map((answer) => ({
    ...answer,
    stdout: corrupt(answer.stdout ?? ''),
    stderr: hostile,
  })),
  'a cluster whose version is hostile': currentAnswers
    .filter(({ when }) => when.includes('version'))
    .map((answer) => ({ ...answer, stdout: corrupt(answer.stdout ?? '') })),
  'a kubeconfig with hostile names': currentAnswers
    .filter(({ when }) => when.includes('config'))
    .map((answer) => ({ ...answer, stdout: corrupt(answer.stdout ?? '') })),
  'a cluster of somebody else with hostile names': installedAnswers.map((answer) => ({
    ...answer,
    stdout: (answer.stdout ?? '').replaceAll('ic3-svc8', `x${hostile}`),
  })),
  'tools that fail with hostile words': [
    { tool: 'kubectl', when: [], stderr: `error: ${hostile}`, exitCode: 1 },
    { tool: 'helm', when: [], stderr: `Error: ${hostile}`, exitCode: 1 },
  ],
};

/** What was said of it, over all cases: a text that never gets through proves nothing. */
let said = '';

function judge(output: string): void {
  expect(steering.exec(output)?.[0]).toBeUndefined();
  said += output;
}

describe.each(Object.entries(clusters))('%s', (_title, answers) => {
  it.each(commands.map((args) => [args.join(' '), args] as const))('%s', async (_command, args) => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...answers);
      const { stdout, stderr } = runProgram(args, { cwd: project, env: cluster.env });
      judge(stdout + stderr);
    });
  });
});

describe('the command line', () => {
  it.each([
    ['an unknown command', [hostile]],
    ['an unknown option', [`--${hostile}`]],
    ['an unknown help', ['help', hostile]],
    ['-C', ['-C', hostile, 'list']],
    ['--port', ['preview', '--port', hostile]],
    ['--format', ['graph', '--format', hostile]],
    ['--mode', ['add-service', 'x', '--mode', hostile]],
    ['--timeout', ['apply', '--timeout', hostile]],
    ['--address', ['verify', '--address', hostile]],
    ['--kubeconfig', ['status', '--kubeconfig', hostile]],
    ['--context', ['status', '--context', hostile]],
    ['--domain', ['init', '--domain', hostile]],
    ['--image', ['add-service', 'x', '--mode', 'terminate', '--image', hostile]],
    ['--host', ['add-service', 'x', '--mode', 'terminate', '--host', hostile]],
    ['a service', ['verify', hostile]],
    ['a service to remove', ['remove-service', hostile]],
    ['a path', ['curl', 'svc7', hostile]],
    ['a name to confirm', ['destroy', '--confirm', hostile]],
  ])('%s', async (_title, args) => {
    await inProject(threeModes, (project, outside) => {
      const { stdout, stderr, exitCode } = runProgram(args, { cwd: project, env: installStandInCluster(outside).env });
      judge(stdout + stderr);
      expect(exitCode).not.toBe(0);
      expect(exitCode).not.toBe(70);
    });
  });
});

describe('files of the project', () => {
  it.each([
    [
      'the lock',
      '.ingress-tls/lock',
      JSON.stringify({
        pid: 1,
        hostname: `else${hostile}`,
        command: `apply${hostile}`,
        startedAt: new Date().toISOString(),
      }),
    ],
    ['the state', '.ingress-tls/state.json', `{"${hostile}"`],
    ['the preview', '.ingress-tls/preview.json', JSON.stringify({ pid: 1, host: hostile, port: hostile })],
    ['an edited file', 'manifests/ic-common.yaml', `${hostile}\n`],
    ['a certificate', 'certs/wildcard.crt', `-----BEGIN CERTIFICATE-----${hostile}`],
    [
      'the intent',
      'ingress-tls.yaml',
      `apiVersion: ingress-tls/v1\ndomain: "${JSON.stringify(hostile).slice(1, -1)}"\n? ${hostile}`,
    ],
  ])('%s', async (_title, path, content) => {
    await inProject(threeModes, (project, outside) => {
      mkdirSync(join(project, path, '..'), { recursive: true });
      writeFileSync(join(project, path), content);
      const { env } = installStandInCluster(outside);
      for (const args of [['render'], ['list'], ['verify'], ['apply'], ['doctor'], ['graph']]) {
        const { stdout, stderr } = runProgram(args, { cwd: project, env });
        judge(stdout + stderr);
      }
    });
  });
});

describeUnless(terminalMissing(), 'at a terminal', () => {
  it.each([['apply'], ['status'], ['doctor'], ['destroy']])(
    '%s steers it with nothing but what this program writes itself',
    async (command) => {
      await inProject(threeModes, async (project, outside) => {
        const cluster = installStandInCluster(outside);
        cluster.answer(...(clusters['a cluster that says hostile things'] ?? []));
        const { raw } = await startAtTerminal([command, ...(command === 'destroy' ? ['--confirm', 'ic3'] : [])], {
          cwd: project,
          env: cluster.env,
        }).ended;
        for (const sequence of [`\u001b]0;${mark}`, '\u001b[2J', '\u009b', '\u202e'])
          expect(raw).not.toContain(sequence);
        said += raw;
      });
    },
  );
});

afterAll(() => {
  expect(said).toContain(`\\u{1b}]0;${mark}`);
});
