import { KnownError, ToolError } from '../../errors.ts';
import { places } from '../../project/places.ts';

/** What a reload is made of. */
export interface ReloadSteps {
  /** Renders the project anew. @throws KnownError when it cannot be; then the last one that could be goes on. */
  readonly render: () => Promise<void>;
  /** Reads the files and serves them; `paths` are the ones that changed, `isAfterTrouble`: the last attempt had failed. */
  readonly serve: (paths: readonly string[], isAfterTrouble: boolean) => Promise<void>;
  /** Told at most once while the same message repeats. */
  readonly onTrouble: (error: KnownError) => void;
  /** A failure that nobody expected. */
  readonly onBug: (error: unknown) => void;
}

export interface Reloader {
  readonly changed: (paths: readonly string[]) => void;
  /** Begins nothing more; done when what was begun has ended. */
  readonly end: () => Promise<void>;
}

/** Milliseconds until a render that a tool or another run prevented is tried again: soon, and after a minute now and then. */
const retryAfter = { first: 500, later: 2_000 };
const quickRetries = 120;

/** Reloads one after the other, what changes meanwhile with the next one. */
export function createReloader({ render, serve, onTrouble, onBug }: ReloadSteps): Reloader {
  let waiting = new Set<string>();
  let running: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let retries = 0;
  let lastTrouble = '';
  let hasEnded = false;

  const attempt = async (step: () => Promise<void>): Promise<KnownError | undefined> => {
    try {
      await step();
      return undefined;
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      return error;
    }
  };

  const reload = async (paths: readonly string[]): Promise<void> => {
    const mustRender = paths.some((path) => path === places.config || path.startsWith(`${places.certificates}/`));
    const refusal = mustRender ? await attempt(render) : undefined;
    const trouble = refusal ?? (await attempt(() => serve(paths, lastTrouble !== '')));
    if (trouble !== undefined && trouble.message !== lastTrouble) onTrouble(trouble);
    lastTrouble = trouble?.message ?? '';
    if (!(refusal instanceof ToolError)) {
      retries = 0;
      return;
    }
    // Another run has the folder. What else changed is served already.
    retries += 1;
    for (const path of paths) waiting.add(path);
    retry = setTimeout(start, retries > quickRetries ? retryAfter.later : retryAfter.first);
    await attempt(() => serve(paths, false));
  };

  const run = async (): Promise<void> => {
    while (waiting.size > 0 && retry === undefined && !hasEnded) {
      const paths = [...waiting];
      waiting = new Set();
      await reload(paths);
    }
  };

  const start = (): void => {
    clearTimeout(retry);
    retry = undefined;
    running ??= run()
      .catch(onBug)
      .finally(() => {
        running = undefined;
      });
  };

  return {
    changed(paths) {
      for (const path of paths) waiting.add(path);
      retries = 0;
      if (!hasEnded) start();
    },
    async end() {
      hasEnded = true;
      await running;
      clearTimeout(retry);
    },
  };
}
