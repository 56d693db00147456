import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { kill, platform } from 'node:process';
import { execa } from 'execa';
import { InternalError, ToolError } from '../errors.ts';
import type { Tool } from '../model/plan.ts';
import { createBoundedText } from './bounded-text.ts';
import { systemCode } from './file-failure.ts';

export type ExternalTool = Tool | 'openssl' | 'curl';

/** A command to run; every ToolCommand is one. Its arguments are shown to people: they never hold a secret. */
export interface ExternalCommand {
  readonly tool: ExternalTool;
  readonly args: readonly string[];
  readonly effect: 'read' | 'write';
}

export interface RunOptions {
  readonly timeoutMs: number;
  /** Given on standard input, which is empty otherwise. Never part of a result or an error. */
  readonly stdin?: string;
  /** Called with the process id as soon as the tool runs, before anything that it does can be seen. */
  readonly onStart?: (pid: number) => void;
}

export interface ToolResult {
  /** Undefined when a signal ended the tool or when it still runs. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** As the tool wrote it: pass it through redact() before anybody sees it. */
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the middle of an overlong output was left out. */
  readonly isCut: boolean;
  readonly durationMs: number;
  readonly timedOut: boolean;
  /** Process id of a tool that did not end when it was asked to; we have stopped waiting for it. */
  readonly stillRunning: number | undefined;
}

export interface Exec {
  /**
   * Runs a tool to its end, whatever its exit code.
   * @throws ToolError when the tool cannot be started.
   */
  run(command: ExternalCommand, options: RunOptions): Promise<ToolResult>;
  /**
   * Passes a signal on to the tools that run now. They do not hear a terminal's Ctrl-C by themselves, so that they can
   * end their work when a person presses it once; this is for the second time.
   */
  interrupt(signal: NodeJS.Signals): void;
}

export interface ExecSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Called before each command starts. */
  readonly onCommand?: (command: ExternalCommand) => void;
  /** For a dry run: a command that writes is then a bug. */
  readonly readOnly?: boolean;
  /** How long a tool that is over its time may take to end after SIGTERM, and how long output may follow its end. */
  readonly graceMs?: Readonly<Partial<typeof defaultGraceMs>>;
}

const defaultGraceMs = {
  /** kubectl holds no state of its own: killed after this. */
  kill: 5_000,
  /** helm records the failure, or rolls back, when it is told to stop; it is never killed. */
  helm: 60_000,
  /** A child of the tool may hold its output open for ever. */
  output: 500,
};

/** Far more than any answer we ask for; bounds memory when a tool goes wild. */
const maxOutput = 16 * 1024 * 1024;

const installation: Readonly<Record<ExternalTool, string>> = {
  kubectl: 'Install kubectl: https://kubernetes.io/docs/tasks/tools/',
  helm: 'Install helm: https://helm.sh/docs/intro/install/',
  openssl: 'Install openssl with the package manager of your system.',
  curl: 'Install curl with the package manager of your system.',
};

/** Creates the one place that starts other programs. */
export function createExec(settings: ExecSettings): Exec {
  const graceMs = { ...defaultGraceMs, ...settings.graceMs };
  const running = new Set<Child>();

  return {
    async run(command, options) {
      if (settings.readOnly === true && command.effect === 'write') {
        throw new InternalError(`a dry run must not run ${command.tool} ${command.args[0] ?? ''}`);
      }
      settings.onCommand?.(command);
      const started = performance.now();
      const child = start(command, settings, options.stdin);
      running.add(child);
      try {
        if (child.pid !== undefined) options.onStart?.(child.pid);
        const end = await waitForEnd(child, command, options.timeoutMs, graceMs);
        if (end.startFailure !== undefined) throw explainStart(command.tool, end.startFailure, settings.cwd);
        return { ...end.result, ...child.output(), durationMs: performance.now() - started };
      } finally {
        running.delete(child);
        child.letGo();
      }
    },

    interrupt(signal) {
      for (const child of running) child.send(signal);
    },
  };
}

interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

interface Child {
  readonly pid: number | undefined;
  /** The tool is gone and its output is closed; with the system's code when it could not be started. */
  readonly closed: Promise<Ended & { readonly code: string | undefined }>;
  /** The tool is gone; its output may still be held open by a child of its own. */
  readonly exited: Promise<Ended>;
  /** Sends a signal to the tool and its children while it runs. */
  send(signal: NodeJS.Signals): void;
  output(): Pick<ToolResult, 'stdout' | 'stderr' | 'isCut'>;
  /** Characters of output until now. */
  received(): number;
  /** Stops listening, so that neither the tool nor a child of it keeps us from ending. */
  letGo(): void;
}

function start(command: ExternalCommand, { env, cwd }: ExecSettings, stdin: string | undefined): Child {
  const subprocess = execa(command.tool, command.args, {
    env: environmentFor(command.tool, env),
    extendEnv: false,
    cwd,
    // A process group of its own: Ctrl-C in a terminal goes to the whole group in the foreground.
    detached: platform !== 'win32',
    cleanup: false,
    reject: false,
    // execa 9 ends a stream that reaches maxBuffer, which can kill a helm at work by SIGPIPE: we read to the end and
    // keep what fits.
    buffer: false,
    stripFinalNewline: false,
    stdout: 'pipe',
    stderr: 'pipe',
    ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
  });
  const { pid, stdout, stderr, stdin: input } = subprocess;
  const out = createBoundedText(maxOutput);
  const err = createBoundedText(maxOutput);
  let received = 0;
  for (const [stream, text] of [[stdout, out], [stderr, err]] as const) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk.length;
      text.append(chunk);
    });
  }
  let isGone = false;
  const closed = subprocess.then(({ exitCode, signal, code }) => {
    isGone = true;
    return { exitCode, signal, code };
  });
  const exited = new Promise<Ended>((resolve) => {
    subprocess.once('exit', (exitCode, signal) => {
      isGone = true;
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
    });
  });
  return {
    pid,
    closed,
    exited,
    send(signal) {
      if (pid === undefined || isGone) return;
      try {
        if (platform === 'win32') subprocess.kill(signal);
        else kill(-pid, signal);
      } catch (error) {
        if (systemCode(error) !== 'ESRCH') throw error;
      }
    },
    received: () => received,
    output: () => ({ stdout: out.read(), stderr: err.read(), isCut: out.isCut || err.isCut }),
    letGo() {
      if (isGone) {
        stdout.destroy();
        stderr.destroy();
        return;
      }
      // It may go on writing as long as we live: closing the pipe would kill it.
      subprocess.unref();
      for (const stream of [stdout, stderr]) if (stream instanceof Socket) stream.unref();
      // Input that was not read by now would keep us alive.
      if (input instanceof Socket) input.destroy();
    },
  };
}

interface End {
  readonly result: Pick<ToolResult, 'exitCode' | 'signal' | 'timedOut' | 'stillRunning'>;
  readonly startFailure?: string;
}

function waitForEnd(child: Child, command: ExternalCommand, timeoutMs: number, graceMs: typeof defaultGraceMs): Promise<End> {
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number, action: () => void): void => {
      timers.push(setTimeout(action, ms));
    };
    let timedOut = false;
    const finish = (end: Partial<Ended & { readonly stillRunning: number; readonly startFailure: string }>): void => {
      for (const timer of timers) clearTimeout(timer);
      const { exitCode, signal, stillRunning, startFailure } = end;
      resolve({ result: { exitCode, signal, timedOut, stillRunning }, ...(startFailure !== undefined && { startFailure }) });
    };
    const giveUp = (): void => {
      finish(child.pid === undefined ? {} : { stillRunning: child.pid });
    };

    child.closed.then((end) => {
      finish(child.pid === undefined ? { startFailure: end.code ?? '' } : end);
    }, reject);
    // execa 9 waits until nobody holds the pipes, a grandchild included: tried with one that sleeps.
    void child.exited.then((end) => {
      // When we were busy all that time, the timer comes before the output that has long been there to read.
      const finishOnceRead = (size: number): void => {
        setImmediate(() => {
          if (child.received() === size) finish(end);
          else finishOnceRead(child.received());
        });
      };
      after(graceMs.output, () => { finishOnceRead(child.received()); });
    });
    after(timeoutMs, () => {
      timedOut = true;
      child.send('SIGTERM');
      if (command.tool === 'helm') {
        // A killed helm leaves a release pending, which refuses every later upgrade (helm/helm#4558).
        after(command.effect === 'write' ? graceMs.helm : graceMs.kill, giveUp);
        return;
      }
      after(graceMs.kill, () => {
        child.send('SIGKILL');
        after(graceMs.kill, giveUp);
      });
    });
  });
}

/**
 * kubectl and helm live for a moment: with fewer garbage collections they take up to a third less time and some 20 MiB more (tried, kubectl
 * 1.35.2 and helm 4.1.4). What the person sets themselves counts.
 */
const lateCollection = { GOGC: '400' };

/**
 * Variables that would send helm to another cluster than kubectl (helm@4.1.4: helm env) are left out: the context that
 * a person was told is the one that changes.
 */
function environmentFor(tool: ExternalTool, env: ExecSettings['env']): Record<string, string> {
  const entries = Object.entries<string | undefined>({ ...lateCollection, ...env }).flatMap(([name, value]) =>
    value === undefined || (tool === 'helm' && (name.startsWith('HELM_KUBE') || name === 'HELM_NAMESPACE')) ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** Why a tool did not start; `code` is the system's. */
export function explainStart(tool: ExternalTool, code: string, cwd: string): ToolError {
  if (code === 'ENOENT' && !existsSync(cwd)) {
    return new ToolError(`cannot run ${tool}: the folder ${cwd} is gone`, { remedy: 'Change into an existing folder.' });
  }
  const reasons: Readonly<Record<string, string>> = { ENOENT: 'it is not on PATH', EACCES: 'the file on PATH cannot be executed' };
  return new ToolError(`cannot run ${tool}: ${reasons[code] ?? `it did not start ${code}`.trimEnd()}`, { remedy: installation[tool] });
}
