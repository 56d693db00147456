import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, programPath } from '../support/program.ts';
import { dryRunTakesAll } from '../support/stand-in-answers.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { terminalMissing } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const ingressTls = `'${process.execPath}' '${programPath}'`;
const isFullThere = existsSync('/dev/full');

function inShell(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = {},
): { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return { exitCode: status, stdout, stderr };
}

const full = (stream: string): string =>
  `error: cannot write to ${stream}: no space left on device\nnext: Free some space, then run the same command again.\n`;

describeUnless(isFullThere ? undefined : 'no /dev/full', 'output that finds no space', () => {
  it.each(['--version', '--help', 'list', 'list --json', 'graph', 'schema', 'render', 'apply --dry-run', 'doctor'])(
    'is told by %s on stderr',
    async (command) => {
      await inProject(threeModes, (project) => {
        const { exitCode, stderr } = inShell(`${ingressTls} ${command} > /dev/full`, project);
        expect(exitCode).toBe(3);
        expect(stderr).toContain(full('stdout'));
        expect(stderr).not.toContain('    at ');
      });
    },
  );

  it.each(['unknown-command', 'add-service --no-input', 'init --domain example.test'])(
    'is told by %s on stdout',
    async (command) => {
      await inProject(threeModes, (project) => {
        expect(inShell(`${ingressTls} ${command} 2> /dev/full`, project)).toEqual({
          exitCode: 3,
          stdout: full('stderr'),
          stderr: '',
        });
      });
    },
  );

  it('leaves a document for programs as it is, and ends quietly where nobody can be told', async () => {
    await inProject(threeModes, (project) => {
      const { exitCode, stdout } = inShell(`${ingressTls} status --json 2> /dev/full`, project, {
        KUBECONFIG: join(project, 'none'),
      });
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
      expect(inShell(`${ingressTls} list > /dev/full 2> /dev/full`, project)).toEqual({
        exitCode: 3,
        stdout: '',
        stderr: '',
      });
    });
  });

  it('does not keep an apply from its end, nor its lock from being given back', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(dryRunTakesAll);
      const { exitCode } = inShell(`${ingressTls} apply 2> /dev/full`, project, cluster.env);
      expect(exitCode).toBe(3);
      expect(cluster.events().filter((event) => event === 'end helm upgrade')).toHaveLength(3);
      expect(readdirSync(join(project, '.ingress-tls'))).toEqual(['state.json']);
    });
  });
});

it('a stdout that is open for reading alone is told', async () => {
  await inProject(noServices, (project) => {
    const { exitCode, stderr } = inShell(`${ingressTls} list 1< ingress-tls.yaml`, project);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^error: cannot write to stdout: it is not open for that\nnext: .+\n$/);
  });
});

describe('a current folder that is gone', () => {
  it('is told, and matters to no command that was given another', async () => {
    await inProject(noServices, (project) => {
      const lines = ['list', `-C '${project}' list`, `-C '${project}' render`, `-C '${project}' doctor`, '-C .. list'];
      const script = `mkdir gone; cd gone; rmdir ../gone; ${lines.map((line) => `${ingressTls} ${line}; echo "exit $?"`).join('; ')}`;
      const { stdout, stderr } = inShell(script, project, { PATH: '/usr/bin:/bin', KUBECONFIG: join(project, 'none') });
      expect(stdout.match(/^exit \d+$/gm)).toEqual(['exit 3', 'exit 0', 'exit 0', 'exit 1', 'exit 3']);
      const told =
        'error: cannot use the current folder: it is gone\nnext: Change into a folder that exists, or name one from the root with --directory.\n';
      expect(stderr.split(told)).toHaveLength(3);
      expect(stderr).not.toContain('    at ');
    });
  });

  it('is not what an empty --directory, --context or --kubeconfig means', async () => {
    await inProject(noServices, (project) => {
      for (const line of [`-C '' list`, `status --context ''`, `status --kubeconfig ''`]) {
        const { exitCode, stderr } = inShell(`${ingressTls} ${line}`, project);
        expect(exitCode).toBe(2);
        expect(stderr).toContain('Expected a value; this one is empty.');
      }
    });
  });
});

it('too many open files are told from the first file of ours that is opened', async () => {
  await inProject(noServices, (project) => {
    // The program loads in pieces: what node itself takes before it begins differs from version to version.
    let told = 0;
    for (let limit = 28; limit > 14; limit -= 1) {
      const { exitCode, stderr } = inShell(`ulimit -n ${limit}; ${ingressTls} list`, project);
      if (exitCode === 0) continue;
      // Node fails by itself below that.
      if (!stderr.startsWith('error: ')) break;
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/too many open files/);
      expect(stderr).toMatch(/\nnext: .*ulimit -n/);
      expect(stderr).not.toContain('    at ');
      told += 1;
    }
    expect(told).toBeGreaterThan(0);
  });
});

describeUnless(terminalMissing(), 'a terminal that is gone', () => {
  /** Runs the program at a terminal of its own, which goes away without a signal once `shown` was; returns the exit code. */
  async function runUntilGone(
    args: string,
    shown: string,
    cwd: string,
    outside: string,
    poke: () => void = () => undefined,
  ): Promise<string> {
    const code = join(outside, 'exit-code');
    const script = spawn(
      'script',
      [
        '--quiet',
        '--return',
        '--command',
        `stty cols 80 rows 24; trap '' HUP; setsid ${ingressTls} ${args}; echo $? > '${code}.new'; mv '${code}.new' '${code}'`,
        '/dev/null',
      ],
      {
        cwd,
        env: { ...process.env, TERM: 'xterm-256color', SHELL: '/bin/sh', CI: undefined },
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    onTestFinished(() => {
      script.kill('SIGKILL');
    });
    let text = '';
    script.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk);
    });
    await until(() => text.includes(shown));
    script.kill('SIGKILL');
    await new Promise((resolve) => script.once('close', resolve));
    // Only a write tells that it is gone, and whoever watches files may not have begun yet.
    const poking = setInterval(poke, 3000);
    onTestFinished(() => {
      clearInterval(poking);
    });
    await until(() => existsSync(code));
    return readFileSync(code, 'utf8').trim();
  }

  it('ends a preview, which leaves nothing behind', async () => {
    await inProject(`${noServices}services:\n  - name: svc7\n    mode: terminate\n`, async (project, outside) => {
      let changes = 0;
      // Another host is served and told of each time.
      const change = (): void => {
        changes += 1;
        writeFileSync(
          join(project, 'ingress-tls.yaml'),
          `${noServices}services:\n  - name: svc7\n    mode: terminate\n    host: h${changes}.example.test\n`,
        );
      };
      expect(await runUntilGone('preview --port 0', 'in preview on', project, outside, change)).toBe('3');
      expect(readdirSync(join(project, '.ingress-tls'))).toEqual(['state.json']);
    });
  });

  it('ends a question, and nothing is written', async () => {
    await inFreshFolder(async (outside) => {
      const folder = join(outside, 'empty');
      spawnSync('mkdir', [folder]);
      expect(await runUntilGone('init', 'Under which', folder, outside)).toBe('3');
      expect(readdirSync(folder)).toEqual([]);
    });
  });
});
