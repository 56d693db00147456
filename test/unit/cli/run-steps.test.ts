import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { inOrder, type ProgressStep, type Stage } from '../../../src/app/run/stage.ts';
import { showStages } from '../../../src/cli/output/progress.ts';
import { createReport } from '../../../src/cli/output/report.ts';
import { runSteps } from '../../../src/app/run/run-steps.ts';
import type { Session } from '../../../src/app/session.ts';
import type { Stopping } from '../../../src/app/run/stopping.ts';
import type { OutputStream } from '../../../src/world/world.ts';
import { KnownError, ToolError, UsageError } from '../../../src/errors.ts';
import { failureOf } from '../../support/effects/stand-in.ts';

/** A run whose steps end when the test says so. */
interface Run {
  /** A step that runs until it is ended. */
  readonly step: (title: string) => ProgressStep;
  /** Lets a running step end; with a failure, if one is given. */
  readonly end: (title: string, failure?: Error) => Promise<void>;
  /** Titles of the steps that run now. */
  readonly running: () => readonly string[];
  /** Titles of all steps that ever began. */
  readonly begun: readonly string[];
  readonly stop: (exitCode: number) => void;
  readonly start: (...stages: readonly Stage[]) => Promise<void>;
  /** What was printed on stderr. */
  readonly printed: () => string;
}

async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

function createRun(): Run {
  const begun: string[] = [];
  const open = new Map<string, (failure?: Error) => void>();
  const stop: { exitCode: number | undefined } = { exitCode: undefined };
  const written: string[] = [];
  const stream = new Writable({
    write: (chunk: unknown, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  }) as unknown as OutputStream;
  const report = createReport({ stdout: stream, stderr: stream, environment: {} }, false);
  const listener = {
    showStages: (stages, asked) => showStages({ stream, report }, 'lines', stages, asked),
  } as Session['listener'];
  const stopping: Stopping = {
    asked: new AbortController().signal,
    exitCode: () => stop.exitCode,
    isCause: () => false,
    tellBy: () => undefined,
    tell: () => undefined,
    end: () => undefined,
  };
  return {
    begun,
    step: (title) => ({
      title,
      run: () =>
        new Promise((resolve, reject) => {
          begun.push(title);
          open.set(title, (failure) => {
            open.delete(title);
            if (failure === undefined) resolve();
            else reject(failure);
          });
        }),
    }),
    end: async (title, failure) => {
      open.get(title)?.(failure);
      await settle();
    },
    running: () => [...open.keys()],
    stop: (exitCode) => {
      stop.exitCode = exitCode;
    },
    start: (...stages) => runSteps({ listener }, stages, stopping, 'ingress-tls apply'),
    printed: () => written.join(''),
  };
}

const together = (run: Run, concurrency: number, ...titles: readonly string[]): Stage => ({
  title: 'install releases',
  steps: titles.map(run.step),
  concurrency,
});

describe('runSteps', () => {
  it('runs stages in order, and of a stage so many steps side by side', async () => {
    const run = createRun();
    const ended = run.start(
      ...inOrder([run.step('one'), run.step('two')]),
      together(run, 2, 'a', 'b', 'c'),
      ...inOrder([run.step('last')]),
    );
    await settle();
    expect(run.running()).toEqual(['one']);
    await run.end('one');
    expect(run.running()).toEqual(['two']);
    await run.end('two');
    expect(run.running()).toEqual(['a', 'b']);
    await run.end('b');
    expect(run.running()).toEqual(['a', 'c']);
    await run.end('c');
    expect(run.running()).toEqual(['a']);
    await run.end('a');
    expect(run.running()).toEqual(['last']);
    await run.end('last');
    await ended;
    expect(run.printed()).toContain('✔ last');
  });

  it('runs one after the other with a concurrency of 1', async () => {
    const run = createRun();
    const ended = run.start(together(run, 1, 'a', 'b'));
    await settle();
    expect(run.running()).toEqual(['a']);
    await run.end('a');
    expect(run.running()).toEqual(['b']);
    await run.end('b');
    await ended;
  });

  it('begins nothing after a failure, lets what runs end, and tells all failures with what is done and what is not', async () => {
    const run = createRun();
    const ended = failureOf(() => run.start(together(run, 3, 'a', 'b', 'c', 'd'), ...inOrder([run.step('last')])));
    await settle();
    await run.end('b', new ToolError('cannot b', { details: ['helm: no b'], remedy: 'Mend b.' }));
    expect(run.running()).toEqual(['a', 'c']);
    await run.end('c', new UsageError('cannot c', { details: ['helm: no c'] }));
    await run.end('a');
    const error = await ended;
    expect(run.begun).toEqual(['a', 'b', 'c']);
    expect(error).toBeInstanceOf(KnownError);
    expect(error).toMatchObject({
      message: 'step 2 of 5: cannot b',
      exitCode: 3,
      remedy: 'Mend b.\n      ingress-tls apply continues',
    });
    expect((error as KnownError).details).toEqual([
      'helm: no c',
      'also failed: cannot c',
      'helm: no b',
      'done:',
      '  a',
      'not done:',
      '  b',
      '  c',
      '  d',
      '  last',
    ]);
  });

  it('begins nothing once it should stop, and says where it stood', async () => {
    const run = createRun();
    const ended = failureOf(() => run.start(together(run, 2, 'a', 'b', 'c'), ...inOrder([run.step('last')])));
    await settle();
    run.stop(130);
    await run.end('a');
    await run.end('b');
    expect(await ended).toMatchObject({
      message: 'stopped before step 3 of 4',
      exitCode: 130,
      details: ['done:', '  a', '  b', 'not done:', '  c', '  last'],
    });
    expect(run.begun).toEqual(['a', 'b']);
  });

  it('gives the stop as the reason of what fails after it', async () => {
    const run = createRun();
    const ended = failureOf(() => run.start(together(run, 2, 'a', 'b', 'c')));
    await settle();
    run.stop(143);
    await run.end('a', new ToolError('helm was ended by SIGTERM'));
    await run.end('b');
    expect(await ended).toMatchObject({ message: 'stopped in step 1 of 3: helm was ended by SIGTERM', exitCode: 143 });
    expect(run.begun).toEqual(['a', 'b']);
  });

  it('says that all was done when the stop came during the last step', async () => {
    const run = createRun();
    const ended = failureOf(() => run.start(...inOrder([run.step('last')])));
    await settle();
    run.stop(130);
    await run.end('last');
    expect(await ended).toMatchObject({ message: 'stopped, but the last step was done', exitCode: 130 });
  });

  it('does nothing with no steps', async () => {
    const run = createRun();
    await run.start();
    expect(run.printed()).toBe('');
  });

  it('lists no more steps than fit a screen', async () => {
    const run = createRun();
    const titles = Array.from({ length: 30 }, (_, index) => `s${index}`);
    const ended = failureOf(() => run.start(...inOrder(titles.map(run.step))));
    await settle();
    await run.end('s0', new ToolError('cannot'));
    const { details } = (await ended) as KnownError;
    expect(details).toHaveLength(1 + 1 + 10 + 1);
    expect(details.at(-1)).toBe('  and 20 more');
  });

  it('does not swallow a bug', async () => {
    const run = createRun();
    const ended = failureOf(() => run.start(together(run, 2, 'a', 'b')));
    await settle();
    await run.end('a', new TypeError('x is undefined'));
    await run.end('b');
    expect(await ended).toBeInstanceOf(TypeError);
  });
});
