import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createExec, type ToolResult } from '../../../src/world/exec/exec.ts';
import { explainFailure } from '../../../src/world/exec/tool-failure.ts';
import { createKubectl, type Kubectl, type KubectlSettings } from '../../../src/world/kubectl/kubectl.ts';
import { ToolError } from '../../../src/errors.ts';
import { pemBlock } from '../../support/certs/pem-block.ts';
import { expectToolError } from '../../support/effects/expect-tool-error.ts';
import { answering, failureOf, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

function failed(stderr: string, overrides: Partial<ToolResult> = {}): ToolResult {
  return {
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr,
    isCut: false,
    durationMs: 100,
    timedOut: false,
    stillRunning: undefined,
    ...overrides,
  };
}

function kubectlThat(
  program: string,
  settings: Partial<KubectlSettings> = {},
): { kubectl: Kubectl; commands: (readonly string[])[] } {
  const commands: (readonly string[])[] = [];
  const exec = createExec({
    env: installStandIns({ kubectl: program }),
    cwd: makeTemporaryFolder(),
    graceMs: { kill: 200, output: 200 },
    onCommand: ({ args }) => commands.push(args),
  });
  return { kubectl: createKubectl(exec, { requestTimeout: 10, isAtRoot: true, ...settings }), commands };
}

const view = JSON.stringify({
  'current-context': 'prod',
  clusters: [{ name: 'c', cluster: { server: 'https://me:hunter2@cluster.test:6443' } }],
});

function versions(minor: string): string {
  return JSON.stringify({
    clientVersion: { major: '1', minor: '35', gitVersion: 'v1.35.2' },
    serverVersion: { major: '1', minor, gitVersion: `v1.${minor}.4-gke` },
  });
}

describe('readCluster', () => {
  it('names context, server without its password, and version', async () => {
    const { kubectl, commands } = kubectlThat(
      answering([
        { when: ['view'], stdout: view },
        { when: ['version'], stdout: versions('27+') },
      ]),
      {
        context: '--all',
        kubeconfig: '/a b',
      },
    );
    expect(await kubectl.readCluster()).toEqual({
      context: 'prod',
      server: 'https://[removed]@cluster.test:6443',
      version: { major: 1, minor: 27, text: 'v1.27+.4-gke' },
    });
    for (const args of commands) expect(args.slice(0, 2)).toEqual(['--context=--all', '--kubeconfig=/a b']);
  });

  const garbage = [
    '',
    'null',
    '[]',
    '<html>',
    '{"serverVersion":{}}',
    '{"serverVersion":{"major":"x","minor":"1","gitVersion":"v"}}',
    '\0\u001b[2J',
    '"'.repeat(100_000),
  ];

  it.each(garbage)('says that %j is no answer', async (stdout) => {
    await expectToolError(
      () => kubectlThat(answering([{ when: [], stdout }])).kubectl.readCluster(),
      'kubectl answered something unexpected',
    );
    const { kubectl } = kubectlThat(
      answering([
        { when: ['view'], stdout: view },
        { when: [], stdout },
      ]),
    );
    const error = await expectToolError(
      () => kubectl.readCluster(),
      'context prod',
      'kubectl answered something unexpected',
    );
    expect(error.message).not.toContain('hunter2');
    expect(error.details.join('')).not.toContain('\u001b');
  });

  it('gives up on a kubectl that hangs', async () => {
    const exec = createExec({
      env: installStandIns({ kubectl: 'setInterval(() => {}, 1000);' }),
      cwd: makeTemporaryFolder(),
      readLimitMs: 1000,
    });
    const kubectl = createKubectl(exec, { requestTimeout: 1, isAtRoot: true });
    const ofConfig = await expectToolError(
      () => kubectl.readCluster(),
      'cannot tell which cluster to use: kubectl did not end within 1 s',
    );
    expect(ofConfig.remedy).toBe(
      'Look at the kubectl that is first on PATH (kubectl version), then run the same command again, with a longer --timeout.',
    );
    const ofCluster = await expectToolError(
      () => kubectl.findNamespaces(['a']),
      'cannot look for namespaces: kubectl did not end within 1 s',
    );
    expect(ofCluster.remedy).toBe(
      'Look whether the cluster answers (kubectl cluster-info), then run the same command again, with a longer --timeout.',
    );
  });
});

describe('questions', () => {
  it('tells which namespaces exist, of none, one and several', async () => {
    const namespace = (name: string, phase: string): unknown => ({
      kind: 'Namespace',
      metadata: { name, labels: { a: 'b' } },
      status: { phase },
    });
    const { kubectl, commands } = kubectlThat(
      answering([
        { when: ['none'], stdout: '' },
        {
          when: ['two'],
          stdout: JSON.stringify({
            kind: 'List',
            items: [namespace('one', 'Active'), namespace('two', 'Terminating')],
          }),
        },
        { when: ['one'], stdout: JSON.stringify(namespace('one', 'Active')) },
      ]),
    );
    expect([...(await kubectl.findNamespaces(['none']))]).toEqual([]);
    expect([...(await kubectl.findNamespaces(['one']))]).toEqual([
      ['one', { labels: { a: 'b' }, isTerminating: false }],
    ]);
    expect(
      [...(await kubectl.findNamespaces(['one', 'two']))].map(([name, { isTerminating }]) => [name, isTerminating]),
    ).toEqual([
      ['one', false],
      ['two', true],
    ]);
    expect([...(await kubectl.findNamespaces([]))]).toEqual([]);
    // Whatever a name looks like, it stands behind the end of the options.
    for (const args of commands)
      expect(args.indexOf('--')).toBe(args.findIndex((word) => ['none', 'one'].includes(word)) - 1);
  });

  it('finds the Service that has a node port, and not one with a longer number', async () => {
    const service = (
      namespace: string,
      name: string,
      ports: readonly number[],
      more: object = {},
      labels = {},
    ): object => ({
      metadata: { name, namespace, labels },
      spec: { ports: ports.map((nodePort) => ({ port: 80, nodePort })), ...more },
    });
    const items = [
      { metadata: { name: 'kubernetes', namespace: 'default' }, spec: { ports: [{ port: 443 }] } },
      { metadata: { name: 'external', namespace: 'default' }, spec: { type: 'ExternalName' } },
      service('a', 'longer', [130_092]),
      service('b', 'plain', [30_080, 30_092]),
      service('c', 'health', [30_081], { healthCheckNodePort: 30_093 }),
      service('d', 'ours', [30_094], {}, { 'ingress-tls/controller': 'ic3' }),
    ];
    const { kubectl } = kubectlThat(
      answering([
        { when: ['--raw=/api/v1/services?limit=1000'], stdout: JSON.stringify({ kind: 'ServiceList', items }) },
      ]),
    );
    expect(await kubectl.findNodePortUser(30_092)).toEqual({ namespace: 'b', name: 'plain' });
    expect(await kubectl.findNodePortUser(30_093)).toEqual({ namespace: 'c', name: 'health' });
    expect(await kubectl.findNodePortUser(30_094)).toEqual({ namespace: 'd', name: 'ours', owner: 'ic3' });
    expect(await kubectl.findNodePortUser(3009)).toBeUndefined();
  });

  it('asks once for each group and takes an unknown group for an answer', async () => {
    const { kubectl, commands } = kubectlThat(
      answering([
        {
          when: ['--raw=/apis/networking.k8s.io/v1'],
          stdout: '{"resources":[{"kind":"Ingress"},{"kind":"IngressClass"}]}',
        },
        { when: ['--raw=/api/v1'], stdout: '{"resources":[{"kind":"Service"}]}' },
        {
          when: [],
          stderr: 'Error from server (NotFound): the server could not find the requested resource\n',
          exitCode: 1,
        },
      ]),
    );
    const references = [
      'networking.k8s.io/v1/Ingress',
      'networking.k8s.io/v1/IngressClass',
      'networking.k8s.io/v1/Egress',
      'v1/Service',
      'extensions/v1beta1/Ingress',
    ];
    expect(await Promise.all(references.map((reference) => kubectl.hasResource(reference)))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(commands.length).toBe(3);
    expect(await failureOf(() => kubectl.hasResource('../secrets/x'))).not.toBeInstanceOf(ToolError);
  });

  it.each([{ exec: { command: 'aws' } }, { 'auth-provider': { name: 'oidc' } }])(
    'says that a program is started for credentials: %j',
    async (user) => {
      const { kubectl } = kubectlThat(
        answering([
          { when: ['view'], stdout: JSON.stringify({ ...(JSON.parse(view) as object), users: [{ name: 'a', user }] }) },
        ]),
      );
      expect((await kubectl.readTarget()).credentialPlugin).toBeDefined();
    },
  );

  describe('with a program that gives credentials', () => {
    const users = (exec: object): string =>
      JSON.stringify({
        ...(JSON.parse(view) as object),
        users: [{ name: 'a', user: { exec: { command: 'log-in', ...exec } } }],
      });
    const program = (then: string): string =>
      `if (process.argv.includes('view')) console.log(${JSON.stringify(users({ interactiveMode: 'IfAvailable' }))}); else { ${then} }`;

    it('asks again when that took the time of the request', async () => {
      const counter = join(makeTemporaryFolder(), 'asked');
      const { kubectl } = kubectlThat(
        program(`if (!require('node:fs').existsSync(${JSON.stringify(counter)})) { require('node:fs').writeFileSync(${JSON.stringify(counter)}, ''); setTimeout(() => { console.error('Client.Timeout exceeded'); process.exit(1); }, 1100); }
          else console.log(${JSON.stringify(versions('35'))});`),
        { requestTimeout: 1 },
      );
      expect(await kubectl.readCluster()).toMatchObject({
        credentialPlugin: { command: 'log-in', mayTalk: true },
        version: { minor: 35 },
      });
    });

    it('says what it said and where to log in when it waits for a person who is not there', async () => {
      const { kubectl } = kubectlThat(
        program(`console.error('open https://login.test and type ABCD'); setInterval(() => {}, 1000);`),
        { requestTimeout: -2 },
      );
      const error = await expectToolError(
        () => kubectl.readCluster(),
        'log-in, the program that gives credentials, had none within',
      );
      expect(error.details).toEqual(['log-in: open https://login.test and type ABCD']);
      expect(error.remedy).toContain('Log in on a terminal (kubectl --context=prod version)');
    });

    it('passes on what it says while it waits, and not what kubectl says at its end', async () => {
      const heard: string[] = [];
      const { kubectl } = kubectlThat(
        program(
          `console.error('type ABCD'); setTimeout(() => { console.error('nothing answers'); process.exit(1); }, 1000);`,
        ),
        {
          person: { onTalk: (text) => heard.push(text) },
        },
      );
      const error = await expectToolError(() => kubectl.readCluster(), 'cannot reach the cluster');
      expect(heard.join('')).toBe('type ABCD\n');
      expect(error.details).toEqual(['kubectl: type ABCD', 'kubectl: nothing answers']);
    });
  });

  it('takes each kind for served where the API is not known to lie at the root of the server', async () => {
    const { kubectl, commands } = kubectlThat(answering([]), { isAtRoot: false });
    expect(await kubectl.hasResource('networking.k8s.io/v1/Ingress')).toBe(true);
    expect(commands).toEqual([]);
  });

  it('lists what is ours by what the cluster can delete, without asking for content', async () => {
    const names =
      'services\nsecrets\ndeployments.apps\nclusterroles.rbac.authorization.k8s.io\nbindings\npods.metrics.k8s.io\n';
    const lines =
      'apps/v1\tDeployment\tns\tic3\tic3\tingress-tls kube-controller-manager\nv1\tSecret\tns\ts\tic4\nv1\tSecret\tns\ts\tic4\nrbac.authorization.k8s.io/v1\tClusterRole\t\t--all\tic3\n';
    const broken =
      'error: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: the server is currently unable to handle the request\n';
    const { kubectl, commands } = kubectlThat(
      answering([
        { when: ['api-resources'], stdout: names, stderr: broken, exitCode: 1 },
        { when: ['--selector=a/b,owner!=helm'], stdout: lines },
      ]),
    );
    expect(
      await kubectl.listOwned(
        'a/b',
        ['deployments.apps', 'services', 'secrets', 'nones.example.test', 'clusterroles.rbac.authorization.k8s.io'],
        () => false,
      ),
    ).toEqual([
      {
        resource: 'deployment.apps',
        kind: 'Deployment',
        name: 'ic3',
        namespace: 'ns',
        owner: 'ic3',
        managers: ['ingress-tls', 'kube-controller-manager'],
      },
      { resource: 'secret', kind: 'Secret', name: 's', namespace: 'ns', owner: 'ic4', managers: [] },
      {
        resource: 'clusterrole.rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: '--all',
        owner: 'ic3',
        managers: [],
      },
    ]);
    const get = commands.find((args) => args.includes('get'))!;
    expect(get).toContain('deployments.apps,services,secrets,clusterroles.rbac.authorization.k8s.io');
    expect(get.join(' ')).not.toMatch(/\.data|-o=?(json|yaml)\b/);
  });

  it('lists what is ours without the kinds that it may lack where the user may not list those', async () => {
    const { kubectl, commands } = kubectlThat(
      answering([
        { when: ['api-resources'], stdout: 'secrets\ncertificates.cert-manager.io\n' },
        {
          when: ['certificates.cert-manager.io,secrets'],
          stderr:
            'Error from server (Forbidden): certificates.cert-manager.io is forbidden: User "eve" cannot list it\n',
          exitCode: 1,
        },
        { when: ['secrets'], stdout: 'v1\tSecret\tns\ts\tic3\n' },
      ]),
    );
    const wanted = ['certificates.cert-manager.io', 'secrets'];
    const found = await kubectl.listOwned('a/b', wanted, (resource) => resource.startsWith('certificates'));
    expect(found.map(({ name }) => name)).toEqual(['s']);
    expect(commands.filter((args) => args.includes('get'))).toHaveLength(2);
    await expect(kubectl.listOwned('a/b', wanted, () => false)).rejects.toThrow('may not do this');
  });

  it('reads one Secret that it names, and no other', async () => {
    const secret = {
      kind: 'Secret',
      metadata: { name: 'a', labels: { owner: 'ic3' } },
      data: { 'ca.crt': 'QQ==', odd: 7 },
    };
    const { kubectl, commands } = kubectlThat(
      answering([
        { when: ['secret', 'a'], stdout: JSON.stringify(secret) },
        { when: ['secret', 'none'] },
        { when: [], stdout: 'QUJDREVGR0g=' },
      ]),
    );
    expect(await kubectl.readData('Secret', 'ns', 'a')).toEqual({
      labels: { owner: 'ic3' },
      data: { 'ca.crt': 'QQ==' },
    });
    expect(commands[0]).toEqual(expect.arrayContaining(['get', '--namespace=ns', 'secret', 'a']));
    expect(commands[0]).not.toContain('--all-namespaces');
    expect(await kubectl.readData('Secret', 'ns', 'none')).toBeUndefined();
    const { details } = await expectToolError(
      () => kubectl.readData('Secret', 'ns', 'garbled'),
      'cannot read Secret ns/garbled',
    );
    expect(details.join()).not.toContain('QUJD');
  });

  it('says of a log that is too long that its middle is missing', async () => {
    const short = kubectlThat(answering([{ when: ['logs'], stdout: 'one\ntwo\n' }]));
    expect(await short.kubectl.readLogs('ns', { app: 'x' }, 9)).toEqual({ lines: ['one', 'two'], isCut: false });
    const long = kubectlThat(
      String.raw`for (let line = 0; line < 20000; line += 1) process.stdout.write('x'.repeat(1023) + '\n');`,
    );
    expect((await long.kubectl.readLogs('ns', { app: 'x' }, 9)).isCut).toBe(true);
  });

  it('tells which Secrets exist by name alone', async () => {
    const { kubectl, commands } = kubectlThat(answering([{ when: ['secrets', 'a', 'b'], stdout: 'secret/b\n' }]));
    expect(await kubectl.findExisting('secrets', 'ns', ['a', 'b'])).toEqual(new Set(['b']));
    expect(commands[0]).toContain('-o=name');
  });
});

describe('a failure of kubectl', () => {
  it.each([
    [
      'The Service "ic3" is invalid: spec.ports[0].nodePort: Invalid value: 30092: provided port is already allocated',
      'the node port is taken',
    ],
    [
      'error: Apply failed with 1 conflict: conflict with "helm" using apps/v1: .spec.replicas',
      'helm manages .spec.replicas',
    ],
    [
      'error: resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "Ingress" in version "extensions/v1beta1"',
      'does not know Ingress of extensions/v1beta1',
    ],
    ['Error from server (NotFound): error when creating "STDIN": namespaces "nope" not found', 'no namespace nope'],
    [
      'Error from server (Forbidden): error when creating "STDIN": configmaps "a" is forbidden: unable to create new content in namespace x because it is being terminated',
      'being deleted',
    ],
    [
      'Error from server (Forbidden): error when creating "STDIN": pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation',
      'restricted:latest',
    ],
    [
      'Error from server (Forbidden): secrets is forbidden: User "jane" cannot create resource "secrets" in API group "" in the namespace "x"',
      'may not do this',
    ],
    ['error: timed out waiting for the condition', 'did not become ready in time'],
    ['error: deployment "ic3" exceeded its progress deadline', 'did not become ready in time'],
    ['Error from server: etcdserver: leader changed', 'not ready'],
    ['Error from server: etcdserver: request is too large', 'kubectl failed with exit code 1'],
    ['something that nobody has seen before', 'kubectl failed with exit code 1'],
  ])('%j', (stderr, words) => {
    const error = explainFailure({ tool: 'kubectl' }, 'cannot apply x', failed(`${stderr}\n`));
    expect(error.message).toContain(`cannot apply x: `);
    expect(error.message).toContain(words);
    expect(error.details).toEqual([`kubectl: ${stderr}`]);
  });

  it('shows no key that kubectl prints', () => {
    const key = Buffer.from(pemBlock('PRIVATE KEY', 'QUJD'.repeat(50))).toString('base64');
    const error = explainFailure(
      { tool: 'kubectl' },
      'cannot apply x',
      failed(`applying patch:\n{"data":{"tls.key":"${key}"}}\nto: Resource\nfield is immutable`),
    );
    expect(JSON.stringify([error.message, error.remedy, error.details])).not.toContain(key.slice(20, 60));
  });

  it('tells a tool that still runs, one that took too long, and one that was killed', () => {
    expect(
      explainFailure({ tool: 'kubectl' }, 'x', failed('', { exitCode: undefined, timedOut: true, stillRunning: 4711 }))
        .message,
    ).toContain('process 4711');
    expect(
      explainFailure({ tool: 'kubectl' }, 'x', failed('', { exitCode: undefined, timedOut: true, durationMs: 1500 }))
        .message,
    ).toContain('within 2 s');
    expect(
      explainFailure({ tool: 'kubectl' }, 'x', failed('', { exitCode: undefined, signal: 'SIGKILL' })).message,
    ).toContain('SIGKILL');
  });
});
