import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
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
  onTestFinished(() => { rmSync(root, { recursive: true }); });
  const exec = { run: () => Promise.resolve({ exitCode: 0, stdout: rendered, stderr: '', timedOut: false, isCut: false }) } as unknown as Exec;
  const helm = { readHelmVersion: () => Promise.resolve({ major: 4, minor: 1, text: 'v4.1.4' }) } as unknown as Helm;
  const reader = createObjectReader({ files: createProjectFiles(root), exec, helm });
  const chart = { folder: 'charts/svc7', release: 'ic3-svc7', namespace: 'shop', describe: () => [] };
  const { objects } = await reader.read({ files: [], charts: [chart], kubeVersion: '1.35.0' });
  expect(objects.map(({ metadata }) => `${metadata.namespace ?? '-'} ${metadata.name}`)).toEqual(['shop here', 'other elsewhere', '- class', '- role']);
});
