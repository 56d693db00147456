import { spawn } from 'node:child_process';
import { programPath } from '../support/program.ts';
import { until } from '../support/until.ts';

/** A preview that runs in a project folder. */
export interface PreviewRun {
  readonly pid: number;
  readonly port: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The documents that `--json` printed until now. */
  readonly events: () => readonly Readonly<Record<string, unknown>>[];
  /** Waits until one of these documents is of a kind and fits. */
  readonly event: (
    kind: string,
    fits?: (event: Readonly<Record<string, unknown>>) => boolean,
  ) => Promise<Readonly<Record<string, unknown>>>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Runs the built program's preview on a free port while `body` uses it, and ends it. */
export async function withPreview<Result>(
  project: string,
  options: { readonly args?: readonly string[]; readonly path: string },
  body: (run: PreviewRun) => Promise<Result>,
): Promise<Result> {
  const child = spawn(process.execPath, [programPath, 'preview', '--port', '0', ...(options.args ?? ['--json'])], {
    cwd: project,
    env: { ...process.env, PATH: options.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let isOver = (): boolean => false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (exitCode, signal) => {
      isOver = () => true;
      resolve({ exitCode, signal });
    });
  });
  const events = (): readonly Readonly<Record<string, unknown>>[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const findPort = (): string | undefined => {
    const [, json, text] = /"port":(\d+)|in preview on 127\.0\.0\.1:(\d+)\n[\s\S]*Ctrl-C/.exec(stdout) ?? [];
    return json ?? text;
  };
  try {
    await until(() => findPort() !== undefined || isOver());
    if (isOver()) throw new Error(`the preview ended: ${stdout}${stderr}`);
    return await body({
      ...{ pid: child.pid ?? 0, port: Number(findPort()), ended, events },
      stdout: () => stdout,
      stderr: () => stderr,
      event: async (kind, fits = () => true) => {
        const find = () => events().find((event) => event['event'] === kind && fits(event));
        await until(() => find() !== undefined).catch((error: unknown) => {
          throw new Error(`no ${kind}: ${stdout}${stderr}`, { cause: error });
        });
        return find()!;
      },
      kill: (signal) => void child.kill(signal),
    });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
