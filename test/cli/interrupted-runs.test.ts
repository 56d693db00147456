import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram, startProgram } from '../support/program.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { until } from '../support/until.ts';

function manyServices(count: number, mode: string, extra = ''): string {
  const names = Array.from({ length: count }, (_, index) => `  - name: shop${index}\n    mode: ${mode}\n${extra}`);
  return `apiVersion: ingress-tls/v1\ndomain: example.test\ncertificate:\n  keyType: ecdsa-p256\nservices:\n${names.join('')}`;
}

/** Written before and after all others. */
const statePath = '.ingress-tls/state.json';

function readFiles(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}

/** Starts render and kills it as soon as `isMoment`, which is asked all the time. */
async function killRender(project: string, isMoment: () => boolean): Promise<void> {
  const run = startProgram(['render'], { cwd: project });
  const watcher = { isOver: false };
  const ended = run.ended.then(() => {
    watcher.isOver = true;
  });
  while (!watcher.isOver && !isMoment()) await new Promise(setImmediate);
  run.kill('SIGKILL');
  await ended;
}

describe('kill -9', () => {
  it('while 50 services are rendered leaves each file old or new; the next render completes', async () => {
    await inProject(manyServices(50, 'terminate'), async (project, outside) => {
      const before = readFiles(project);
      writeFileSync(join(project, 'ingress-tls.yaml'), manyServices(50, 'terminate', '    replicas: 2\n'));
      const complete = join(outside, 'complete');
      cpSync(project, complete, { recursive: true });
      expect(runProgram(['render'], { cwd: complete }).exitCode).toBe(0);
      const after = readFiles(complete);

      const changed = [...after]
        .filter(([path, text]) => path !== statePath && before.get(path) !== text)
        .map(([path]) => path);
      expect(changed.length).toBeGreaterThanOrEqual(50);

      let halfway = 0;
      // Moments all over the run: this file is the new one, and has been so at this many looks more.
      const moments = [
        [changed[0]!, 0],
        [changed[Math.floor(changed.length / 2)]!, 19],
        [changed.at(-4)!, 7],
      ] as const;
      for (const [trial, [path, later]] of moments.entries()) {
        const folder = join(outside, `trial-${trial}`);
        cpSync(project, folder, { recursive: true });
        const { ino } = statSync(join(folder, path));
        let seen = 0;
        await killRender(folder, () => statSync(join(folder, path)).ino !== ino && (seen += 1) > later);
        const found = readFiles(folder);
        for (const [name, text] of found) {
          if (name === statePath || name === '.ingress-tls/lock' || name.endsWith('.tmp')) continue;
          expect([before.get(name), after.get(name)], `${name}, trial ${trial} at ${path} + ${later}`).toContain(text);
        }
        const written = changed.filter((name) => found.get(name) === after.get(name)).length;
        if (written > 0 && written < changed.length) halfway += 1;
        expect(runProgram(['render'], { cwd: folder }).exitCode).toBe(0);
        // No temporary file and no lock, the same bytes everywhere.
        expect(readFiles(folder)).toEqual(after);
      }
      expect(halfway).toBeGreaterThan(0);
      expect(runProgram(['render'], { cwd: complete }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
    });
  });

  it('while keys are made keeps each of them; the next render makes the rest', async () => {
    await inFreshFolder(async (outside) => {
      for (const keys of [2, 20]) {
        const folder = join(outside, String(keys));
        mkdirSync(folder);
        writeFileSync(join(folder, 'ingress-tls.yaml'), manyServices(12, 'passthrough'));
        const certs = join(folder, 'certs');
        await killRender(
          folder,
          () => existsSync(certs) && readdirSync(certs).filter((name) => name.endsWith('.key')).length >= keys,
        );
        const made = [...readFiles(folder)].filter(([path]) => path.endsWith('.key') || path.endsWith('.crt'));
        expect(made.length).toBeGreaterThanOrEqual(keys);
        expect(runProgram(['render'], { cwd: folder }).exitCode).toBe(0);
        const completed = readFiles(folder);
        for (const [path, text] of made) expect(completed.get(path)).toBe(text);
        expect([...completed.keys()].filter((path) => path.endsWith('.tmp'))).toEqual([]);
        expect(runProgram(['render'], { cwd: folder }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
      }
    });
  });
});

describe('two runs in one folder', () => {
  it('the second says who holds the lock and exits 3; reading commands go on', async () => {
    await inProject(
      'apiVersion: ingress-tls/v1\ndomain: example.test\ncertificate:\n  keyType: ecdsa-p256\n',
      async (project, outside) => {
        const cluster = installStandInCluster(outside);
        cluster.answer({ tool: 'kubectl', when: ['rollout'], seconds: 1000 });
        const first = startProgram(['apply'], { cwd: project, env: cluster.env });
        await until(() => cluster.calls().some(({ args }) => args.includes('rollout')));
        for (const args of [['render'], ['apply'], ['add-service', 'svc7', '--mode', 'terminate']]) {
          const second = runProgram(args, { cwd: project, env: cluster.env });
          expect(second).toMatchObject({ exitCode: 3, stdout: '' });
          expect(second.stderr).toContain(`ingress-tls apply is running in it (process ${first.pid} on `);
          expect(second.stderr).toContain('\nnext: ');
        }
        expect(runProgram(['list'], { cwd: project }).exitCode).toBe(0);
        first.kill('SIGINT');
        expect((await first.ended).exitCode).toBe(130);
        expect(runProgram(['render'], { cwd: project }).exitCode).toBe(0);
      },
    );
  });
});
