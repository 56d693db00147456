import { performance } from 'node:perf_hooks';
import { escapeControls } from '../certs/printable.ts';
import type { ExternalCommand } from '../effects/exec.ts';
import type { Report } from './report.ts';
import type { Session } from './session.ts';

/** How progress is shown: moving where a person watches, lines elsewhere, nothing for programs. */
export type ProgressStyle = 'live' | 'lines' | 'silent';

export function chooseProgressStyle({ world }: Pick<Session, 'world'>, options: { readonly json?: boolean; readonly verbose?: boolean }): ProgressStyle {
  if (options.json === true) return 'silent';
  return world.stderr.isTTY && world.environment['TERM'] !== 'dumb' && options.verbose !== true ? 'live' : 'lines';
}

/** Tells the person which answer of a tool is waited for. */
export interface Waiting {
  /** A tool was asked something; `what` is how its failure would be told: `cannot look for namespaces`. Returns how to say that it has answered. */
  readonly begin: (style: ProgressStyle, command: ExternalCommand, what: string | undefined) => () => void;
  /** Something else says meanwhile what is at work. */
  readonly silently: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

interface Question {
  readonly style: ProgressStyle;
  readonly text: string;
  readonly since: number;
}

/** Milliseconds: an answer that comes at once is no news. */
const tickMs = 500;
/** Between two lines, where each stays. */
const lineMs = 10_000;

/** @param now milliseconds of a clock that only goes forward. */
export function createWaiting({ transient, message }: Pick<Report, 'transient' | 'message'>, now: () => number = () => performance.now()): Waiting {
  const questions = new Set<Question>();
  let timer: NodeJS.Timeout | undefined;
  let silences = 0;
  let told = 0;
  const tick = (): void => {
    const [oldest] = questions;
    if (oldest === undefined || silences > 0 || oldest.style === 'silent') return;
    const time = now();
    const others = questions.size === 1 ? '' : `, and ${questions.size - 1} more`;
    const text = `waiting ${Math.round((time - oldest.since) / 1000)} s for ${oldest.text}${others}`;
    if (oldest.style === 'live') transient(text);
    else if (time - Math.max(told, oldest.since) >= lineMs) {
      told = time;
      message(text);
    }
  };
  return {
    begin: (style, command, what) => {
      const question = { style, text: describe(command, what), since: now() };
      questions.add(question);
      timer ??= setInterval(tick, tickMs).unref();
      return () => {
        questions.delete(question);
        if (questions.size > 0) return;
        clearInterval(timer);
        timer = undefined;
        transient(undefined);
      };
    },
    silently: async (work) => {
      silences += 1;
      transient(undefined);
      try {
        return await work();
      } finally {
        silences -= 1;
      }
    },
  };
}

/** `kubectl to look for namespaces`; without a question the words of the command: `kubectl rollout status`. */
function describe({ tool, args }: ExternalCommand, what: string | undefined): string {
  const first = args.findIndex((arg) => arg.startsWith('-'));
  const words = args.slice(0, first < 0 ? 2 : Math.min(first, 2));
  return what === undefined ? [tool, ...words].join(' ') : `${tool} to ${escapeControls(what.replace(/^cannot /, ''))}`;
}
