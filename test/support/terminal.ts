import { spawn, spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { programPath, type ProgramOptions } from './program.ts';

/** The program at a terminal of 80 by 24 characters. */
export interface TerminalSession {
  /** Waits until this has been shown; fails when the program ends or most of a minute passes without. */
  readonly waitFor: (text: string) => Promise<void>;
  /** Presses keys: `\r` is Enter, `\u0003` Ctrl-C. */
  readonly press: (keys: string) => void;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly raw: string; readonly text: string }>;
}

/** Why there is no terminal to be had, or undefined when there is one. */
export function terminalMissing(): string | undefined {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return typeof stdout === 'string' && stdout.includes('util-linux')
    ? undefined
    : 'no util-linux script on PATH, which gives a test a terminal';
}

/** Starts the built program with all three streams at a terminal; `redirect` is shell text such as `> out`. */
export function startAtTerminal(
  args: readonly string[],
  options: ProgramOptions & { readonly redirect?: string },
): TerminalSession {
  const command = [process.execPath, programPath, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(
    'script',
    [
      '--quiet',
      '--return',
      '--command',
      `stty cols 80 rows 24; exec ${command} ${options.redirect ?? ''}`,
      '/dev/null',
    ],
    {
      cwd: options.cwd,
      env: {
        ...process.env,
        TERM: 'xterm-256color',
        SHELL: '/bin/sh',
        // It would keep the program from asking.
        CI: undefined,
        ...options.env,
        // Behind what the test has: `script` and `stty` themselves.
        PATH: [options.env?.['PATH'], process.env['PATH']].filter((path) => path !== undefined).join(delimiter),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let raw = '';
  let isOver = false;
  const watchers = new Set<() => void>();
  const tell = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    tell();
  });
  const ended = new Promise<{ exitCode: number | null; raw: string; text: string }>((resolve) => {
    child.on('close', (exitCode) => {
      isOver = true;
      tell();
      resolve({ exitCode, raw, text: stripVTControlCharacters(raw) });
    });
  });
  return {
    ended,
    press: (keys) => void child.stdin.write(keys),
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          finish();
          reject(new Error(`not shown in time: ${text}\n${stripVTControlCharacters(raw)}`));
        }, 50_000);
        const look = (): void => {
          if (stripVTControlCharacters(raw).includes(text)) {
            finish();
            resolve();
          } else if (isOver) {
            finish();
            reject(new Error(`not shown: ${text}\n${stripVTControlCharacters(raw)}`));
          }
        };
        const finish = (): void => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        watchers.add(look);
        look();
      }),
  };
}
