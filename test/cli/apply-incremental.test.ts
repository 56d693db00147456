import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { helm3, oldClusterAnswers, type Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type Call, type StandInCluster } from '../support/stand-in-cluster.ts';
import { answersOf, readLiveCluster, type LiveCluster, type LiveObject } from '../support/stand-in-live.ts';
import { rollout } from '../support/stand-in-rollout.ts';

interface Applied extends ProgramResult {
  /** Calls that change the cluster or wait for it, in order. */
  readonly work: readonly Call[];
  readonly calls: readonly Call[];
  /** As StandInCluster tells them. */
  readonly events: readonly string[];
}

/** Just upgraded: the pods of before are still there. */
const starting = rollout('default', { 'ic3-svc7': false, 'ic3-svc8': false, 'ic3-svc9': false });

/** The objects with one of them in another state, or gone. */
function withObject(
  objects: readonly LiveObject[],
  kind: string,
  name: string,
  change: (object: LiveObject) => LiveObject | undefined,
): readonly LiveObject[] {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  expect(found).toHaveLength(1);
  return objects.flatMap((object) => (found.includes(object) ? (change(object) ?? []) : [object]));
}

describeWithTool('helm', 'apply on a cluster that it knows', (helm) => {
  /** Everything as it should be. */
  let asItShould: LiveCluster;

  beforeAll(async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      expect(runProgram(['apply'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
      asItShould = readLiveCluster(
        helm,
        project,
        cluster.calls('helm').filter(({ args }) => args.includes('upgrade')),
      );
    });
  });

  /** Runs apply on a cluster as it should be, but for what is changed. */
  const applyTo = async (
    changed: Partial<LiveCluster>,
    {
      args = [],
      answers = [],
      prepare,
      env = {},
    }: {
      readonly args?: readonly string[];
      readonly answers?: readonly Answer[];
      readonly prepare?: (project: string) => void;
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Applied> =>
    inProject(threeModes, (project, outside) => {
      const cluster: StandInCluster = installStandInCluster(outside);
      cluster.answer(...answers, starting, ...answersOf({ ...asItShould, ...changed }));
      prepare?.(project);
      const result = runProgram(['apply', ...args], { cwd: project, env: { ...cluster.env, ...env } });
      const calls = cluster.calls();
      return {
        ...result,
        calls,
        events: cluster.events(),
        work: calls.filter((call) => isWrite(call) || call.args.includes('rollout')),
      };
    });

  /** What was done, in a word or two for each call. */
  const summarize = ({ work }: Applied): readonly string[] =>
    work.map(({ tool, args }) => {
      const words = args.filter((arg) => !arg.startsWith('-'));
      return [
        tool,
        ...words.slice(0, words[0] === 'apply' ? 1 : 2),
        ...(words[0] === 'rollout' ? words.slice(2) : []),
      ].join(' ');
    });
  const lastLine = ({ stderr }: Applied): string | undefined =>
    stderr
      .trimEnd()
      .split('\n')
      .find((line) => /\d+ unchanged$/.test(line));
  const upgradeOf = (name: string): readonly string[] => [
    `helm upgrade ic3-${name}`,
    `kubectl rollout status deployment/ic3-${name}`,
  ];
  const record = (name: string, changed: Partial<LiveCluster['records'][number]>): LiveCluster['records'] =>
    asItShould.records.map((other) => (other.name === `ic3-${name}` ? { ...other, ...changed } : other));

  it('does nothing where there is nothing to do, and calls no helm', async () => {
    const applied = await applyTo({});
    expect(applied).toMatchObject({ exitCode: 0, work: [] });
    expect(applied.calls.filter(({ tool }) => tool === 'helm').map(({ args }) => args)).toEqual([
      ['version', '--template={{.Version}}'],
    ]);
    const count = asItShould.manifests.length + asItShould.secrets.length + 3;
    expect(lastLine(applied)).toBe(`nothing to change, ${count} unchanged`);
    expect(applied.stdout).toContain('https://svc7.example.test:30092');
  });

  it('upgrades the one service whose chart changed, by its new digest', async () => {
    const applied = await applyTo(
      {},
      {
        prepare: (project) => {
          const path = join(project, 'ingress-tls.yaml');
          writeFileSync(
            path,
            readFileSync(path, 'utf8').replace('mode: terminate', 'mode: terminate\n    replicas: 2'),
          );
        },
      },
    );
    expect(applied.exitCode).toBe(0);
    expect(summarize(applied)).toEqual(upgradeOf('svc7'));
    expect(applied.stderr).toContain('change  release ic3-svc7 (svc7): chart or values differ\n');
    const labels = applied.work[0]?.args.find((arg) => arg.startsWith('--labels=')) ?? '';
    expect(labels).toMatch(
      /^--labels=ingress-tls\/controller=ic3,ingress-tls\/project=example\.test,ingress-tls\/digest=[0-9a-f]{40}\.2$/,
    );
    expect(asItShould.records.map((known) => `--labels=${known.labels}`)).not.toContain(labels);
  });

  it.each<readonly [string, (records: typeof record) => LiveCluster['records'], string]>([
    [
      'says nothing of its chart',
      (change) => change('svc8', { labels: 'ingress-tls/controller=ic3' }),
      'its last revision was not made by apply',
    ],
    ['failed', (change) => change('svc8', { status: 'failed', revision: 3 }), 'its last revision is failed'],
  ])('upgrades a release that %s', async (_, change, reason) => {
    const applied = await applyTo({ records: change(record) });
    expect(applied.exitCode).toBe(0);
    expect(summarize(applied)).toEqual(upgradeOf('svc8'));
    expect(applied.stderr).toContain(`change  release ic3-svc8 (svc8): ${reason}\n`);
  });

  it('installs what was uninstalled with its history kept', async () => {
    const applied = await applyTo({
      records: record('svc8', { status: 'uninstalled' }),
      charts: asItShould.charts.filter(({ metadata }) => metadata.name !== 'ic3-svc8'),
    });
    expect(summarize(applied)).toEqual(upgradeOf('svc8'));
    expect(applied.stderr).toContain('create  release ic3-svc8 (svc8)\n');
  });

  it('brings a Deployment back that somebody deleted', async () => {
    const applied = await applyTo({ charts: withObject(asItShould.charts, 'Deployment', 'ic3-svc7', () => undefined) });
    expect(applied.exitCode).toBe(0);
    expect(summarize(applied)).toEqual(upgradeOf('svc7'));
    expect(applied.stderr).toContain('change  release ic3-svc7 (svc7): Deployment ic3-svc7 is missing\n');
  });

  it('brings the annotation of an Ingress back, without which TLS would end elsewhere', async () => {
    const withoutAnnotations = (object: LiveObject): LiveObject => {
      const helms = Object.fromEntries(
        Object.entries(object.metadata.annotations ?? {}).filter(([name]) => name.startsWith('meta.helm.sh/')),
      );
      return { ...object, metadata: { ...object.metadata, annotations: helms } };
    };
    const applied = await applyTo({ charts: withObject(asItShould.charts, 'Ingress', 'ic3-svc9', withoutAnnotations) });
    expect(applied.exitCode).toBe(0);
    expect(summarize(applied)).toEqual(upgradeOf('svc9'));
    expect(applied.stderr).toContain('change  release ic3-svc9 (svc9): Ingress ic3-svc9 differs\n');
  });

  it.each<readonly [string, (data: object) => object]>([
    ['another value', (data) => ({ ...data, 'tls.crt': 'b2xk' })],
    ['a key too many', (data) => ({ ...data, 'old.crt': 'b2xk' })],
  ])('sends a Secret that has %s, alone and unseen', async (_, change) => {
    const name = 'ic3-svc9-tls';
    const applied = await applyTo({
      secrets: withObject(asItShould.secrets, 'Secret', name, (object) => ({
        ...object,
        data: change(object['data'] as object),
      })),
    });
    expect(applied.exitCode).toBe(0);
    expect(summarize(applied)).toEqual(['kubectl apply']);
    expect(applied.work[0]?.stdin.match(/^kind: .*$/gm)).toEqual(['kind: Secret']);
    expect(applied.work[0]?.stdin).toContain(`name: ${name}`);
    expect(applied.stderr).toContain(`change  Secret default/${name}\n`);
    expect(applied.stdout + applied.stderr).not.toContain('b2xk');
  });

  it('sends the file of an object that the API server would change, and waits for the controller', async () => {
    const scaled = withObject(asItShould.manifests, 'Deployment', 'nginx-ingress-controller-ic3', (object) => ({
      ...object,
      spec: { ...(object['spec'] as object), replicas: 0 },
    }));
    const applied = await applyTo({ manifests: scaled });
    expect(applied.exitCode).toBe(0);
    expect(summarize(applied)).toEqual([
      'kubectl apply',
      'kubectl rollout status deployment/nginx-ingress-controller-ic3',
    ]);
    expect(applied.work[0]?.stdin).toContain('name: nginx-ingress-controller-ic3');
    expect(applied.stderr).toContain('change  Deployment ingress-nginx-demo/nginx-ingress-controller-ic3\n');
  });

  it('waits for what is not ready, although nothing changes', async () => {
    const unready = withObject(asItShould.charts, 'Deployment', 'ic3-svc7', (object) => ({
      ...object,
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
    }));
    expect(summarize(await applyTo({ charts: unready }))).toEqual(['kubectl rollout status deployment/ic3-svc7']);
  });

  it('--json tells each change, and the services', async () => {
    const { exitCode, stdout } = await applyTo({ records: record('svc8', { status: 'failed' }) }, { args: ['--json'] });
    expect(exitCode).toBe(0);
    const told = JSON.parse(stdout) as {
      readonly changes: { readonly objects: readonly { readonly kind: string; readonly change: string }[] };
    };
    expect(told).toMatchObject({
      context: 'demo',
      changes: {
        counts: { create: 0, change: 1, delete: 0 },
        releases: [
          { service: 'svc7', release: 'ic3-svc7', namespace: 'default', change: 'unchanged', reasons: [] },
          { service: 'svc8', change: 'change', reasons: ['its last revision is failed'] },
          { service: 'svc9', change: 'unchanged' },
        ],
      },
      services: [{ host: 'svc7.example.test' }, {}, {}],
    });
    expect(told.changes.objects.filter(({ kind }) => kind === 'Secret')).toHaveLength(5);
    for (const { change } of told.changes.objects) expect(change).toBe('unchanged');
  });

  it('--dry-run shows what would run and nothing else; --json the same', async () => {
    const changed = { records: record('svc8', { status: 'failed' }) };
    const plain = await applyTo(changed, { args: ['--dry-run'] });
    expect(plain).toMatchObject({ exitCode: 0, work: [] });
    expect(plain.stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^ *1\. helm --kube-context=demo upgrade --install ic3-svc8 \.\/charts\/svc8 /),
      expect.stringMatching(/^ *2\. kubectl --context=demo rollout status deployment\/ic3-svc8 /),
    ]);
    const told = JSON.parse((await applyTo(changed, { args: ['--dry-run', '--json'] })).stdout) as unknown;
    expect(told).toMatchObject({
      changes: { counts: { change: 1 } },
      steps: [
        { kind: 'command', tool: 'helm' },
        { kind: 'command', tool: 'kubectl' },
      ],
      unknown: [],
    });
    expect((await applyTo({}, { args: ['--dry-run'] })).stderr).toContain('nothing to change');
  });

  it('--verify-live has every object of every release compared', async () => {
    const content = withObject(asItShould.charts, 'ConfigMap', 'ic3-svc8', (object) => ({ ...object, data: {} }));
    // Not seen by a glance.
    expect((await applyTo({ charts: content })).work).toEqual([]);
    const applied = await applyTo({ charts: content }, { args: ['--verify-live'] });
    expect(applied.exitCode).toBe(0);
    expect(summarize(applied)).toEqual(upgradeOf('svc8'));
    expect(applied.stderr).toContain('change  release ic3-svc8 (svc8): ConfigMap ic3-svc8 differs\n');
  });

  // Captured from kubectl 1.35.2.
  const conflict: Answer = {
    tool: 'kubectl',
    when: ['apply', '--dry-run', '--field-manager=ingress-tls'],
    stderr:
      'error: Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas\nPlease review the fields above--they currently have other managers. Here\n',
    exitCode: 1,
  };
  const taken: Answer = {
    ...conflict,
    when: ['apply', '--dry-run', '--force-conflicts'],
    stderr: '',
    exitCode: 0,
    echoes: true,
  };
  const edited = (): Partial<LiveCluster> => ({
    manifests: withObject(asItShould.manifests, 'Deployment', 'nginx-ingress-controller-ic3', (object) => ({
      ...object,
      metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl-edit', operation: 'Update' }] },
      spec: { ...(object['spec'] as object), replicas: 3 },
    })),
    records: record('svc8', { status: 'failed' }),
  });

  it('writes nothing where others set a field, and names them', async () => {
    const applied = await applyTo(edited(), { answers: [taken, conflict] });
    expect(applied).toMatchObject({ exitCode: 1, stdout: '', work: [] });
    expect(applied.stderr).toContain(
      'Deployment ingress-nginx-demo/nginx-ingress-controller-ic3: .spec.replicas set by kubectl-edit\n',
    );
    expect(applied.stderr).toContain('--force-conflicts');
  });

  it.each<readonly [string, readonly Answer[], boolean]>([
    ['helm 4', [], true],
    ['not helm 3, which knows no such flag', [helm3], false],
  ])('--force-conflicts takes fields over by kubectl and %s', async (_, answers, isPassed) => {
    const applied = await applyTo(edited(), { args: ['--force-conflicts'], answers: [taken, conflict, ...answers] });
    expect(applied.exitCode).toBe(0);
    const [sent, upgrade] = [
      applied.work.find(({ args }) => args.includes('apply')),
      applied.work.find(({ args }) => args.includes('upgrade')),
    ];
    expect(sent?.args).toContain('--force-conflicts');
    expect(upgrade?.args.includes('--force-conflicts')).toBe(isPassed);
  });

  it('finds the records of helm in ConfigMaps', async () => {
    const applied = await applyTo({}, { env: { HELM_DRIVER: 'configmap' } });
    expect(applied).toMatchObject({ exitCode: 0, work: [] });
    const [listing] = applied.calls.filter(({ args }) => args.includes('--selector=owner=helm'));
    expect(listing?.args).toContain('configmaps');
  });

  it('asks helm for records that are not in the cluster, and upgrades every release', async () => {
    const list = asItShould.records.map(({ name }) => ({
      name,
      namespace: 'default',
      revision: '1',
      updated: '',
      status: 'deployed',
      chart: `${name.slice('ic3-'.length)}-0.1.0`,
      app_version: '',
    }));
    const applied = await applyTo(
      {},
      { env: { HELM_DRIVER: 'sql' }, answers: [{ tool: 'helm', when: ['list'], stdout: JSON.stringify(list) }] },
    );
    expect(applied.exitCode).toBe(0);
    expect(applied.calls.some(({ args }) => args.includes('--selector=owner=helm'))).toBe(false);
    expect(applied.work.filter(({ tool }) => tool === 'helm')).toHaveLength(3);
    expect(applied.work.filter(({ tool }) => tool === 'kubectl').every(({ args }) => args.includes('rollout'))).toBe(
      true,
    );
    expect(applied.stderr).toContain('change  release ic3-svc7 (svc7): its last revision was not made by apply\n');
  });

  const everyChart = (): Partial<LiveCluster> => ({
    records: asItShould.records.map((known) => ({ ...known, labels: 'ingress-tls/controller=ic3', revision: 4 })),
  });
  /** Beginnings and ends of the upgrades, in order. */
  const upgradesOf = (events: readonly string[]): readonly string[] =>
    events.flatMap((event) => /^(?:begin|end) helm upgrade$/.exec(event) ?? []);

  it.each([
    ['1', 'one after the other', ['begin', 'end', 'begin', 'end', 'begin', 'end'], 0],
    ['4', 'side by side', ['begin', 'begin'], 3],
  ] as const)('--concurrency %s upgrades releases %s', async (concurrency, _, first, seconds) => {
    const applied = await applyTo(everyChart(), {
      args: ['--concurrency', concurrency],
      answers: [{ tool: 'helm', when: ['upgrade'], seconds }],
    });
    expect(applied.exitCode).toBe(0);
    const upgrades = upgradesOf(applied.events);
    expect(upgrades).toHaveLength(6);
    expect(upgrades.slice(0, first.length)).toEqual(first.map((what) => `${what} helm upgrade`));
    // They are waited for when all are upgraded.
    expect(summarize(applied).slice(3)).toEqual(
      ['svc7', 'svc8', 'svc9'].map((name) => `kubectl rollout status deployment/ic3-${name}`),
    );
  });

  it.each<readonly [string, Answer, readonly string[]]>([
    [
      'for nothing when all pods are ready by then',
      rollout('default', { 'ic3-svc7': true, 'ic3-svc8': true, 'ic3-svc9': true }),
      [],
    ],
    [
      'for what is not ready alone',
      rollout('default', { 'ic3-svc7': true, 'ic3-svc8': false, 'ic3-svc9': true }),
      ['ic3-svc8'],
    ],
    [
      'for all of them at once when it may not look',
      {
        ...starting,
        stdout: '',
        stderr:
          'Error from server (Forbidden): deployments.apps is forbidden: User "u" cannot list resource "deployments" in API group "apps" in the namespace "default"\n',
        exitCode: 1,
      },
      ['ic3-svc7 ic3-svc8 ic3-svc9'],
    ],
  ])('waits %s', async (_, answer, waits) => {
    const applied = await applyTo(everyChart(), { answers: [answer] });
    expect(applied.exitCode).toBe(0);
    const awaited = applied.work
      .filter(({ args }) => args.includes('rollout'))
      .map(({ args }) =>
        args.flatMap((arg) => (arg.startsWith('deployment/') ? [arg.slice('deployment/'.length)] : [])).join(' '),
      );
    expect(awaited).toEqual(waits);
  });

  it('lets releases at work come to their end after a failure, begins no other, and tells all failures', async () => {
    const applied = await applyTo(everyChart(), {
      args: ['--concurrency', '2'],
      answers: [
        { tool: 'helm', when: ['upgrade', 'ic3-svc7'], stderr: 'Error: UPGRADE FAILED: the first\n', exitCode: 1 },
        {
          tool: 'helm',
          when: ['upgrade', 'ic3-svc8'],
          stderr: 'Error: UPGRADE FAILED: the second\n',
          exitCode: 1,
          seconds: 3,
        },
      ],
    });
    expect(applied).toMatchObject({ exitCode: 3, stdout: '' });
    // They run side by side: either may be the first to log.
    expect(summarize(applied).toSorted()).toEqual(['helm upgrade ic3-svc7', 'helm upgrade ic3-svc8']);
    expect(upgradesOf(applied.events).filter((event) => event.startsWith('end'))).toHaveLength(2);
    for (const words of [
      'UPGRADE FAILED: the first',
      'UPGRADE FAILED: the second',
      'error: step 1 of 4: cannot install release ic3-svc7',
      'also failed: cannot install release ic3-svc8',
    ]) {
      expect(applied.stderr).toContain(words);
    }
    expect(applied.stderr).toMatch(
      /\nnot done:\n {2}install release ic3-svc7\n {2}install release ic3-svc8\n {2}install release ic3-svc9\n {2}wait for 3 Deployments\n/,
    );
    expect(applied.stderr).toContain('ingress-tls apply continues');
  });

  /** Pods of a Deployment that cannot pull their image, as kubectl 1.35.2 prints what world/kubectl/rollout-evidence.ts asks for. */
  const withoutImage = (name: string): readonly Answer[] => {
    const row = (...cells: readonly string[]): string => `${cells.join('\t')}\n`;
    const owned = (kind: string, owner: string, uid: string): string =>
      JSON.stringify([{ apiVersion: 'apps/v1', kind, name: owner, uid, controller: true }]);
    const message = 'Back-off pulling image "docker.io/library/caddy:none"';
    const waiting = {
      phase: 'Pending',
      containerStatuses: [
        { name: 'app', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff', message } } },
      ],
    };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default', uid: 'd', generation: 2 },
      spec: { replicas: 1 },
      status: { observedGeneration: 2, replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
    };
    const others = asItShould.charts.filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name !== name);
    return [
      {
        tool: 'kubectl',
        when: ['rollout', 'status', `deployment/${name}`],
        stderr: 'error: timed out waiting for the condition\n',
        exitCode: 1,
      },
      {
        tool: 'kubectl',
        when: ['get', '-o=json', `deployment.apps/${name}`],
        stdout: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [deployment, ...others] }),
      },
      {
        tool: 'kubectl',
        when: ['get', 'replicasets.apps,pods'],
        stdout: [
          row('ReplicaSet', `${name}-5d4`, 'r', '2', '', '', owned('Deployment', name, 'd'), '{"replicas":1}'),
          row(
            'Pod',
            `${name}-5d4-x`,
            'p',
            '',
            '',
            '',
            owned('ReplicaSet', `${name}-5d4`, 'r'),
            JSON.stringify(waiting),
          ),
        ].join(''),
      },
      { tool: 'kubectl', when: ['get', 'events'], stdout: '{"apiVersion":"v1","kind":"List","items":[]}' },
      { tool: 'kubectl', when: ['logs'] },
      { tool: 'helm', when: ['rollback'], stdout: 'Rollback was a success! Happy Helming!\n' },
    ];
  };

  it('says why pods do not come, and goes back to the revision before; what is ready stays', async () => {
    const applied = await applyTo(everyChart(), { answers: withoutImage('ic3-svc8') });
    expect(applied).toMatchObject({ exitCode: 3, stdout: '' });
    expect(applied.stderr).toContain('Deployment default/ic3-svc8 is not ready:\n');
    expect(applied.stderr).toContain('Back-off pulling image "docker.io/library/caddy:none"');
    expect(applied.stderr).toContain('release ic3-svc8 went back to revision 4\n');
    // The others were waited for, although one failed.
    expect(summarize(applied).filter((call) => call.includes('rollout'))).toEqual(
      ['svc7', 'svc8', 'svc9'].map((name) => `kubectl rollout status deployment/ic3-${name}`),
    );
    const back = applied.work.filter(({ args }) => args.includes('rollback'));
    expect(back.map(({ args }) => args.filter((arg) => !arg.startsWith('-')))).toEqual([['rollback', 'ic3-svc8', '4']]);
  });

  it('says so when the way back fails', async () => {
    const failing: Answer = {
      tool: 'helm',
      when: ['rollback'],
      stderr: 'Error: release has no 4 version\n',
      exitCode: 1,
    };
    const { exitCode, stderr } = await applyTo(everyChart(), { answers: [failing, ...withoutImage('ic3-svc8')] });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('helm: Error: release has no 4 version\n');
    expect(stderr).toContain('release ic3-svc8 did not go back to revision 4: ');
  });

  it.each<readonly [string, () => LiveCluster['records']]>([
    ['a first install', () => asItShould.records.filter(({ name }) => name !== 'ic3-svc8')],
    ['a release whose revision before failed too', () => record('svc8', { status: 'failed' })],
  ])('leaves %s as it is, to be looked at', async (_, records) => {
    const applied = await applyTo({ records: records() }, { answers: withoutImage('ic3-svc8') });
    expect(applied.exitCode).toBe(3);
    expect(applied.stderr).toContain('Back-off pulling image');
    expect(summarize(applied)).toEqual(upgradeOf('svc8'));
  });
});

const legacy = `apiVersion: ingress-tls/v1
domain: tonybai.com
controller:
  profile: ingress-nginx-0.15
certificate:
  keyType: ecdsa-p256
services: []
`;

it('a cluster that no server-side dry run can be asked of gets everything, each time', async () => {
  await inProject(legacy, (project, outside) => {
    const cluster = installStandInCluster(outside);
    cluster.answer(helm3, ...oldClusterAnswers);
    expect(runProgram(['apply'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
    const sent = cluster
      .calls('kubectl')
      .filter(isWrite)
      .map(({ stdin }) => stdin)
      .sort();
    for (const file of readdirSync(join(project, 'manifests')))
      expect(
        sent.filter((stdin) => stdin.includes(readFileSync(join(project, 'manifests', file), 'utf8'))),
      ).toHaveLength(1);
    expect(
      cluster
        .calls()
        .filter(({ args }) => args.some((arg) => arg.startsWith('--dry-run') || arg.startsWith('--server-side'))),
    ).toEqual([]);
    cluster.forget();
    expect(runProgram(['apply'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
    expect(
      cluster
        .calls('kubectl')
        .filter(isWrite)
        .map(({ stdin }) => stdin)
        .sort(),
    ).toEqual(sent);
  });
});
