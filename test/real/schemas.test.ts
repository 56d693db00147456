import { describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { allObjects, type KubernetesObject } from './objects.ts';
import { projects, type Project } from './projects.ts';
import { validate } from './published-schemas.ts';
import { findTypeErrors } from './unknown-fields.ts';

const errorsOf = async (object: KubernetesObject): Promise<readonly string[]> => {
  try {
    await validate(object);
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata.name}: ${error instanceof Error ? error.message : String(error)}`];
  }
};

describeWithTool('helm', "Kubernetes' own schemas", () => {
  it.each(projects)('accept every object of the project $title', async (project) => {
    const objects = allObjects(project);
    expect((await Promise.all(objects.map(errorsOf))).flat()).toEqual([]);
    expect(kindsOf(objects)).toEqual(expect.arrayContaining([...expectedKinds(project)]));
  });

  it('know every field that is used', () => {
    expect(findTypeErrors(projects.flatMap(allObjects))).toEqual([]);
  });
});

const kindsOf = (objects: readonly KubernetesObject[]): readonly string[] => [
  ...new Set(objects.map(({ kind }) => kind)),
];

/** So that no folder that was read empty passes for valid. */
function expectedKinds({ services, controller, namespace }: Project): readonly string[] {
  return [
    ...[
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Deployment',
      'Ingress',
      'NetworkPolicy',
      'Pod',
      'Role',
      'RoleBinding',
      'Secret',
      'Service',
      'ServiceAccount',
    ],
    ...(controller.profile === 'ingress-nginx' ? ['IngressClass'] : []),
    ...(services.some(({ replicas }) => replicas === undefined || replicas > 1) ? ['PodDisruptionBudget'] : []),
    ...(namespace === 'default' && controller.namespace === 'default' ? [] : ['Namespace']),
  ];
}

const metadata = { name: 'a' };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
  },
};
const path = { path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { name: 'b' } } } };
const ingress = (...paths: readonly object[]): KubernetesObject & { readonly spec: object } => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata,
  spec: { rules: [{ http: { paths } }] },
});

const container = { name: 'a', image: 'b' };
const withContainer = (changed: object): object => ({
  ...deployment,
  spec: { ...deployment.spec, template: { ...deployment.spec.template, spec: { containers: [changed] } } },
});

const wrong: Readonly<Record<string, object>> = {
  'a number in quotes': { ...deployment, spec: { ...deployment.spec, replicas: '2' } },
  'a boolean for text': { ...deployment, metadata: { annotations: { a: true } } },
  'a missing field': { ...deployment, spec: { template: deployment.spec.template } },
  'a word out of an enumeration': ingress({ ...path, pathType: 'prefix' }),
  'a word for an object': ingress({ path: '/', pathType: 'Prefix', backend: 'a' }),
  'a container without a name': withContainer({ image: 'b' }),
  'an API version that does not exist': { ...deployment, apiVersion: 'apps/v2' },
};

describe('the judges themselves', () => {
  it('accept what is right', async () => {
    const right = [deployment, withContainer(container), ingress(path)] as readonly KubernetesObject[];
    expect((await Promise.all(right.map(errorsOf))).flat()).toEqual([]);
    expect(findTypeErrors(right)).toEqual([]);
  });

  it.each(Object.keys(wrong))('refuse %s', async (title) => {
    expect(await errorsOf(wrong[title] as KubernetesObject)).toHaveLength(1);
  });

  it('refuse all of that by its type as well, and a field that does not exist', () => {
    const titles = [...Object.keys(wrong), 'a field that does not exist'];
    const objects = [
      ...Object.values(wrong),
      withContainer({ ...container, readinesProbe: {} }),
    ] as readonly KubernetesObject[];
    const errors = findTypeErrors(
      objects.map((object, index) => ({ ...object, metadata: { ...object.metadata, name: titles[index] ?? '' } })),
    );
    for (const title of titles) expect(errors).toContainEqual(expect.stringContaining(` ${title}: `));
    expect(errors).toContainEqual(
      expect.stringMatching(
        /^Deployment a field that does not exist: .*readinesProbe.* does not exist in type 'IContainer'/,
      ),
    );
  });
});
