import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, programPath, runProgram, startProgram, type ProgramResult } from '../support/program.ts';

function runThrough(command: readonly string[], cwd: string): ProgramResult {
  const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), { cwd, encoding: 'utf8' });
  return { exitCode: status, stdout, stderr };
}

/** Runs the program as somebody whom permissions bind: root is asked for none. */
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const isRoot = process.getuid?.() === 0;
const asPerson = isRoot ? [...asNobody, process.execPath, programPath] : [process.execPath, programPath];

function noPersonReason(): string | undefined {
  if (process.platform === 'win32') return 'no POSIX permissions';
  return runThrough([...asPerson, '--version'], '/').exitCode === 0
    ? undefined
    : 'root, and no setpriv that runs the program as another user';
}

describeUnless(noPersonReason(), 'a folder without permission to write', () => {
  it('is told by init, and nothing is left behind', async () => {
    await inFreshFolder((outside) => {
      const folder = join(outside, 'project');
      mkdirSync(folder, { mode: 0o555 });
      execFileSync('chmod', ['755', outside]);
      const result = runThrough([...asPerson, 'init'], folder);
      expectGolden('init-read-only', ['init'], folder, result);
      expect(result.exitCode).toBe(3);
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('is told by render', async () => {
    await inProject(noServices, (project, outside) => {
      if (isRoot) execFileSync('chown', ['-R', '65534', project]);
      execFileSync('chmod', ['755', outside]);
      rmSync(join(project, 'manifests/ic-common.yaml'));
      execFileSync('chmod', ['555', join(project, 'manifests')]);
      const result = runThrough([...asPerson, 'render'], project);
      execFileSync('chmod', ['755', join(project, 'manifests')]);
      expectGolden('render-read-only', ['render'], project, result);
      expect(result.exitCode).toBe(3);
      expect(runThrough([...asPerson, 'render'], project).exitCode).toBe(0);
      expect(existsSync(join(project, 'manifests/ic-common.yaml'))).toBe(true);
    });
  });

  it('keys that may not be read are told', async () => {
    await inProject(noServices, (project, outside) => {
      if (isRoot) execFileSync('chown', ['-R', '65534', project]);
      execFileSync('chmod', ['755', outside]);
      execFileSync('chmod', ['000', join(project, 'certs/wildcard.key')]);
      const { exitCode, stderr } = runThrough([...asPerson, 'render'], project);
      expect(exitCode).toBe(3);
      expect(stderr).toContain('cannot read certs/wildcard.key: permission denied');
    });
  });
});

/** Runs a script in a mount namespace of its own, with a disk of this size at ./disk. */
function withSmallDisk(kilobytes: number, script: string, cwd: string): ProgramResult {
  const mount = `mkdir disk && mount -t tmpfs -o size=${kilobytes}k tmpfs disk`;
  return runThrough(['unshare', '--map-root-user', '--mount', 'sh', '-c', `set -e; ${mount}; ${script}`], cwd);
}

const noMountReason = await inFreshFolder((folder) =>
  withSmallDisk(64, 'true', folder).exitCode === 0 ? undefined : 'no right to mount a small disk (unshare --mount)',
);

describeUnless(noMountReason, 'a full disk', () => {
  const run = `'${process.execPath}' '${programPath}'`;

  it('stops init with a clear error, and no half file', async () => {
    await inFreshFolder((folder) => {
      const script = `cd disk; ${run} init --key-type ecdsa-p256 || code=$?; cp -a . ../found; exit $code`;
      const result = withSmallDisk(24, script, folder);
      expect(result.exitCode).toBe(3);
      expect(result.stderr).toMatch(/^error: cannot write \S+: no space left on device\nnext: Free some space/);
      const found = join(folder, 'found');
      const files = readdirSync(found, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      expect(files.filter(({ name }) => name.endsWith('.tmp'))).toEqual([]);
      // With space, the same folder is completed.
      expect(
        runProgram([existsSync(join(found, 'ingress-tls.yaml')) ? 'render' : 'init'], { cwd: found }).exitCode,
      ).toBe(0);
      expect(runProgram(['render'], { cwd: found }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
    });
  });

  it('leaves each file old or new when render meets it, and render completes with space', async () => {
    await inProject(threeModes, (project, folder) => {
      const before = readFiles(project);
      writeFileSync(join(project, 'ingress-tls.yaml'), `${threeModes}  - name: shop\n    mode: terminate\n`);
      // Room for the project; what is left of it is filled but for 40 KiB, which is half of a chart.
      const copy =
        'cp -a project/. disk/; cd disk; dd if=/dev/zero of=ballast bs=1k 2>/dev/null || true; truncate -s -40k ballast';
      const result = withSmallDisk(
        2000,
        `${copy}; ${run} render || code=$?; rm ballast; cp -a . ../found; exit $code`,
        folder,
      );
      expect(result.exitCode).toBe(3);
      expect(result.stderr).toMatch(/error: cannot write charts\/shop\/\S+: no space left on device\n/);

      expect(runProgram(['render'], { cwd: project }).exitCode).toBe(0);
      const after = readFiles(project);
      const found = join(folder, 'found');
      const halfway = readFiles(found);
      // A new chart is there as a whole or not at all.
      expect([...halfway.keys()].filter((path) => /^charts\/(?:shop|\.)/.test(path))).toEqual([]);
      for (const [path, text] of halfway) {
        if (path !== '.ingress-tls/state.json') expect([before.get(path), after.get(path)]).toContain(text);
      }
      expect(runProgram(['render'], { cwd: found }).exitCode).toBe(0);
      expect(readFiles(found)).toEqual(after);
    });
  });
});

function readFiles(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    paths
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}

describe('a folder that leads elsewhere', () => {
  it.each(['charts', 'certs', 'secrets', 'manifests'])(
    '%s/ as a symbolic link out of the project is refused, and nothing is written there',
    async (name) => {
      await inProject(noServices, (project, outside) => {
        const elsewhere = join(outside, 'elsewhere');
        if (existsSync(join(project, name))) renameSync(join(project, name), elsewhere);
        else mkdirSync(elsewhere);
        symlinkSync(elsewhere, join(project, name));
        const before = readFiles(elsewhere);
        const args = ['add-service', 'svc8', '--mode', 'reencrypt'];
        const result = runProgram(args, { cwd: project });
        if (name === 'charts') expectGolden('symbolic-link', args, project, result);
        expect(result.exitCode).toBe(2);
        expect(readFiles(elsewhere)).toEqual(before);
        expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(noServices);
      });
    },
  );

  describe.each(['lock', 'state.json'])('.ingress-tls/%s', (name) => {
    it.each<readonly [string, (path: string) => void]>([
      [
        'as a link to nothing',
        (path) => {
          symlinkSync('nowhere', path);
        },
      ],
      [
        'as a link to itself',
        (path) => {
          symlinkSync(path, path);
        },
      ],
      [
        'as a link to what has no end',
        (path) => {
          symlinkSync('/dev/zero', path);
        },
      ],
      [
        'as a named pipe',
        (path) => {
          execFileSync('mkfifo', [path]);
        },
      ],
      [
        'as a folder',
        (path) => {
          mkdirSync(path);
        },
      ],
    ])('%s is told', async (_title, make) => {
      await inProject(noServices, async (project) => {
        const path = join(project, '.ingress-tls', name);
        rmSync(path, { force: true });
        make(path);
        const run = startProgram(['render'], { cwd: project });
        onTestFinished(() => {
          run.kill('SIGKILL');
        });
        const { exitCode, stderr } = await run.ended;
        expect([2, 3]).toContain(exitCode);
        expect(stderr).toContain(`.ingress-tls/${name}`);
        expect(stderr).toContain('\nnext: ');
      });
    });
  });

  it('a file in the place of charts/ is told', async () => {
    await inProject(noServices, (project) => {
      writeFileSync(join(project, 'charts'), 'mine\n');
      const { exitCode, stderr } = runProgram(['add-service', 'svc7', '--mode', 'terminate'], { cwd: project });
      expect(exitCode).toBe(3);
      expect(stderr).toContain('charts');
      expect(readFileSync(join(project, 'charts'), 'utf8')).toBe('mine\n');
    });
  });

  it('a folder in the place of a generated file is told', async () => {
    await inProject(noServices, (project) => {
      rmSync(join(project, 'manifests/ic-common.yaml'));
      mkdirSync(join(project, 'manifests/ic-common.yaml'));
      const { exitCode, stderr } = runProgram(['render'], { cwd: project });
      expect([2, 3]).toContain(exitCode);
      expect(stderr).toContain('manifests/ic-common.yaml');
      expect(stderr).toContain('\nnext: ');
    });
  });
});
