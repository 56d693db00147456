import { describe, expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { listWorkloads } from '../../../src/world/kubectl/rollout-evidence.ts';
import { ToolError } from '../../../src/errors.ts';
import { isReady } from '../../../src/kube/workload-readiness.ts';
import type { KubeObject, ObjectReference } from '../../../src/model/kube-object.ts';
import { answering, failureOf, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

type Rules = Parameters<typeof answering>[0];

const marked = 'labelSelector=app.kubernetes.io%2Fmanaged-by+in+%28Helm%2Cingress-tls%29';

async function list(
  rules: Rules,
  workloads: readonly ObjectReference[],
  namespace = 'shop',
): Promise<{ readonly found: readonly KubeObject[]; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const exec = createExec({
    env: installStandIns({ kubectl: answering(rules) }),
    cwd: makeTemporaryFolder(),
    onCommand: ({ args }) => asked.push(args.join(' ')),
  });
  return {
    found: await listWorkloads(
      exec,
      { connection: { context: 'here' }, requestTimeout: 10, isAtRoot: true },
      namespace,
      workloads,
    ),
    asked,
  };
}

function deployment(name: string): ObjectReference {
  return { kind: 'Deployment', name, namespace: 'shop' };
}

/** As Kubernetes 1.35.4 lists them: the items say nothing of their kind. */
function listOf(kind: string, ...items: readonly object[]): Rules {
  return [
    {
      when: [],
      stdout: `${JSON.stringify({ kind: `${kind}List`, apiVersion: 'apps/v1', metadata: { resourceVersion: '4711' }, items })}\n`,
    },
  ];
}

const starting = {
  metadata: { name: 'a', namespace: 'shop', generation: 2 },
  spec: { replicas: 1 },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
};

describe('listWorkloads', () => {
  it('asks for the newest state of all workloads of a kind at once, and for nothing more', async () => {
    const { asked } = await list(listOf('Deployment'), [deployment('a'), deployment('b')]);
    expect(asked).toEqual([
      `--context=here --request-timeout=10s get --raw=/apis/apps/v1/namespaces/shop/deployments?${marked}&limit=1000`,
    ]);
  });

  it('finds those that are wanted, of a kind of which readiness can be judged', async () => {
    const { found } = await list(listOf('Deployment', starting, { metadata: { name: 'other' } }), [
      deployment('a'),
      deployment('b'),
    ]);
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Deployment a']);
    expect(found.map(isReady)).toEqual([false]);
  });

  it('asks for each kind, and keeps apart what has the same name', async () => {
    const { found, asked } = await list(listOf('DaemonSet', starting), [
      { kind: 'DaemonSet', name: 'a', namespace: 'shop' },
      { kind: 'StatefulSet', name: 'b', namespace: 'shop' },
    ]);
    expect(asked.map((line) => /deployments|daemonsets|statefulsets/.exec(line)?.[0]).sort()).toEqual([
      'daemonsets',
      'statefulsets',
    ]);
    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['DaemonSet a']);
  });

  it('leaves no path by a name', async () => {
    const { asked } = await list(listOf('Deployment'), [deployment('a')], '../a?b');
    expect(asked[0]).toContain('/namespaces/..%2Fa%3Fb/deployments?');
  });

  it.each<readonly [string, Rules]>([
    [
      'a refusal',
      [{ when: [], stderr: 'Error from server (Forbidden): deployments.apps is forbidden\n', exitCode: 1 }],
    ],
    ['no JSON', [{ when: [], stdout: '<html>' }]],
    [
      'more than we can read',
      [{ when: [], stdout: JSON.stringify({ items: [{ ...starting, filler: 'x'.repeat(17 * 1024 * 1024) }] }) }],
    ],
  ])('throws for %s', async (_, rules) => {
    expect(await failureOf(() => list(rules, [deployment('a')]))).toBeInstanceOf(ToolError);
  });
});
