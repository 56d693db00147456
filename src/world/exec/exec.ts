import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { kill, platform } from 'node:process';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { InternalError, ToolError } from '../../errors.ts';
import { printCommand } from '../../kube/command-line.ts';
import type { ToolCommand } from '../../model/plan.ts';
import { createBoundedText } from './bounded-text.ts';
import { systemCode } from '../files/file-failure.ts';
import { environmentFor, type ExternalTool } from './tool-environment.ts';

/** A command to run; every ToolCommand is one. Its arguments are shown to people: they never hold a secret. */
export type ExternalCommand = Omit<ToolCommand, 'tool' | 'stdinFiles'> & { readonly tool: ExternalTool };

export interface RunOptions {
  /** A step's own time. A read without one has the usual time of a question (ExecSettings.readLimitMs). */
  readonly timeoutMs?: number;
  /** Milliseconds beyond that, for much work. */
  readonly extraMs?: number;
  /** What is asked, as its failure is told: `cannot look for namespaces`. */
  readonly what?: string;
  /** Whether a step that changes something asks so how it ended: the first stop lets this end as it does the step. */
  readonly isOutcome?: boolean;
  /** Given on standard input, which is empty otherwise. Never part of a result or an error. */
  readonly stdin?: string;
  /**
   * Gives the tool the terminal as its input, and is called with what it writes to stderr while it waits for a person. What it writes
   * right before it ends is not passed on: that is an error, and a part of the result.
   */
  readonly onTalk?: (text: string) => void;
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
  /** Until its end; of a tool that was over its time, that time. */
  readonly durationMs: number;
  readonly timedOut: boolean;
  /** Process id of a tool that did not end when it was asked to; we have stopped waiting for it. */
  readonly stillRunning: number | undefined;
}

export interface Exec {
  /**
   * Runs a tool to its end, whatever its exit code. A read that is over its time, or that a stop has made useless, is ended together with
   * its children.
   * @throws ToolError when the tool cannot be started; the reason of the stop (ToolStop.asked) for a read, once its tool is gone.
   */
  run(command: ExternalCommand, options: RunOptions): Promise<ToolResult>;
}

/**
 * How tools hear that the program is to end. They do not hear a terminal's Ctrl-C by themselves, so that one that writes can end its work
 * when a person presses it once.
 */
export interface ToolStop {
  /** Ends reads. A tool that writes goes on. */
  readonly asked: AbortSignal;
  /** Kills reads at once; its reason, a signal's name, is passed on to tools that write. */
  readonly insisted: AbortSignal;
}

export interface ExecSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stop?: ToolStop;
  /** Milliseconds that a read may take; longer than kubectl takes to say by itself that one request was in vain. */
  readonly readLimitMs?: number;
  /** Called before each command starts. */
  readonly onCommand?: (command: ExternalCommand) => void;
  /** The file that kubectl reads in place of the person's kuberc, asked for before each kubectl; undefined: none is read. */
  readonly kuberc?: () => string | undefined;
  /** Called when a read starts, with what is asked; what it returns is called once the read has ended. */
  readonly onRead?: (command: ExternalCommand, what: string | undefined) => () => void;
  /** For a dry run: a command that writes is then a bug. */
  readonly readOnly?: boolean;
  /** How long a tool that is over its time may take to end after SIGTERM, and how long output may follow its end. */
  readonly graceMs?: Readonly<Partial<typeof defaultGraceMs>>;
}

/** Seconds that a read may take. */
export const usualReadLimit = 25;

const defaultGraceMs = {
  /** Nothing is lost with a tool that only reads: killed after this. */
  read: 1_000,
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
  certutil:
    'Install certutil of NSS: libnss3-tools (Debian), nss-tools (Fedora), mozilla-nss-tools (openSUSE), nss (Arch, Homebrew).',
  install: 'Install coreutils with the package manager of your system.',
  rm: 'Install coreutils with the package manager of your system.',
  security: 'It is a part of macOS: look at PATH.',
  trust: 'Install p11-kit with the package manager of your system.',
  'update-ca-certificates': 'Install ca-certificates with the package manager of your system.',
  'update-ca-trust': 'Install ca-certificates with the package manager of your system.',
};

/** Creates the one place that starts other programs. */
export function createExec(settings: ExecSettings): Exec {
  const graceMs = { ...defaultGraceMs, ...settings.graceMs };
  const { stop, readLimitMs = usualReadLimit * 1000 } = settings;

  return {
    async run(command, { timeoutMs: ownMs, extraMs = 0, what, isOutcome = false, stdin, onTalk, onStart }) {
      const isRead = command.effect === 'read';
      if (settings.readOnly === true && !isRead)
        throw new InternalError(`a dry run must not run ${printCommand(command)}`);
      if (ownMs === undefined && !isRead) throw new InternalError(`${printCommand(command)} was given no time`);
      const heard = stop !== undefined && isOutcome ? { ...stop, asked: new AbortController().signal } : stop;
      if (isRead) heard?.asked.throwIfAborted();
      const timeoutMs = (ownMs ?? readLimitMs) + extraMs;
      settings.onCommand?.(command);
      const started = performance.now();
      let onEnd: (() => void) | undefined;
      const talk = (text: string): void => {
        // What a tool asks the person must not have a line of ours over it.
        onEnd?.();
        onTalk?.(text);
      };
      const child = start(command, settings, { stdin, onTalk: onTalk && talk });
      if (isRead) onEnd = settings.onRead?.(command, what);
      try {
        if (child.pid !== undefined) onStart?.(child.pid);
        const end = await waitForEnd(child, command, { timeoutMs, graceMs, stop: heard });
        if (end.startFailure !== undefined) throw explainStart(command.tool, end.startFailure, settings.cwd);
        if (isRead) heard?.asked.throwIfAborted();
        return {
          ...end.result,
          ...child.output(),
          durationMs: end.result.timedOut ? timeoutMs : performance.now() - started,
        };
      } finally {
        child.letGo();
        onEnd?.();
      }
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
  /** Kills what the tool left running in its group. */
  sweep(): void;
  output(): Pick<ToolResult, 'stdout' | 'stderr' | 'isCut'>;
  /** Characters of output until now. */
  received(): number;
  /** Stops listening, so that neither the tool nor a child of it keeps us from ending. */
  letGo(): void;
}

function start(
  command: ExternalCommand,
  { env, cwd, kuberc }: ExecSettings,
  { stdin, onTalk }: { readonly stdin: string | undefined; readonly onTalk: RunOptions['onTalk'] },
): Child {
  // A process group of its own: Ctrl-C in a terminal goes to the whole group in the foreground, to which belongs who talks.
  const hasGroup = platform !== 'win32' && onTalk === undefined;
  const subprocess = execa(command.tool, command.args, {
    env: environmentFor(command.tool, env, command.tool === 'kubectl' ? kuberc?.() : undefined),
    extendEnv: false,
    cwd,
    detached: hasGroup,
    cleanup: false,
    reject: false,
    // execa 9 ends a stream that reaches maxBuffer, which can kill a helm at work by SIGPIPE: we read to the end and
    // keep what fits.
    buffer: false,
    stripFinalNewline: false,
    stdout: 'pipe',
    stderr: 'pipe',
    ...(stdin === undefined
      ? { stdin: onTalk === undefined ? ('ignore' as const) : ('inherit' as const) }
      : { input: stdin }),
  });
  const { pid, stdout, stderr, stdin: input } = subprocess;
  const out = createBoundedText(maxOutput);
  const err = createBoundedText(maxOutput);
  let received = 0;
  for (const [stream, text] of [
    [stdout, out],
    [stderr, err],
  ] as const) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk.length;
      text.append(chunk);
    });
  }
  let isGone = false;
  if (onTalk !== undefined) passOn(stderr, onTalk, () => isGone);
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
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (!hasGroup) subprocess.kill(signal);
      else if (pid !== undefined) kill(-pid, signal);
    } catch (error) {
      // EPERM: macOS says so of a group of which only zombies are left.
      if (!['ESRCH', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
    }
  };
  return {
    pid,
    closed,
    exited,
    send(signal) {
      if (!isGone) signalGroup(signal);
    },
    sweep() {
      if (hasGroup) signalGroup('SIGKILL');
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

/** Milliseconds after which somebody who wrote and still runs seems to wait. */
const silence = 250;

function passOn(stream: Readable, onTalk: (text: string) => void, isGone: () => boolean): void {
  let held = '';
  let timer: NodeJS.Timeout | undefined;
  stream.on('data', (chunk: string) => {
    held += chunk;
    timer ??= setTimeout(() => {
      timer = undefined;
      if (isGone()) return;
      onTalk(held);
      held = '';
    }, silence);
  });
}

interface End {
  readonly result: Pick<ToolResult, 'exitCode' | 'signal' | 'timedOut' | 'stillRunning'>;
  readonly startFailure?: string;
}

interface Limits {
  readonly timeoutMs: number;
  readonly graceMs: typeof defaultGraceMs;
  readonly stop: ToolStop | undefined;
}

function waitForEnd(
  child: Child,
  { tool, effect }: ExternalCommand,
  { timeoutMs, graceMs, stop }: Limits,
): Promise<End> {
  const isRead = effect === 'read';
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number, action: () => void): void => {
      timers.push(setTimeout(action, ms));
    };
    let timedOut = false;
    let isTold = false;
    const finish = (end: Partial<Ended & { readonly stillRunning: number; readonly startFailure: string }>): void => {
      for (const timer of timers) clearTimeout(timer);
      stop?.asked.removeEventListener('abort', endRead);
      stop?.insisted.removeEventListener('abort', insist);
      const { exitCode, signal, stillRunning, startFailure } = end;
      resolve({
        result: { exitCode, signal, timedOut, stillRunning },
        ...(startFailure !== undefined && { startFailure }),
      });
    };
    const giveUp = (): void => {
      finish(child.pid === undefined ? {} : { stillRunning: child.pid });
    };
    const tellToEnd = (): void => {
      if (isTold) return;
      isTold = true;
      child.send('SIGTERM');
      if (tool === 'helm' && !isRead) {
        // A killed helm leaves a release pending, which refuses every later upgrade (helm/helm#4558).
        after(graceMs.helm, giveUp);
        return;
      }
      after(isRead ? graceMs.read : graceMs.kill, () => {
        child.send('SIGKILL');
        after(graceMs.kill, giveUp);
      });
    };
    const endRead = (): void => {
      if (isRead) tellToEnd();
    };
    const insist = (): void => {
      const signal: unknown = stop?.insisted.reason;
      if (isRead) child.send('SIGKILL');
      else if (signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP') child.send(signal);
    };

    child.closed.then((end) => {
      finish(child.pid === undefined ? { startFailure: end.code ?? '' } : end);
    }, reject);
    // execa 9 waits until nobody holds the pipes, a grandchild included: tried with one that sleeps.
    void child.exited.then((end) => {
      // A program that a tool started, for credentials perhaps, may not hear SIGTERM.
      if (isTold && isRead) child.sweep();
      // When we were busy all that time, the timer comes before the output that has long been there to read.
      const finishOnceRead = (size: number): void => {
        setImmediate(() => {
          if (child.received() === size) finish(end);
          else finishOnceRead(child.received());
        });
      };
      after(graceMs.output, () => {
        finishOnceRead(child.received());
      });
    });
    after(timeoutMs, () => {
      timedOut = true;
      tellToEnd();
    });
    stop?.asked.addEventListener('abort', endRead);
    stop?.insisted.addEventListener('abort', insist);
  });
}

/** Why a tool did not start; `code` is the system's. */
export function explainStart(tool: ExternalTool, code: string, cwd: string): ToolError {
  if (code === 'ENOENT' && !existsSync(cwd)) {
    return new ToolError(`cannot run ${tool}: the folder ${cwd} is gone`, {
      remedy: 'Change into an existing folder.',
    });
  }
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it is not on PATH',
    EACCES: 'the file on PATH cannot be executed',
  };
  return new ToolError(`cannot run ${tool}: ${reasons[code] ?? `it did not start ${code}`.trimEnd()}`, {
    remedy: installation[tool],
  });
}
