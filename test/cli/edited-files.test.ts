import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { programPath, runProgram } from '../support/program.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

const chartFile = 'charts/svc7/templates/service.yaml';
const secretFile = 'secrets/ic3-svc9-tls.yaml';

function edit(project: string, path: string, change: (text: string) => string): string {
  const text = change(readFileSync(join(project, path), 'utf8'));
  writeFileSync(join(project, path), text);
  return text;
}

/** All files but the lock's folder, which the state file and backups live in. */
function listFiles(project: string): readonly string[] {
  return readdirSync(project, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.ingress-tls'))
    .sort();
}

function readAll(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]),
  );
}

describe('a generated file that a person edited', () => {
  it('is named, its difference is shown, it is kept, and nothing is written beside it', async () => {
    await inProject(threeModes, (project) => {
      const files = listFiles(project);
      const edited = edit(project, chartFile, (text) => text.replace('kind: Service\n', 'kind: Service # mine\n'));
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-edited', ['render'], project, result);
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain(`kept: ${chartFile}`);
      expect(result.stderr).toMatch(/^-.*# mine$/m);
      expect(readFileSync(join(project, chartFile), 'utf8')).toBe(edited);
      expect(listFiles(project)).toEqual(files);
      expect(readdirSync(join(project, '.ingress-tls'))).toEqual(['state.json']);
      // Once more: nothing was forgotten.
      expect(runProgram(['render'], { cwd: project })).toEqual(result);
    });
  });

  it('does not keep the other files from being written', async () => {
    await inProject(threeModes, (project) => {
      edit(project, chartFile, (text) => `${text}# mine\n`);
      edit(project, 'ingress-tls.yaml', (text) => text.replace('name: svc7\n', 'name: svc7\n    replicas: 3\n'));
      expect(runProgram(['render'], { cwd: project }).exitCode).toBe(1);
      expect(readFileSync(join(project, 'charts/svc7/values.yaml'), 'utf8')).toMatch(/^replicaCount: 3$/m);
      expect(readFileSync(join(project, chartFile), 'utf8')).toContain('# mine');
    });
  });

  it('is a Secret: its backup is as private as it is, whatever the umask', async () => {
    await inProject(threeModes, (project) => {
      edit(project, secretFile, (text) => `${text}# mine\n`);
      chmodSync(join(project, '.ingress-tls'), 0o777);
      const { status } = spawnSync(
        'sh',
        ['-c', 'umask 000; exec "$0" "$@"', process.execPath, programPath, 'render', '--force'],
        { cwd: project },
      );
      expect(status).toBe(0);
      const found = readdirSync(join(project, '.ingress-tls'), { recursive: true, withFileTypes: true });
      const modes = (isFolder: boolean): readonly number[] =>
        found
          .filter((entry) => entry.name !== 'state.json' && entry.isDirectory() === isFolder)
          .map((entry) => statSync(join(entry.parentPath, entry.name)).mode & 0o777);
      expect(statSync(join(project, '.ingress-tls')).mode & 0o777).toBe(0o700);
      expect(modes(true)).toEqual([0o700, 0o700, 0o700]);
      expect(modes(false)).toEqual([0o600]);
    });
  });

  it.each<readonly [string, number, (path: string, outside: string) => void]>([
    [
      'leads out of the project',
      2,
      (path, outside) => {
        symlinkSync(outside, path);
      },
    ],
    [
      'leads to nothing',
      2,
      (path) => {
        symlinkSync('nowhere', path);
      },
    ],
    [
      'is a file',
      3,
      (path) => {
        writeFileSync(path, '');
      },
    ],
  ])('is not replaced, and nothing is written, where the place of backups %s', async (_title, code, spoil) => {
    await inProject(threeModes, (project, outside) => {
      edit(project, chartFile, (text) => `${text}# mine\n`);
      edit(project, 'ingress-tls.yaml', (text) => `${text}  - name: shop\n    mode: reencrypt\n`);
      spoil(join(project, '.ingress-tls/backup'), outside);
      const before = readAll(project);
      const { exitCode, stderr } = runProgram(['render', '--force'], { cwd: project });
      expect(exitCode).toBe(code);
      expect(stderr).toContain('.ingress-tls/backup');
      expect(stderr).toContain('\nnext: ');
      expect(readAll(project)).toEqual(before);
    });
  });

  it('is replaced with --force, and a backup is kept where helm does not render it', async () => {
    await inProject(threeModes, (project) => {
      const generated = readFileSync(join(project, chartFile), 'utf8');
      const edited = edit(project, chartFile, (text) => `${text}# mine\n`);
      const files = listFiles(project);
      const result = runProgram(['render', '--force'], { cwd: project });
      expectGolden('render-force', ['render', '--force'], project, result);
      expect(result.exitCode).toBe(0);
      expect(readFileSync(join(project, chartFile), 'utf8')).toBe(generated);
      expect(listFiles(project)).toEqual(files);
      const backups = readdirSync(join(project, '.ingress-tls/backup'), { recursive: true, encoding: 'utf8' }).filter(
        (path) => path.endsWith('.yaml'),
      );
      expect(backups).toHaveLength(1);
      expect(readFileSync(join(project, '.ingress-tls/backup', backups[0]!), 'utf8')).toBe(edited);
      expect(runProgram(['render'], { cwd: project })).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^unchanged {2}\d+ files\n$/) as string,
      });
    });
  });

  it('that is a Secret is named without its content', async () => {
    await inProject(threeModes, (project) => {
      const edited = edit(project, secretFile, (text) =>
        text.replace('metadata:\n', 'metadata:\n  annotations:\n    mine: please-do-not-show\n'),
      );
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-edited-secret', ['render'], project, result);
      expect(result.exitCode).toBe(1);
      for (const line of edited.split('\n').filter((text) => text.length > 30))
        expect(result.stdout + result.stderr).not.toContain(line.trim());
      expect(result.stdout + result.stderr).not.toContain('please-do-not-show');
      expect(readFileSync(join(project, secretFile), 'utf8')).toBe(edited);
    });
  });

  it('stops apply before anything is written; --keep-edits goes on', async () => {
    await inProject(threeModes, (project, outside) => {
      edit(project, 'manifests/ic3-mandatory.yaml', (text) => `${text}# mine\n`);
      const cluster = installStandInCluster(outside);
      const refused = runProgram(['apply'], { cwd: project, env: cluster.env });
      expectGolden('apply-edited', ['apply'], project, refused);
      expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
      expect(cluster.calls().filter(isWrite)).toEqual([]);
      expect(runProgram(['apply', '--keep-edits'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
      expect(cluster.calls().some(({ stdin }) => stdin.includes('# mine'))).toBe(true);
    });
  });

  it('of a service that is removed is kept', async () => {
    await inProject(threeModes, (project) => {
      edit(project, chartFile, (text) => `${text}# mine\n`);
      const result = runProgram(['remove-service', 'svc7'], { cwd: project });
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain(chartFile);
      expect(readdirSync(join(project, 'charts/svc7'), { recursive: true, encoding: 'utf8' })).toEqual([
        'templates',
        'templates/service.yaml',
      ]);
    });
  });

  it('is made again when a person removed it', async () => {
    await inProject(threeModes, (project) => {
      const generated = readFileSync(join(project, chartFile), 'utf8');
      rmSync(join(project, chartFile));
      expect(runProgram(['render'], { cwd: project }).exitCode).toBe(0);
      expect(readFileSync(join(project, chartFile), 'utf8')).toBe(generated);
    });
  });
});

describe('a file of a person in the place of one that is not generated yet', () => {
  it('is kept', async () => {
    await inProject(
      'apiVersion: ingress-tls/v1\ndomain: example.test\ncertificate:\n  keyType: ecdsa-p256\n',
      (project) => {
        writeFileSync(join(project, 'schema.json'), '{"mine": true}\n');
        rmSync(join(project, '.ingress-tls'), { recursive: true });
        const { exitCode, stderr } = runProgram(['render'], { cwd: project });
        expect(exitCode).toBe(1);
        expect(stderr).toContain('kept: schema.json was not written by ingress-tls');
        expect(readFileSync(join(project, 'schema.json'), 'utf8')).toBe('{"mine": true}\n');
      },
    );
  });

  it('.gitignore keeps its lines', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(join(project, '.gitignore'), 'node_modules/\n');
      expect(runProgram(['render'], { cwd: project }).exitCode).toBe(0);
      const text = readFileSync(join(project, '.gitignore'), 'utf8');
      expect(text).toMatch(/^node_modules\/\n/);
      expect(text).toMatch(/^\/?secrets\/$/m);
      expect(existsSync(join(project, '.gitignore.bak'))).toBe(false);
    });
  });
});
