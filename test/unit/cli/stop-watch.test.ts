import { describe, expect, it } from 'vitest';
import { createStopWatch, type StopWatch } from '../../../src/app/stop-watch.ts';
import type { StopSignal } from '../../../src/world/world.ts';
import { Interrupted } from '../../../src/errors.ts';
import { failureOf } from '../../support/effects/stand-in.ts';

function scene(): {
  readonly stop: StopWatch;
  readonly press: (signal: StopSignal) => void;
  readonly exit: () => void;
  readonly log: string[];
} {
  const log: string[] = [];
  const listeners = new Set<(signal: StopSignal) => void>();
  let onExit: () => void = () => undefined;
  const stop = createStopWatch({
    onStopSignal: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onExit: (listener) => {
      onExit = listener;
    },
    endBy: (signal) => {
      log.push(`ended by ${signal}, ${listeners.size} listening`);
    },
  });
  const press = (signal: StopSignal): void => {
    if (listeners.size === 0) log.push(`default ${signal}`);
    for (const listener of listeners) listener(signal);
  };
  return {
    stop,
    press,
    exit: () => {
      onExit();
    },
    log,
  };
}

describe('createStopWatch', () => {
  it('leaves signals to the system until somebody listens', () => {
    const { stop, press, log } = scene();
    press('SIGINT');
    expect(log).toEqual(['default SIGINT']);
    expect(stop.asked.aborted).toBe(false);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('%s asks to stop with exit code %i; the second one ends the process', async (signal, exitCode) => {
    const { stop, press, log } = scene();
    stop.listen();
    stop.listen();
    const work = failureOf(() => stop.unlessStopped(new Promise(() => undefined)));
    press(signal);
    expect(await work).toBe(stop.asked.reason);
    expect(
      await failureOf(() => {
        stop.asked.throwIfAborted();
      }),
    ).toBeInstanceOf(Interrupted);
    expect(stop.asked.reason).toMatchObject({ message: 'stopped', exitCode });
    expect([stop.exitCode(), stop.insisted.aborted, log]).toEqual([exitCode, false, []]);
    press('SIGINT');
    expect(stop.insisted.reason).toBe('SIGINT');
    expect(log).toEqual(['ended by SIGINT, 0 listening']);
  });

  it('holds: what is at work hears the second signal, and the process goes on', () => {
    const { stop, press, log } = scene();
    stop.listen();
    const [release, releaseOther] = [stop.hold(), stop.hold()];
    for (let count = 0; count < 3; count += 1) press('SIGTERM');
    release();
    press('SIGTERM');
    expect([stop.insisted.reason, log]).toEqual(['SIGTERM', []]);
    releaseOther();
    press('SIGTERM');
    expect(log).toEqual(['ended by SIGTERM, 0 listening']);
  });

  it('ends what is still asked when the command has ended, with no exit code, and kills it when the process does', () => {
    const { stop, exit } = scene();
    stop.listen();
    stop.end();
    expect([stop.asked.aborted, stop.exitCode(), stop.insisted.aborted]).toEqual([true, undefined, false]);
    exit();
    expect(stop.insisted.aborted).toBe(true);
  });
});
