import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { createExec, type ExecSettings, type ExternalCommand, type ToolStop } from '../../../src/world/exec/exec.ts';
import { InternalError, Interrupted, ToolError } from '../../../src/errors.ts';
import { failureOf, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

const quick = { read: 300, kill: 300, helm: 600, output: 200 };

function execWith(
  programs: Readonly<Record<string, string>>,
  settings: Partial<ExecSettings> = {},
): ReturnType<typeof createExec> {
  return createExec({ env: installStandIns(programs), cwd: makeTemporaryFolder(), graceMs: quick, ...settings });
}

interface Stoppable extends ToolStop {
  readonly ask: () => void;
  readonly insist: (signal?: NodeJS.Signals) => void;
}

const asked = new Interrupted('stopped');

function stoppable(): Stoppable {
  const [asking, insisting] = [new AbortController(), new AbortController()];
  return {
    asked: asking.signal,
    insisted: insisting.signal,
    ask: () => {
      asking.abort(asked);
    },
    insist: (signal) => {
      insisting.abort(signal);
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function read(tool: ExternalCommand['tool'], ...args: readonly string[]): ExternalCommand {
  return { tool, args, effect: 'read' };
}

describe('createExec', () => {
  it('passes arguments and standard input on as they are and returns what came back', async () => {
    const exec = execWith({
      kubectl: `let input = ''; process.stdin.setEncoding('utf8').on('data', (chunk) => { input += chunk; }).on('end', () => {
        console.log(JSON.stringify([process.argv.slice(2), input, process.cwd()])); console.error('words'); process.exitCode = 7; });`,
    });
    const args = ['a b', '$(id)', '`id`', "'", '"', '', '*', '\\', 'ä', '--x=;rm -rf'];
    const result = await exec.run(read('kubectl', ...args), { timeoutMs: 10_000, stdin: 'ä\nsecond' });
    const [seenArgs, seenInput] = JSON.parse(result.stdout) as [string[], string];
    expect(seenArgs).toEqual(args);
    expect(seenInput).toBe('ä\nsecond');
    expect(result).toMatchObject({
      exitCode: 7,
      stderr: 'words\n',
      timedOut: false,
      stillRunning: undefined,
      isCut: false,
      durationMs: expect.any(Number) as number,
    });
  });

  it('gives an empty standard input when there is none, so that a tool that asks does not wait', async () => {
    const exec = execWith({ kubectl: `process.stdin.on('data', () => {}).on('end', () => console.log('end'));` });
    expect((await exec.run(read('kubectl'), { timeoutMs: 10_000 })).stdout).toBe('end\n');
  });

  it('survives a tool that does not read its input', async () => {
    const exec = execWith({ kubectl: `process.stdin.destroy(); process.exit(3);` });
    expect((await exec.run(read('kubectl'), { timeoutMs: 10_000, stdin: 'x'.repeat(5_000_000) })).exitCode).toBe(3);
  });

  it('says how to install a program that is missing or cannot be executed', async () => {
    const folder = makeTemporaryFolder();
    writeFileSync(join(folder, 'openssl'), 'no program', { mode: 0o644 });
    const exec = createExec({ env: { PATH: folder }, cwd: folder });
    const links = {
      kubectl: 'https://kubernetes.io/docs/tasks/tools/',
      helm: 'https://helm.sh/docs/intro/install/',
      openssl: 'openssl',
    } as const;
    for (const [tool, link] of Object.entries(links)) {
      const error = await failureOf(() =>
        exec.run(read(tool as keyof typeof links), { timeoutMs: 1000, stdin: 'SECRET' }),
      );
      expect(error).toBeInstanceOf(ToolError);
      expect((error as ToolError).message).toContain(`cannot run ${tool}`);
      expect((error as ToolError).remedy).toContain(link);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('SECRET');
    }
  });

  it('tells a missing folder from a missing program', async () => {
    const exec = execWith({ kubectl: '' }, { cwd: join(makeTemporaryFolder(), 'gone') });
    expect(String(await failureOf(() => exec.run(read('kubectl'), { timeoutMs: 1000 })))).toContain('is gone');
  });

  it('stops a kubectl that hangs, and kills one that ignores SIGTERM', async () => {
    const exec = execWith({
      kubectl: `if (process.argv[2] === 'deaf') process.on('SIGTERM', () => {}); console.log('partly'); setInterval(() => {}, 1000);`,
    });
    const polite = await exec.run(read('kubectl', 'polite'), { timeoutMs: 6000 });
    expect(polite).toMatchObject({ timedOut: true, signal: 'SIGTERM', exitCode: undefined, stdout: 'partly\n' });
    const deaf = await exec.run(read('kubectl', 'deaf'), { timeoutMs: 6000 });
    expect(deaf).toMatchObject({ timedOut: true, signal: 'SIGKILL', stdout: 'partly\n' });
  });

  it('never kills a helm that goes on after SIGTERM, and says which process it is', async () => {
    const exec = execWith({
      helm: `process.on('SIGTERM', () => { console.log('rolling back'); }); setTimeout(() => {}, 60_000);`,
    });
    const result = await exec.run({ tool: 'helm', args: ['upgrade'], effect: 'write' }, { timeoutMs: 6000 });
    expect(result).toMatchObject({ timedOut: true, exitCode: undefined, signal: undefined, stdout: 'rolling back\n' });
    expect(result.stillRunning).toBeGreaterThan(1);
    expect(isAlive(result.stillRunning!)).toBe(true);
    process.kill(result.stillRunning!, 'SIGKILL');
  });

  it('lets our process end while such a helm goes on', async () => {
    const folder = makeTemporaryFolder();
    const program = join(folder, 'main.cjs');
    await build({
      stdin: {
        contents: `
          import { createExec } from './src/world/exec/exec.ts';
          const exec = createExec({ env: process.env, cwd: '.', graceMs: { helm: 300 } });
          void exec.run({ tool: 'helm', args: [], effect: 'write' }, { timeoutMs: 6000, stdin: 'x'.repeat(1000000) }).then(({ stillRunning }) => console.log(stillRunning));`,
        resolveDir: join(import.meta.dirname, '../../..'),
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: program,
      logLevel: 'error',
    });
    const env = installStandIns({ helm: `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);` });
    const pid = Number(execFileSync(process.execPath, [program], { env, encoding: 'utf8', timeout: 60_000 }));
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('lets a helm that was told to stop end its work', async () => {
    const exec = execWith({
      helm: `process.on('SIGTERM', () => setTimeout(() => { console.log('rolled back'); process.exit(1); }, 200)); setInterval(() => {}, 1000);`,
    });
    expect(await exec.run({ tool: 'helm', args: [], effect: 'write' }, { timeoutMs: 6000 })).toMatchObject({
      timedOut: true,
      exitCode: 1,
      stdout: 'rolled back\n',
      stillRunning: undefined,
    });
  });

  it('does not wait for a grandchild that holds the output open', async () => {
    const exec = execWith({
      kubectl: `require('node:child_process').spawn('sleep', ['90'], { stdio: ['ignore', 'inherit', 'inherit'], detached: true }).unref(); console.log('done');`,
    });
    const result = await exec.run(read('kubectl'), { timeoutMs: 60_000 });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'done\n', timedOut: false });
  });

  it('bounds the output, keeps its ends, and lets the tool finish', async () => {
    const exec = execWith({
      kubectl: `const { writeSync } = require('node:fs'); writeSync(1, 'first\\n');
        const chunk = 'x'.repeat(1 << 16); for (let i = 0; i < 640; i += 1) { let rest = chunk; while (rest) { try { rest = rest.slice(writeSync(1, rest)); } catch {} } } writeSync(1, '\\nlast\\n'); process.exitCode = 5;`,
    });
    const result = await exec.run(read('kubectl'), { timeoutMs: 50_000 });
    expect(result).toMatchObject({ exitCode: 5, isCut: true });
    expect(result.stdout.startsWith('first\n')).toBe(true);
    expect(result.stdout.endsWith('\nlast\n')).toBe(true);
    expect(result.stdout.length).toBeLessThan(20 * 1024 * 1024);
  });

  it('does not split characters of several bytes', async () => {
    const exec = execWith({
      kubectl: `const bytes = Buffer.from('ä€😀'.repeat(5)); let at = 0; const next = () => { if (at < bytes.length) { process.stdout.write(bytes.subarray(at, ++at)); setTimeout(next, 2); } }; next();`,
    });
    expect((await exec.run(read('kubectl'), { timeoutMs: 10_000 })).stdout).toBe('ä€😀'.repeat(5));
  });

  it.runIf(process.platform === 'linux')(
    'starts tools outside our process group and passes the second Ctrl-C on',
    async () => {
      const folder = makeTemporaryFolder();
      const stop = stoppable();
      const exec = execWith(
        {
          helm: `const fs = require('node:fs'); process.on('SIGINT', () => { console.log('cancelled'); process.exit(1); });
        fs.writeFileSync(${JSON.stringify(join(folder, 'group'))}, fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[2]); setInterval(() => {}, 1000);`,
        },
        { stop },
      );
      stop.ask();
      const run = exec.run({ tool: 'helm', args: ['upgrade'], effect: 'write' }, { timeoutMs: 20_000 });
      await expect
        .poll(() => existsSync(join(folder, 'group')) && readFileSync(join(folder, 'group'), 'utf8') !== '', {
          timeout: 10_000,
        })
        .toBe(true);
      const ourGroup = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ')[2];
      expect(readFileSync(join(folder, 'group'), 'utf8')).not.toBe(ourGroup);
      stop.insist('SIGINT');
      expect(await run).toMatchObject({ exitCode: 1, stdout: 'cancelled\n', timedOut: false });
    },
  );

  const writePid = "require('node:fs').writeFileSync(process.argv[2], String(process.pid));";

  it.each([
    ['a read', writePid],
    ['a read that does not hear SIGTERM', `process.on('SIGTERM', () => {}); ${writePid}`],
    [
      'a read whose child does not hear SIGTERM',
      `require('node:child_process').spawn('sh', ['-c', 'trap "" TERM; echo $PPID > "$0"; while :; do sleep 1; done', process.argv[2]], { stdio: 'ignore' });`,
    ],
  ])('ends %s when a stop is asked for, with all that it started', async (_title, source) => {
    for (const tool of ['kubectl', 'helm'] as const) {
      const stop = stoppable();
      const pidFile = join(makeTemporaryFolder(), 'pid');
      const exec = execWith({ [tool]: `${source} setInterval(() => {}, 1000);` }, { stop });
      const run = failureOf(() => exec.run(read(tool, pidFile), {}));
      await expect
        .poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', { timeout: 20_000 })
        .toBe(true);
      const group = readFileSync(pidFile, 'utf8').trim();
      // A zombie may stay where no init collects it.
      const survivors = (): readonly string[] =>
        execFileSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' })
          .split('\n')
          .filter((line) => new RegExp(`^ *${group} +[^Z]`).test(line));
      expect(survivors()).not.toEqual([]);
      stop.ask();
      expect(await run).toBe(asked);
      await expect.poll(survivors, { timeout: 20_000 }).toEqual([]);
      expect(await failureOf(() => exec.run(read(tool), {}))).toBe(asked);
    }
  });

  it('kills a read at once when a person insists or the process ends', async () => {
    const stop = stoppable();
    const exec = execWith(
      { kubectl: `process.on('SIGTERM', () => {}); console.log('here'); setInterval(() => {}, 1000);` },
      { stop, graceMs: { ...quick, read: 1_000_000 } },
    );
    const run = failureOf(() =>
      exec.run(read('kubectl'), {
        onStart: () => {
          setTimeout(() => {
            stop.ask();
            stop.insist();
          }, 500);
        },
      }),
    );
    expect(await run).toBe(asked);
  });

  it('lets what writes end its work when a stop is asked for, and gives it its own time alone', async () => {
    const stop = stoppable();
    const exec = execWith({ helm: `setTimeout(() => { console.log('done'); }, 1500);` }, { stop, readLimitMs: 100 });
    const run = exec.run(
      { tool: 'helm', args: ['upgrade'], effect: 'write' },
      {
        timeoutMs: 20_000,
        onStart: () => {
          stop.ask();
        },
      },
    );
    expect(await run).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect(await failureOf(() => exec.run({ tool: 'helm', args: ['upgrade'], effect: 'write' }, {}))).toBeInstanceOf(
      InternalError,
    );
  });

  it('bounds each read, helm too, and says what it is asked as long as it runs', async () => {
    const told: unknown[] = [];
    const exec = execWith(
      { helm: `process.on('SIGTERM', () => {}); console.log('partly'); setInterval(() => {}, 1000);` },
      {
        readLimitMs: 700,
        onRead: ({ tool }, what) => {
          told.push([tool, what]);
          return () => {
            told.push('end');
          };
        },
      },
    );
    const result = await exec.run(read('helm'), { what: 'cannot list', extraMs: 300 });
    expect(result).toMatchObject({ timedOut: true, exitCode: undefined, durationMs: 1000 });
    expect(told).toEqual([['helm', 'cannot list'], 'end']);
  });

  it('tells of each command before it runs, and refuses to write in a dry run', async () => {
    const seen: string[] = [];
    const exec = execWith({ kubectl: '' }, { readOnly: true, onCommand: ({ args }) => seen.push(args.join(' ')) });
    await exec.run(read('kubectl', 'get'), { timeoutMs: 10_000 });
    expect(
      await failureOf(() => exec.run({ tool: 'kubectl', args: ['apply'], effect: 'write' }, { timeoutMs: 10_000 })),
    ).toBeInstanceOf(InternalError);
    expect(seen).toEqual(['get']);
  });
});
