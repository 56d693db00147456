import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Waiting } from '../../../src/app/listener.ts';
import type { ProgressStyle } from '../../../src/cli/output/progress.ts';
import { createWaiting } from '../../../src/cli/output/waiting.ts';
import type { ExternalCommand } from '../../../src/world/exec/exec.ts';

const kubectl: ExternalCommand = { tool: 'kubectl', args: ['get', 'nodes', '-o=json'], effect: 'read' };

function scene(style: ProgressStyle = 'live'): {
  readonly waiting: Waiting;
  readonly shown: (string | undefined)[];
  readonly lines: string[];
  readonly pass: (ms: number) => void;
} {
  const shown: (string | undefined)[] = [];
  const lines: string[] = [];
  let time = 0;
  const waiting = createWaiting(
    {
      transient: (line) => {
        shown.push(line);
      },
      message: (text) => {
        lines.push(text);
      },
    },
    style,
    () => time,
  );
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 250) {
      time += 250;
      vi.advanceTimersByTime(250);
    }
  };
  return { waiting, shown, lines, pass };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('createWaiting', () => {
  it('shows at a terminal within the first second what is waited for longest, and takes it back', () => {
    const { waiting, shown, lines, pass } = scene();
    const endFirst = waiting.begin(kubectl, 'cannot look for namespaces');
    pass(500);
    const endSecond = waiting.begin({ ...kubectl, tool: 'helm' }, "cannot read helm's version");
    pass(500);
    endFirst();
    pass(1000);
    endSecond();
    pass(5000);
    expect(shown).toEqual([
      'waiting 1 s for kubectl to look for namespaces',
      'waiting 1 s for kubectl to look for namespaces, and 1 more',
      "waiting 1 s for helm to read helm's version",
      "waiting 2 s for helm to read helm's version",
      undefined,
    ]);
    expect(lines).toEqual([]);
  });

  it('prints a line now and then elsewhere, and nothing for programs', () => {
    const { waiting, shown, lines, pass } = scene('lines');
    const end = waiting.begin(kubectl, undefined);
    pass(21_000);
    end();
    const endOther = waiting.begin(kubectl, 'cannot look for namespaces');
    pass(9000);
    endOther();
    expect(lines).toEqual(['waiting 10 s for kubectl get nodes', 'waiting 20 s for kubectl get nodes']);
    expect(shown.filter((line) => line !== undefined)).toEqual([]);
    const silent = scene('silent');
    const endSilent = silent.waiting.begin(kubectl, 'cannot look for namespaces');
    silent.pass(30_000);
    endSilent();
    expect([...silent.lines, ...silent.shown.filter((line) => line !== undefined)]).toEqual([]);
  });

  it('says nothing while something else says what is at work', async () => {
    const { waiting, shown, lines, pass } = scene();
    waiting.begin(kubectl, 'cannot look for namespaces');
    await waiting.silently(() => {
      pass(5000);
      return Promise.resolve();
    });
    expect(shown).toEqual([undefined]);
    pass(500);
    expect(shown.at(-1)).toContain('look for namespaces');
    expect(lines).toEqual([]);
  });

  it('lets no control character of a name reach the terminal', () => {
    const { waiting, shown, pass } = scene();
    waiting.begin(kubectl, 'cannot reach the cluster of context a\u001b[2Jb');
    pass(500);
    expect(shown[0]).not.toContain('\u001b');
  });
});
