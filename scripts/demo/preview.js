import { ended } from './commands.js';

/** Milliseconds after which the preview is taken to say nothing more. */
const patience = 60_000;

/**
 * Starts a preview, prints what it says until it is ready, and then its reloads. Returns its port, `untilReload(action)`,
 * which does something to the files and waits until the preview has seen it, and `end()`, which returns how it ended.
 */
export async function startPreview(commands, stop) {
  const child = commands.start('preview', '--port', '0');
  const over = ended(child);
  let said = '';
  let isOver = false;
  const waiting = new Set();
  const check = () => waiting.forEach((look) => look());
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
      check();
    });
  }
  void over.then(() => {
    isOver = true;
    check();
  });
  /** Waits until the preview has said something from `start` on, and returns all of it up to there. */
  const heard = (pattern, start) =>
    new Promise((resolve, reject) => {
      const done = (settle, value) => {
        clearTimeout(timer);
        waiting.delete(look);
        stop.removeEventListener('abort', look);
        settle(value);
      };
      const look = () => {
        const found = pattern.exec(said.slice(start));
        if (stop.aborted) done(reject, stop.reason);
        else if (found !== null)
          done(resolve, { found, text: said.slice(start, start + found.index + found[0].length) });
        else if (isOver) done(reject, new Error(`the preview ended: ${said.slice(start)}`));
      };
      const timer = setTimeout(
        () => done(reject, new Error(`the preview did not say ${pattern}: ${said.slice(start)}`)),
        patience,
      );
      waiting.add(look);
      stop.addEventListener('abort', look);
      look();
    });
  const end = async () => {
    child.kill('SIGTERM');
    return over;
  };
  try {
    const { found, text } = await heard(/on 127\.0\.0\.1:(\d+)\n[^]*Ctrl-C.*\n/, 0);
    process.stdout.write(text);
    return {
      port: Number(found[1]),
      async untilReload(action) {
        const start = said.length;
        await action();
        const { found: reload } = await heard(/^reloaded: .*\n/m, start);
        process.stdout.write(reload[0]);
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
