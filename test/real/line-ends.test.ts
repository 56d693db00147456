import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeWithTool } from '../support/describe-with.ts';
import { inFreshFolder } from '../support/program.ts';
import { projects } from './projects.ts';

/** Makes a copy of a project in which every generated text has the line ends that core.autocrlf gives on Windows. */
function copyWithCrlf(folder: string, copy: string): void {
  cpSync(folder, copy, { recursive: true });
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'));
  }
}

const project = projects.find(({ services }) => services.some(({ mode }) => mode === 'passthrough'))!;

describeWithTool('helm', 'charts with CRLF', (helm) => {
  it('bring the same objects', async () => {
    await inFreshFolder((outside) => {
      const copy = join(outside, 'copy');
      copyWithCrlf(project.folder(), copy);
      const render = (folder: string, name: string): readonly unknown[] =>
        parseAllDocuments(
          execFileSync(helm, ['template', 'x', join(folder, 'charts', name), '--kube-version', project.kubeVersion], {
            encoding: 'utf8',
          }),
          { version: '1.1' },
        ).map((document) => document.toJS() as unknown);
      for (const { name } of project.services) {
        const objects = render(copy, name);
        expect(objects).toEqual(render(project.folder(), name));
        expect(JSON.stringify(objects)).not.toContain(String.raw`\r`);
      }
    });
  });
});

describeWithTool('kubectl', 'manifests with CRLF', (kubectl) => {
  it('bring the same objects', async () => {
    await inFreshFolder((outside) => {
      const copy = join(outside, 'copy');
      copyWithCrlf(project.folder(), copy);
      // Reads the files as apply does, and asks no cluster.
      const read = (folder: string, path: string): string =>
        execFileSync(kubectl, ['label', '--local', 'a=b', '-o', 'json', '-f', '-'], {
          input: readFileSync(join(folder, path)),
          encoding: 'utf8',
        });
      const files = [
        ...readdirSync(join(copy, 'manifests')).map((name) => `manifests/${name}`),
        ...readdirSync(join(copy, 'secrets')).map((name) => `secrets/${name}`),
      ];
      for (const path of files) {
        const objects = read(copy, path);
        expect(objects, path).toBe(read(project.folder(), path));
        expect(objects).not.toContain(String.raw`\r`);
      }
    });
  });
});
