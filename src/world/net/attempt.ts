import type { FailureStage, HttpAnswer, Observation, ProbeFailure } from '../../model/probe.ts';
import { toProbeFailure } from './probe-failure.ts';
import { ProbeEnd } from './probe-end.ts';

type Handshake = Pick<
  Observation,
  | 'leaf'
  | 'chainLength'
  | 'isTrusted'
  | 'trustProblem'
  | 'version'
  | 'protocol'
  | 'isReadApart'
  | 'isKept'
  | 'group'
  | 'cipher'
  | 'clientAuthorities'
>;

/** What is seen so far; the answer is asked for at the end, since its body may still grow. */
type Sighting = { -readonly [key in keyof Handshake]: Handshake[key] } & { readAnswer?: () => HttpAnswer };

interface Closable {
  destroy(): unknown;
}

/** One connection under way. */
export interface Attempt {
  stage: FailureStage;
  readonly seen: Sighting;
  /** Has this closed when the attempt is over; what was given last is closed first. */
  own<T extends Closable>(resource: T): T;
  /** Ends the attempt; only the first call counts. */
  readonly fail: (error: unknown) => void;
  /** Waits for what has a time limit of its own; the attempt has its whole time again afterwards. */
  readonly waitFor: <Result>(work: Promise<Result>) => Promise<Result>;
}

export interface AttemptLimits {
  readonly timeoutMs: number;
  /** Told how to end the attempt from outside; returns how to forget it. */
  readonly onStop: (stop: () => void) => () => void;
}

/**
 * Carries out `work` until it is done, fails, or the time is over, closes everything that it owned, and says what was seen.
 *
 * An answer is an answer once its status is read: however its body ends, nothing has failed then.
 *
 * @throws what `work` throws, when that is no failure of a connection.
 */
export async function runAttempt(
  work: (attempt: Attempt) => Promise<void>,
  { timeoutMs, onStop }: AttemptLimits,
): Promise<Observation> {
  const start = performance.now();
  const owned: Closable[] = [];
  const seen: Sighting = {};
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const startTimer = (): NodeJS.Timeout =>
    setTimeout(() => {
      fail(new ProbeEnd('timeout', `no end within ${timeoutMs} ms`));
    }, timeoutMs);
  let timer = startTimer();
  let isOver = false;
  const attempt: Attempt = {
    stage: 'connect',
    seen,
    own(resource) {
      owned.push(resource);
      return resource;
    },
    fail,
    waitFor: async (work) => {
      clearTimeout(timer);
      try {
        return await work;
      } finally {
        if (!isOver) timer = startTimer();
      }
    },
  };
  const forgetStop = onStop(() => {
    fail(new ProbeEnd('ECANCELED', 'the probe was stopped'));
  });
  let failure: ProbeFailure | undefined;
  try {
    await Promise.race([failed, work(attempt)]);
  } catch (error) {
    failure = toProbeFailure(error, attempt.stage);
    if (failure === undefined) throw error;
  } finally {
    isOver = true;
    clearTimeout(timer);
    forgetStop();
    for (const resource of owned.reverse()) resource.destroy();
  }
  const { readAnswer, ...handshake } = seen;
  const outcome = readAnswer === undefined ? (failure === undefined ? {} : { failure }) : { answer: readAnswer() };
  return { ...handshake, ...outcome, durationMs: performance.now() - start };
}
