import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeWithTool } from '../support/describe-with.ts';
import { ofKind, secretObjects, type KubernetesObject } from './objects.ts';
import { projects, type Project } from './projects.ts';

/** The Secrets of a project: key of the data -> file of certs/. */
function wantedSecrets({
  secretName,
  services,
  controller,
}: Project): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const verifies = controller.profile === 'ingress-nginx';
  return new Map([
    [secretName, { 'tls.crt': 'wildcard.crt', 'tls.key': 'wildcard.key' }],
    ...services.flatMap(
      ({ name, mode, release, clientAuth }): readonly (readonly [string, Record<string, string>])[] => [
        ...(mode === 'terminate'
          ? []
          : [[`${release}-tls`, { 'tls.crt': `${name}.crt`, 'tls.key': `${name}.key` }] as const]),
        ...(mode === 'reencrypt' && verifies ? [[`${release}-upstream-ca`, { 'ca.crt': 'ca.crt' }] as const] : []),
        ...(clientAuth ? [[`${release}-client-ca`, { 'ca.crt': `${name}-client-ca.crt` }] as const] : []),
      ],
    ),
  ]);
}

describe.each(projects)('secrets/ of the project $title', (project) => {
  const wanted = wantedSecrets(project);

  it('holds the Secrets that the services need and nothing else', () => {
    const found = secretObjects(project);
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual([...wanted.keys()].sort());
    expect(found.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual(
      found.map(() => ['Secret', project.namespace]),
    );
  });

  describeWithTool('kubectl', 'compared with kubectl create secret', (kubectl) => {
    it.each([...wanted.keys()])('%s is what kubectl makes of the files', (name) => {
      const certs = join(project.folder(), 'certs');
      const files = wanted.get(name) ?? {};
      const given =
        'tls.key' in files
          ? [
              'tls',
              name,
              `--cert=${join(certs, files['tls.crt'] ?? '')}`,
              `--key=${join(certs, files['tls.key'] ?? '')}`,
            ]
          : ['generic', name, ...Object.entries(files).map(([key, file]) => `--from-file=${key}=${join(certs, file)}`)];
      const made = parse(
        execFileSync(
          kubectl,
          ['create', 'secret', ...given, `--namespace=${project.namespace}`, '--dry-run=client', '--output=yaml'],
          { encoding: 'utf8' },
        ),
      ) as KubernetesObject;
      const [theirs] = ofKind([made], 'Secret');
      const ours = ofKind(secretObjects(project), 'Secret').find(({ metadata }) => metadata.name === name);
      // kubectl leaves out the type that is Kubernetes' default.
      expect({ type: ours?.type, data: ours?.data }).toEqual({ type: theirs?.type ?? 'Opaque', data: theirs?.data });
    });
  });
});
