import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createServerDryRun, type ServerDryRun } from '../../../src/world/kubectl/server-dry-run.ts';
import { ToolError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import * as said from './dry-run-cluster.ts';
import { kubectlOf, type ClusterState } from './dry-run-cluster.ts';
import { failureOf } from '../../support/effects/stand-in.ts';

const fieldManager = 'ingress-tls';

function configMap(
  name: string,
  data: Readonly<Record<string, string>> = { a: '1' },
  namespace = 'default',
): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** As the API server returns it, with field managers. */
function kept(object: KubeObject, ...managers: readonly (readonly [string, 'Apply' | 'Update'])[]): KubeObject {
  const managedFields = managers.map(([manager, operation]) => ({ manager, operation, apiVersion: 'v1' }));
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: 'b7',
      resourceVersion: '12',
      managedFields,
    } as unknown as KubeObject['metadata'],
  };
}

function dryRunOf(state: ClusterState): ServerDryRun & { readonly exec: said.RecordedExec } {
  const exec = kubectlOf(state);
  return { ...createServerDryRun(exec, { connection: { context: 'demo' }, requestTimeout: 10 }), exec };
}

describe('a server dry run', () => {
  it('tells what is made, what changes and what stays, in the order of the objects', async () => {
    const objects = [configMap('new'), configMap('same'), configMap('other', { a: '2' })];
    const dryRun = dryRunOf({ live: [kept(configMap('same')), kept(configMap('other'))] });
    const changes = await dryRun.preview(objects, { fieldManager });
    expect(changes.map(({ object, change }) => [object.name, change])).toEqual([
      ['new', 'create'],
      ['same', 'unchanged'],
      ['other', 'change'],
    ]);
    expect(changes[0]).toMatchObject({ after: objects[0] });
    expect(changes[1]?.after).toBeUndefined();
    expect(changes[2]).toMatchObject({ before: { data: { a: '1' } }, after: { data: { a: '2' } }, conflicts: [] });
    expect(changes[2]?.before?.metadata).not.toHaveProperty('managedFields');
  });

  it('sends objects on standard input alone, and only asks', async () => {
    const dryRun = dryRunOf({});
    await dryRun.preview(
      [
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 's', namespace: 'default' },
          data: { 'tls.key': 'c2VjcmV0LWtleQ==' },
        },
      ],
      { fieldManager },
    );
    const sent = dryRun.exec.calls.map(({ args }) => args.join(' '));
    expect(sent).toEqual([
      '--context=demo --request-timeout=10s get --ignore-not-found=true --show-managed-fields=true -o=json -f -',
      '--context=demo --request-timeout=10s get namespaces --ignore-not-found=true -o=name -- default',
      '--context=demo --request-timeout=10s apply --server-side --dry-run=server --field-manager=ingress-tls --validate=false -o=json -f -',
    ]);
  });

  it('does not ask for namespaces that are known to be there', async () => {
    const dryRun = dryRunOf({ live: [kept(configMap('same'))], namespaces: [] });
    const changes = await dryRun.preview([configMap('same')], {
      fieldManager,
      existingNamespaces: new Set(['default', 'other']),
    });
    expect(changes).toMatchObject([{ change: 'unchanged' }]);
    expect(dryRun.exec.calls.map(({ args }) => args[args.indexOf('--request-timeout=10s') + 1]).sort()).toEqual([
      'apply',
      'get',
    ]);
  });

  it('makes whatever lies in a namespace that is still to be made, without asking', async () => {
    const dryRun = dryRunOf({ namespaces: [] });
    const changes = await dryRun.preview([configMap('new')], { fieldManager });
    expect(changes).toMatchObject([{ change: 'create', after: configMap('new') }]);
    expect(dryRun.exec.calls.filter(({ args }) => args.includes('apply'))).toEqual([]);
  });

  it('names who manages a field and what would come if it were taken', async () => {
    const live = [kept(configMap('scaled'), ['kubectl', 'Update']), kept(configMap('mixed'))];
    const words = ({ metadata: { name } }: KubeObject): string | undefined =>
      ({ scaled: said.oneConflict, mixed: said.manyConflicts })[name];
    const changes = await dryRunOf({ live, words }).preview(
      [configMap('fine'), configMap('scaled', { a: '2' }), configMap('mixed', { a: '3' })],
      { fieldManager },
    );
    expect(changes.map(({ conflicts }) => conflicts)).toEqual([
      [],
      [{ manager: 'kubectl', fields: ['.spec.replicas'] }],
      [
        { manager: 'one', fields: ['.data.a', '.data.b'] },
        { manager: 'two', fields: ['.data.c', '.data.d', '.metadata.annotations.x.y/z'] },
      ],
    ]);
    expect(changes.map(({ after }) => after?.['data'])).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }]);
  });

  it.each([
    [
      'quota',
      said.quota,
      'configmaps "b-over" is forbidden: exceeded quota: b-quota, requested: configmaps=1, used: configmaps=4, limited: configmaps=1',
    ],
    [
      'Pod Security',
      said.podSecurity,
      'pods "priv" is forbidden: violates PodSecurity "restricted:latest": privileged (container "x" must not set securityContext.privileged=true), runAsNonRoot != true (pod or container "x" must set securityContext.runAsNonRoot=true)',
    ],
    [
      'a value',
      said.invalidAlone,
      'The Service "taken" is invalid: spec.ports[0].nodePort: Invalid value: 31092: provided port is already allocated',
    ],
    [
      'a value, other wording',
      said.invalidAmongOthers,
      'Service "taken" is invalid: spec.ports[0].nodePort: Invalid value: 31092: provided port is already allocated',
    ],
    [
      'an unknown kind',
      said.unknownKind,
      'resource mapping not found for name: "x" namespace: "b-svc" from "STDIN": no matches for kind "Nothing" in version "foo.example/v1"',
    ],
    [
      'an unknown field',
      said.unknownField,
      'failed to create typed patch object (b-svc/unknownfield; /v1, Kind=ConfigMap): .dta: field not declared in schema',
    ],
    [
      'a right',
      said.mayNot,
      'configmaps "x" is forbidden: User "nobody" cannot patch resource "configmaps" in API group "" in the namespace "b-svc"',
    ],
  ])('repeats what the API server says against %s', async (_, words, refusal) => {
    const changes = await dryRunOf({ words: () => words }).preview([configMap('new')], { fieldManager });
    expect(changes).toMatchObject([{ change: 'create', refusal }]);
  });

  it('leaves nothing of a Secret in a refusal', async () => {
    const secret: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data: { password: Buffer.from('correct horse').toString('base64') },
    };
    const words = `Error from server (Invalid): Secret "s" is invalid: data[password]: Invalid value: "correct horse": ${String(Object.values(secret['data'] as object)[0])} is not wanted\n`;
    const [change] = await dryRunOf({ words: () => words }).preview([secret], { fieldManager });
    expect(change?.refusal).toContain('data[password]: Invalid value');
    expect(change?.refusal).not.toMatch(/correct|horse|Y29ycmVj/);
  });

  it('finds, among any number of objects, exactly those that fail', async () => {
    const verdict = fc.constantFrom(undefined, undefined, said.quota, said.oneConflict, said.invalidAmongOthers);
    await fc.assert(
      fc.asyncProperty(fc.array(verdict, { maxLength: 40 }), fc.func(fc.boolean()), async (verdicts, exists) => {
        const objects = verdicts.map((_, index) => configMap(`c${index}`));
        const words = (object: KubeObject): string | undefined => verdicts[Number(object.metadata.name.slice(1))];
        const live = objects
          .filter((object) => exists(object.metadata.name))
          .map((object) => kept(object, ['someone', 'Update']));
        const changes = await dryRunOf({ words, live }).preview(objects, { fieldManager });
        expect(
          changes.map(({ conflicts, refusal }) =>
            conflicts.length > 0 ? 'conflict' : refusal === undefined ? 'fine' : 'refused',
          ),
        ).toEqual(
          verdicts.map((found) => (found === undefined ? 'fine' : found === said.oneConflict ? 'conflict' : 'refused')),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('overwrites what others set where helm patches, and sees conflicts where it applies', async () => {
    const live = [
      kept(configMap('by-helm-3'), ['helm', 'Update'], ['kubectl', 'Update']),
      kept(configMap('by-helm-4'), ['helm', 'Apply'], ['kubectl', 'Update']),
    ];
    const objects = live.map(({ metadata: { name } }) => configMap(name, { a: '2' }));
    const preview = (method: 'patch' | 'as-before'): ReturnType<ServerDryRun['preview']> =>
      dryRunOf({ live, words: () => said.oneConflict }).preview(objects, { fieldManager: 'helm', method });
    expect(
      (await preview('patch')).map(({ change, conflicts, isPatched }) => [change, conflicts.length, isPatched]),
    ).toEqual([
      ['change', 0, true],
      ['change', 0, true],
    ]);
    expect(
      (await preview('as-before')).map(({ change, conflicts, isPatched }) => [change, conflicts.length, isPatched]),
    ).toEqual([
      ['change', 0, true],
      ['change', 1, false],
    ]);
  });

  it('cuts many objects into calls that a tool can answer', async () => {
    const objects = Array.from({ length: 250 }, (_, index) => configMap(`c${index}`));
    const dryRun = dryRunOf({});
    expect(await dryRun.preview(objects, { fieldManager })).toHaveLength(250);
    expect(dryRun.exec.calls.filter(({ args }) => args.includes('apply')).map((call) => call.objects.length)).toEqual([
      100, 100, 50,
    ]);
    const large = Array.from({ length: 5 }, (_, index) => configMap(`large${index}`, { a: 'x'.repeat(900_000) }));
    const other = dryRunOf({});
    await other.preview(large, { fieldManager });
    expect(other.exec.calls.filter(({ args }) => args.includes('apply')).map((call) => call.objects.length)).toEqual([
      2, 2, 1,
    ]);
  });

  it('says why when the cluster fails, and shows nothing of an answer that makes no sense', async () => {
    const down = await failureOf(() =>
      dryRunOf({ down: said.unreachable }).preview([configMap('new')], { fieldManager }),
    );
    expect(down).toBeInstanceOf(ToolError);
    expect((down as ToolError).message).toBe('cannot look for namespaces: nothing answers at 127.0.0.1:6443');
    const merge = (object: KubeObject): KubeObject => ({ ...object, kind: 'Pod', data: { secret: 'swordfish' } });
    const garbled = await failureOf(() => dryRunOf({ merge }).preview([configMap('new')], { fieldManager }));
    expect(garbled).toBeInstanceOf(ToolError);
    expect([(garbled as ToolError).message, ...(garbled as ToolError).details].join('\n')).not.toContain('swordfish');
  });
});
