import { describe, expect, it } from 'vitest';
import { createExec, type ExternalCommand } from '../../../src/effects/exec.ts';
import { listLiveObjects, resourceOfKind } from '../../../src/effects/live-objects.ts';
import { ToolError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { answering, failureOf, installStandIns, makeTemporaryFolder } from './stand-in.ts';

interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

async function listThat(answer: Answer): Promise<{ readonly objects: readonly KubeObject[]; readonly commands: readonly ExternalCommand[] }> {
  const commands: ExternalCommand[] = [];
  const env = installStandIns({ kubectl: answering([{ when: [], ...answer }]) });
  const exec = createExec({ env, cwd: makeTemporaryFolder(), onCommand: (command) => commands.push(command) });
  const question = { connection: {}, requestTimeout: 10, resources: ['Deployment.v1.apps', 'Service'], namespace: 'shop', selector: 'a=b' };
  return { objects: await listLiveObjects(exec, question), commands };
}

describe('listLiveObjects', () => {
  it('asks once for all kinds', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'shop' } };
    const { objects, commands } = await listThat({ stdout: JSON.stringify([service]) });
    expect(objects).toEqual([service]);
    expect(commands.map(({ args }) => args)).toEqual([
      ['--request-timeout=10s', 'get', 'Deployment.v1.apps,Service', '--namespace=shop', '--selector=a=b', '--ignore-not-found=true', '-o=jsonpath={.items}'],
    ]);
  });

  it.each(['', '\n', '[]'])('finds nothing in %j', async (stdout) => {
    expect((await listThat({ stdout })).objects).toEqual([]);
  });

  it('shows nothing of an answer that it cannot read: it may hold a Secret', async () => {
    const error = await failureOf(() => listThat({ stdout: '[{"kind":"Secret","data":{"tls.key":"c2VjcmV0IHRoaW5n"}},' }));
    expect(error).toBeInstanceOf(ToolError);
    const { message, details } = error as ToolError;
    expect(message).toBe('cannot see what namespace shop holds: kubectl answered something unexpected');
    expect([message, ...details].join('\n')).not.toContain('c2VjcmV0');
  });

  it.each(['{}', 'null', 'true', '[null]', '["x"]', '[{"kind":"Service"}]', '[{"apiVersion":"v1","kind":"Service","metadata":{"name":1}}]'])('says that %j is no answer', async (stdout) => {
    expect(await failureOf(() => listThat({ stdout }))).toBeInstanceOf(ToolError);
  });

  it('passes a failure of the cluster on', async () => {
    const error = await failureOf(() => listThat({ stderr: 'error: the server doesn\'t have a resource type "HTTPRoute"\n', exitCode: 1 }));
    expect((error as ToolError).details.join('\n')).toContain('HTTPRoute');
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
