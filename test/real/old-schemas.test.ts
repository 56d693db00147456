import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { chartObjects, manifestObjects, secretObjects, type KubernetesObject } from './objects.ts';
import { projects, type Project } from './projects.ts';

// kubectl and helm refuse a field that the cluster's own definitions do not have (`--validate`, on by default), so a chart for old
// clusters may only have old fields.

interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

// The first that has apps/v1beta2, the article's, and the last before 1.16.
const oldVersions = ['1.8.0', '1.10.0', '1.15.0'];
const old = projects.filter(({ controller }) => controller.profile === 'ingress-nginx-0.15');
const cases = old.flatMap((project) => oldVersions.map((version) => ({ title: project.title, project, version })));

describeWithTool('oldDefinitions', 'the definitions of old Kubernetes versions', (folder) => {
  describeWithTool('helm', 'for the profile ingress-nginx-0.15', () => {
    it.each(cases)('$version knows every field of $title', ({ project, version }) => {
      const judge = createJudge(folder, version);
      expect(allObjects(project, version).flatMap(judge)).toEqual([]);
    });

    it('refuse what came later', () => {
      const [project] = old;
      const later = project?.services.flatMap((service) => chartObjects(project, service)) ?? [];
      expect(later.flatMap(createJudge(folder, '1.10.0'))).toContainEqual(
        expect.stringContaining(
          'Deployment ic3-svc7: /spec/template/spec must NOT have additional properties (enableServiceLinks)',
        ),
      );
      expect(
        createJudge(folder, '1.15.0')({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'a' } }),
      ).toEqual(['Ingress a: networking.k8s.io/v1 is not served']);
    });
  });
});

const allObjects = (project: Project, version: string): readonly KubernetesObject[] => [
  ...manifestObjects(project),
  ...secretObjects(project),
  ...project.services.flatMap((service) => chartObjects(project, service, version)),
];

/** Returns what the definitions of a version say against an object. */
function createJudge(folder: string, version: string): (object: KubernetesObject) => readonly string[] {
  const text = readFileSync(join(folder, `v${version}-local`, '_definitions.json'), 'utf8');
  const { definitions } = JSON.parse(text) as { readonly definitions: Readonly<Record<string, Definition>> };
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [
      name,
      definition.properties === undefined ? definition : { additionalProperties: false, ...definition },
    ]),
  );
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema({
    $id: 'kubernetes',
    definitions: strict,
  });
  return (object) => {
    const [group, apiVersion] = object.apiVersion.includes('/')
      ? object.apiVersion.split('/')
      : ['', object.apiVersion];
    const named = Object.entries(definitions).find(([, definition]) =>
      definition['x-kubernetes-group-version-kind']?.some(
        (each) => each.group === group && each.version === apiVersion && each.kind === object.kind,
      ),
    );
    const label = `${object.kind} ${object.metadata.name}`;
    if (named === undefined) return [`${label}: ${object.apiVersion} is not served`];
    const validate = ajv.getSchema(`kubernetes#/definitions/${named[0]}`);
    if (validate?.(object) === true) return [];
    return (validate?.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${label}: ${instancePath} ${message ?? ''} (${String(params['additionalProperty'])})`,
    );
  };
}
