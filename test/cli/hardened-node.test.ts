import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram } from '../support/program.ts';

const env = { NODE_OPTIONS: '--disallow-code-generation-from-strings' };

it('a Node that makes no code of strings runs every command, with the same result', async () => {
  await inProject(threeModes, (project) => {
    expect(runProgram(['render'], { cwd: project, env })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^unchanged {2}\d+ files\n$/) as string,
    });
    expect(runProgram(['add-service', 'shop', '--mode', 'passthrough'], { cwd: project, env }).exitCode).toBe(0);
    // Without what Node would run, the same bytes.
    expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
    expect(readFileSync(join(project, 'charts/shop/Chart.yaml'), 'utf8')).toContain('name: shop');
    for (const args of [['list'], ['graph'], ['schema'], ['apply', '--dry-run'], ['remove-service', 'shop']]) {
      expect(runProgram(args, { cwd: project, env }), args.join(' ')).toMatchObject({ exitCode: 0 });
    }
  });
  await inFreshFolder((folder) => {
    expect(runProgram(['init', '--key-type', 'ecdsa-p256'], { cwd: folder, env }).exitCode).toBe(0);
  });
});
