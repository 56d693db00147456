import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program, as a user starts it. */
export const programPath = fileURLToPath(new URL('../../bin/ingress-tls.js', import.meta.url));

export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** Runs the built program without a terminal and waits for it. */
export function runProgram(args: readonly string[], options: ProgramOptions): ProgramResult {
  const result = spawnSync(process.execPath, [programPath, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    input: options.input ?? '',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { exitCode: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** Starts the built program and leaves it running; `ended` tells how it ended. */
export function startProgram(
  args: readonly string[],
  options: ProgramOptions,
): {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<ProgramResult & { readonly signal: string | null }>;
  readonly stderr: () => string;
} {
  const child = spawn(process.execPath, [programPath, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<ProgramResult & { readonly signal: string | null }>((resolve) => {
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  return { pid: child.pid ?? 0, kill: (signal) => void child.kill(signal), ended, stderr: () => stderr };
}

/** Runs `body` in a fresh folder and removes it. */
export async function inFreshFolder<Result>(body: (folder: string) => Result | Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-test-'));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
