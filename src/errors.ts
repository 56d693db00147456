/** What a command's exit code means; --help and the docs/scripts.md print this table. */
export const exitCodes = {
  done: 0,
  no: 1,
  usage: 2,
  tool: 3,
  interrupted: 130,
  terminated: 143,
  bug: 70,
} as const;

export const exitCodeMeanings: readonly (readonly [number, string])[] = [
  [exitCodes.done, 'done, or nothing to do'],
  [exitCodes.no, 'the answer is no: differences, edited file kept, check failed, expired'],
  [exitCodes.usage, 'wrong use or wrong configuration; nothing was changed'],
  [exitCodes.tool, 'a tool, the cluster or the file system is missing or failed'],
  [exitCodes.bug, 'a bug in ingress-tls'],
  [exitCodes.interrupted, 'stopped by Ctrl-C (143: by SIGTERM)'],
];

/** A failure that is explained to the person: `what failed: why`, then the next command. Never shown with a stack. */
export class KnownError extends Error {
  readonly exitCode: number;
  /** What to do or type next. */
  readonly remedy: string | undefined;
  /** Lines that are shown before the message: all problems of a file, a tool's own words. Must hold no secret. */
  readonly details: readonly string[];

  constructor(
    message: string,
    options: { exitCode: number; remedy?: string; details?: readonly string[]; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.exitCode = options.exitCode;
    this.remedy = options.remedy;
    this.details = options.details ?? [];
  }
}

interface Explanation {
  readonly remedy?: string;
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/** Wrong use or wrong configuration: exit 2, nothing was changed. */
export class UsageError extends KnownError {
  constructor(message: string, explanation: Explanation = {}) {
    super(message, { ...explanation, exitCode: exitCodes.usage });
  }
}

/** The answer is no: exit 1. */
export class NegativeAnswer extends KnownError {
  constructor(message: string, explanation: Explanation = {}) {
    super(message, { ...explanation, exitCode: exitCodes.no });
  }
}

/** A tool, the cluster or the file system is missing or failed: exit 3. */
export class ToolError extends KnownError {
  constructor(message: string, explanation: Explanation = {}) {
    super(message, { ...explanation, exitCode: exitCodes.tool });
  }
}

/** Stopped by a signal: exit 130 or 143. */
export class Interrupted extends KnownError {
  constructor(message: string, explanation: Explanation & { readonly exitCode?: number } = {}) {
    super(message, { ...explanation, exitCode: explanation.exitCode ?? exitCodes.interrupted });
  }
}

/** A state that the program believes impossible: our own bug, exit 70, shown with its stack. */
export class InternalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
