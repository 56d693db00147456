import { describe, expect, it } from 'vitest';
import { createExec, type ExternalCommand } from '../../../src/world/exec/exec.ts';
import { listLiveObjects, resourceOfKind, type LiveObjectsQuestion } from '../../../src/world/kubectl/live-objects.ts';
import { ToolError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { answering, failureOf, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

type Rule = Parameters<typeof answering>[0][number];

async function listThat(
  rules: Rule | readonly Rule[],
  more: Partial<LiveObjectsQuestion> = {},
): Promise<{ readonly objects: readonly KubeObject[]; readonly commands: readonly ExternalCommand[] }> {
  const commands: ExternalCommand[] = [];
  const env = installStandIns({ kubectl: answering([rules].flat()) });
  const exec = createExec({ env, cwd: makeTemporaryFolder(), onCommand: (command) => commands.push(command) });
  const kinds = [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'v1', kind: 'Service' },
  ];
  const question = {
    connection: {},
    requestTimeout: 10,
    isAtRoot: true,
    kinds,
    namespace: 'shop',
    selector: 'a=b,c=d',
    fieldSelector: 'type!=x',
    ...more,
  };
  return { objects: await listLiveObjects(exec, question), commands };
}

const [aService, aDeployment] = [
  { metadata: { name: 'a', namespace: 'shop' }, spec: {} },
  { metadata: { name: 'b', namespace: 'shop' } },
];
// As `kubectl get --raw` prints them: Kubernetes 1.35.4 leaves out of items what the list says already.
const services = JSON.stringify({
  kind: 'ServiceList',
  apiVersion: 'v1',
  metadata: { resourceVersion: '7' },
  items: [aService],
});
const deployments = JSON.stringify({
  kind: 'DeploymentList',
  apiVersion: 'apps/v1',
  metadata: { resourceVersion: '7' },
  items: [aDeployment],
});

describe('listLiveObjects', () => {
  it('asks for each kind by its path and says of which kind each object is', async () => {
    const paths = {
      deployments:
        '--raw=/apis/apps/v1/namespaces/shop/deployments?labelSelector=a%3Db%2Cc%3Dd&fieldSelector=type%21%3Dx&limit=1000',
      services:
        '--raw=/api/v1/namespaces/shop/services?labelSelector=a%3Db%2Cc%3Dd&fieldSelector=type%21%3Dx&limit=1000',
    };
    const { objects, commands } = await listThat([
      { when: [paths.deployments], stdout: deployments },
      { when: [paths.services], stdout: services },
    ]);
    expect(objects).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', ...aDeployment },
      { apiVersion: 'v1', kind: 'Service', ...aService },
    ]);
    expect(commands.map(({ args }) => args)).toEqual(
      Object.values(paths).map((path) => ['--request-timeout=10s', 'get', path]),
    );
  });

  it('goes on where an answer ends', async () => {
    const query = 'labelSelector=a%3Db%2Cc%3Dd&fieldSelector=type%21%3Dx&limit=1000';
    const page = (name: string, next?: string): string =>
      JSON.stringify({ kind: 'ServiceList', metadata: { continue: next }, items: [{ metadata: { name } }] });
    const kinds = [{ apiVersion: 'v1', kind: 'Service' }];
    const first = { when: [`--raw=/api/v1/namespaces/shop/services?${query}`], stdout: page('a', 'eyJ2&=') };
    const second = {
      when: [`--raw=/api/v1/namespaces/shop/services?${query}&continue=eyJ2%26%3D`],
      stdout: page('b', ''),
    };
    expect((await listThat([first, second], { kinds })).objects.map(({ metadata }) => metadata.name)).toEqual([
      'a',
      'b',
    ]);
  });

  it('asks for less at a time where an answer is more than can be read', async () => {
    const query = 'labelSelector=a%3Db%2Cc%3Dd&fieldSelector=type%21%3Dx&limit=';
    const kinds = [{ apiVersion: 'v1', kind: 'Service' }];
    const page = (limit: number, more: object): Rule => ({
      when: [`--raw=/api/v1/namespaces/shop/services?${query}${limit}`],
      ...more,
    });
    const large = JSON.stringify({ items: [{ metadata: { name: 'x' }, data: 'x'.repeat(17 * 1024 * 1024) }] });
    expect(
      (await listThat([page(1000, { stdout: large }), page(250, { stdout: services })], { kinds })).objects,
    ).toHaveLength(1);
  });

  it('lets kubectl find the API where it is not known to lie at the root of the server', async () => {
    const named = (name: string, kind: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind, metadata: { name } }] });
    const { objects, commands } = await listThat(
      [
        { when: ['Deployment.v1.apps'], stdout: named('b', 'Deployment') },
        { when: ['Service'], stdout: named('a', 'Service') },
      ],
      { isAtRoot: false },
    );
    expect(objects.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'apps/v1 Deployment b',
      'v1 Service a',
    ]);
    expect(commands.flatMap(({ args }) => args).filter((arg) => arg.startsWith('--raw'))).toEqual([]);
    expect(commands[1]?.args).toEqual([
      '--request-timeout=10s',
      'get',
      'Service',
      '--namespace=shop',
      '--ignore-not-found=true',
      '-o=json',
      '--selector=a=b,c=d',
      '--field-selector=type!=x',
    ]);
  });

  it('finds nothing of a kind that the cluster does not serve', async () => {
    const stderr = 'Error from server (NotFound): the server could not find the requested resource\n';
    expect((await listThat({ when: [], stderr, exitCode: 1 })).objects).toEqual([]);
  });

  it('shows nothing of an answer that it cannot read: it may hold a Secret', async () => {
    const error = await failureOf(() =>
      listThat({ when: [], stdout: '{"items":[{"data":{"tls.key":"c2VjcmV0IHRoaW5n"}},' }),
    );
    expect(error).toBeInstanceOf(ToolError);
    const { message, details } = error as ToolError;
    expect(message).toBe('cannot see what namespace shop holds: kubectl answered something unexpected');
    expect([message, ...details].join('\n')).not.toContain('c2VjcmV0');
  });

  // Words that redaction does not know for a secret.
  it.each([true, false])(
    'shows nothing of what a kubectl had printed that was stopped, by path: %s',
    async (isAtRoot) => {
      const error = await failureOf(() =>
        listThat({ when: [], stdout: 'the word is swordfish\n', exitCode: 137 }, { isAtRoot }),
      );
      expect(error).toBeInstanceOf(ToolError);
      const { message, details } = error as ToolError;
      expect([message, ...details].join('\n')).not.toContain('swordfish');
    },
  );

  it('shows nothing of an answer that is too large for one kind', async () => {
    const stdout = 'the word is swordfish\n'.repeat(1024 * 1024);
    const error = await failureOf(() => listThat({ when: [], stdout }, { isAtRoot: false }));
    expect(error).toBeInstanceOf(ToolError);
    const { message, details } = error as ToolError;
    expect([message, ...details].join('\n')).not.toContain('swordfish');
  });

  it.each([
    '',
    '[]',
    '{}',
    'null',
    'true',
    '{"items":null}',
    '{"items":[null]}',
    '{"items":["x"]}',
    '{"items":[{}]}',
    '{"items":[{"metadata":{"name":1}}]}',
  ])('says that %j is no answer', async (stdout) => {
    expect(await failureOf(() => listThat({ when: [], stdout }))).toBeInstanceOf(ToolError);
  });

  it('passes a failure of the cluster on', async () => {
    const stderr =
      'Error from server (Forbidden): services is forbidden: User "nobody" cannot list resource "services" in API group "" in the namespace "shop"\n';
    const error = await failureOf(() => listThat({ when: [], stderr, exitCode: 1 }));
    expect((error as ToolError).details.join('\n')).toContain('nobody');
  });
});

describe('resourceOfKind', () => {
  // As kubectl takes them: `kubectl explain` and kubectl@v0.35.0 k8s.io/apimachinery ParseKindArg (Kind.version.group).
  it.each([
    ['v1', 'Secret', 'Secret'],
    ['apps/v1', 'Deployment', 'Deployment.v1.apps'],
    ['networking.k8s.io/v1', 'Ingress', 'Ingress.v1.networking.k8s.io'],
    ['extensions/v1beta1', 'Ingress', 'Ingress.v1beta1.extensions'],
  ])('%s %s: %s', (apiVersion, kind, expected) => {
    expect(resourceOfKind({ apiVersion, kind })).toBe(expected);
  });
});
