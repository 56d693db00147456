import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import type { Exec } from '../../../src/world/exec/exec.ts';
import { createProjectFiles } from '../../../src/world/files/files.ts';
import type { Helm } from '../../../src/world/helm/helm.ts';
import { createObjectReader } from '../../../src/world/helm/rendered-objects.ts';

const rendered = `
apiVersion: v1
kind: Service
metadata: {name: here}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere, namespace: other}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: class}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: role}
`;

it('places the objects of a chart in the namespace of its release, as helm does when it installs them', async () => {
  const root = mkdtempSync(join(tmpdir(), 'ingress-tls-objects-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const exec = {
    run: () => Promise.resolve({ exitCode: 0, stdout: rendered, stderr: '', timedOut: false, isCut: false }),
  } as unknown as Exec;
  const helm = { readHelmVersion: () => Promise.resolve({ major: 4, minor: 1, text: 'v4.1.4' }) } as unknown as Helm;
  const reader = createObjectReader({ files: createProjectFiles(root), exec, helm });
  const chart = { folder: 'charts/svc7', release: 'ic3-svc7', namespace: 'shop', describe: () => [] };
  const { objects } = await reader.read({ files: [], charts: [chart], kubeVersion: '1.35.0' });
  expect(objects.map(({ metadata }) => `${metadata.namespace ?? '-'} ${metadata.name}`)).toEqual([
    'shop here',
    'other elsewhere',
    '- class',
    '- role',
  ]);
});

it('gives helm the files whose texts are values, asks it anew when one changes, and hands the texts over where helm is not there', async () => {
  const root = mkdtempSync(join(tmpdir(), 'ingress-tls-objects-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  const calls: (readonly string[])[] = [];
  const exec = {
    run: ({ args }: { readonly args: readonly string[] }) => {
      calls.push(args);
      return Promise.resolve({ exitCode: 0, stdout: rendered, stderr: '', timedOut: false, isCut: false });
    },
  } as unknown as Exec;
  const files = createProjectFiles(root);
  const given: unknown[] = [];
  const describe = (texts: Readonly<Record<string, string>>): readonly [] => {
    given.push(texts);
    return [];
  };
  const sources = {
    files: [],
    charts: [
      { folder: 'charts/svc8', release: 'ic3-svc8', namespace: 'shop', setFiles: { 'route.ca': 'ca.crt' }, describe },
    ],
    kubeVersion: '1.35.0',
  };
  const reader = createObjectReader({
    files,
    exec,
    helm: { readHelmVersion: () => Promise.resolve({ major: 4, minor: 1, text: 'v4.1.4' }) } as unknown as Helm,
  });
  for (const text of ['one', 'one', 'other']) {
    writeFileSync(join(root, 'ca.crt'), text);
    await reader.read(sources);
  }
  expect(calls.map((args) => args.filter((arg) => arg.startsWith('--set-file')))).toEqual([
    ['--set-file=route.ca=ca.crt'],
    ['--set-file=route.ca=ca.crt'],
  ]);
  const without = createObjectReader({
    files,
    exec,
    helm: { readHelmVersion: () => Promise.reject(new ToolError('no helm')) } as unknown as Helm,
  });
  await without.read(sources);
  expect(given).toEqual([{ 'route.ca': 'other' }]);
});
