import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inFreshFolder, runProgram } from '../support/program.ts';
import { readSnapshot, snapshotProject, type Snapshot } from './project-snapshot.ts';

// Each folder in examples/ is a test: its ingress-tls.yaml, with the certificates that lie beside it, must render to its expected/. After a wanted change:
//   npm run build && UPDATE_GOLDEN=1 npx vitest run --project examples golden
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const names = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(names)('examples/%s', (name) => {
  it('renders to what expected/ holds, and a second time to nothing new', async () => {
    const expectedFolder = join(examples, name, 'expected');
    const actual = await inFreshFolder((project) => {
      const given = (path: string): boolean => path !== join(examples, name, 'expected');
      cpSync(join(examples, name), project, { recursive: true, filter: given });
      const first = runProgram(['render'], { cwd: project });
      expect(first.exitCode, first.stderr).toBe(0);
      const second = runProgram(['render'], { cwd: project });
      expect(second.stdout).toMatch(/^unchanged {2}\d+ files\n$/);
      return snapshotProject(project);
    });
    if (isUpdate) writeSnapshot(expectedFolder, actual);
    const expected = readSnapshot(expectedFolder);
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    for (const [path, text] of Object.entries(actual))
      expect(text, `examples/${name}/expected/${path}`).toBe(expected[path]);
  });
});

describe('the snapshots', () => {
  it('hold no key and no certificate', () => {
    for (const name of names) {
      for (const [path, text] of Object.entries(readSnapshot(join(examples, name, 'expected')))) {
        // In PEM, or as PEM in base64.
        expect(text, `examples/${name}/expected/${path}`).not.toMatch(/-----BEGIN|LS0tLS1CRUdJTi/);
      }
    }
  });
});

function writeSnapshot(folder: string, snapshot: Snapshot): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(snapshot)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
