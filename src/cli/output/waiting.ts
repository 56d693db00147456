import { escapeControls } from '../../text/escape.ts';
import type { ExternalCommand } from '../../world/exec/exec.ts';
import type { Waiting } from '../../app/listener.ts';
import type { Report } from './report.ts';
import type { ProgressStyle } from './progress.ts';

interface Question {
  readonly text: string;
  readonly since: number;
}

/** Milliseconds: an answer that comes at once is no news. */
const tickMs = 500;
/** Between two lines, where each stays. */
const lineMs = 10_000;

/** Says which answer of a tool is waited for. @param now milliseconds of a clock that only goes forward. */
export function createWaiting(
  { transient, message }: Pick<Report, 'transient' | 'message'>,
  style: ProgressStyle,
  now: () => number = () => performance.now(),
): Waiting {
  const questions = new Set<Question>();
  let timer: NodeJS.Timeout | undefined;
  let silences = 0;
  let told = 0;
  const tick = (): void => {
    const [oldest] = questions;
    if (oldest === undefined || silences > 0 || style === 'silent') return;
    const time = now();
    const others = questions.size === 1 ? '' : `, and ${questions.size - 1} more`;
    const text = `waiting ${Math.round((time - oldest.since) / 1000)} s for ${oldest.text}${others}`;
    if (style === 'live') transient(text);
    else if (time - Math.max(told, oldest.since) >= lineMs) {
      told = time;
      message(text);
    }
  };
  return {
    begin: (command, what) => {
      const question = { text: describe(command, what), since: now() };
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
