import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';

it(
  'loses nothing of what tools print while this program is busy for longer than it waits for output',
  { timeout: 60_000 },
  async () => {
    const folder = makeTemporaryFolder();
    const path = join(folder, 'kubectl');
    writeFileSync(path, '#!/bin/sh\nsleep 0.01\necho "{}"\n');
    chmodSync(path, 0o755);
    const exec = createExec({ env: { PATH: `${folder}:/usr/bin:/bin` }, cwd: folder, graceMs: { output: 60 } });
    const answers: string[] = [];
    // The end of a tool is known before its output is read in about one of a hundred cases, and only then this can go wrong.
    for (let round = 0; round < 50; round += 1) {
      const runs = Array.from({ length: 6 }, () =>
        exec.run({ tool: 'kubectl', args: [], effect: 'read' }, { timeoutMs: 10_000 }),
      );
      await new Promise((resolve) => setTimeout(resolve, round % 40));
      await new Promise((resolve) => setImmediate(resolve));
      const end = performance.now() + 100;
      while (performance.now() < end);
      answers.push(...(await Promise.all(runs)).map(({ stdout }) => stdout));
    }
    expect([...new Set(answers)]).toEqual(['{}\n']);
  },
);
