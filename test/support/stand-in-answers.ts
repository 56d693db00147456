// What kubectl and helm say. Texts captured from kubectl 1.35.2 and helm 4.1.4 against Kubernetes 1.35.4, and from
// helm 3.22.0; shortened to what anybody reads. Those of Kubernetes 1.15 have the same shape.

export type StandInTool = 'kubectl' | 'helm' | 'openssl';

/** What a stand-in program does when all these words are among its arguments; an option counts with any value. */
export interface Answer {
  readonly tool: StandInTool;
  readonly when: readonly string[];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Prints, in place of stdout, the objects that it was given: one in a line, as JSON. */
  readonly echoes?: boolean;
  /** How long it takes. */
  readonly seconds?: number;
  /** Hears neither SIGINT nor SIGTERM, nor does what it starts. */
  readonly deaf?: boolean;
}

const clientVersion = { major: '1', minor: '35', gitVersion: 'v1.35.2', platform: 'linux/amd64' };

const kubeconfig = {
  kind: 'Config',
  apiVersion: 'v1',
  clusters: [
    { name: 'demo', cluster: { server: 'https://192.0.2.1:6443', 'certificate-authority-data': 'DATA+OMITTED' } },
  ],
  users: [{ name: 'admin', user: { 'client-certificate-data': 'DATA+OMITTED', 'client-key-data': 'DATA+OMITTED' } }],
  contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'admin' } }],
  'current-context': 'demo',
};

/** Answers of the cluster's version and of the kinds that it serves. */
function serving(gitVersion: string, kinds: Readonly<Record<string, readonly string[]>>): readonly Answer[] {
  const minor = gitVersion.split('.')[1] ?? '';
  return [
    { tool: 'kubectl', when: ['version', '--client'], stdout: JSON.stringify({ clientVersion }) },
    {
      tool: 'kubectl',
      when: ['version'],
      stdout: JSON.stringify({ clientVersion, serverVersion: { major: '1', minor, gitVersion } }),
    },
    ...Object.entries(kinds).map(([groupVersion, names]): Answer => ({
      tool: 'kubectl',
      when: ['get', `--raw=/apis/${groupVersion}`],
      stdout: JSON.stringify({ kind: 'APIResourceList', groupVersion, resources: names.map((kind) => ({ kind })) }),
    })),
    {
      tool: 'kubectl',
      when: ['get', '--raw'],
      stderr: 'Error from server (NotFound): the server could not find the requested resource\n',
      exitCode: 1,
    },
  ];
}

/** What was removed is gone. */
const goneAnswers: readonly Answer[] = [
  { tool: 'kubectl', when: ['get', '--output=name'] },
  { tool: 'helm', when: ['list', '--filter'] },
];

/** Kubernetes 1.35 with nothing of ours on it, kubectl 1.35 and helm 4. */
export const currentAnswers: readonly Answer[] = [
  ...goneAnswers,
  ...serving('v1.35.4', {
    'apps/v1': ['Deployment'],
    'coordination.k8s.io/v1': ['Lease'],
    'discovery.k8s.io/v1': ['EndpointSlice'],
    'networking.k8s.io/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
    'policy/v1': ['PodDisruptionBudget'],
    'rbac.authorization.k8s.io/v1': ['ClusterRole'],
  }),
  { tool: 'kubectl', when: ['config', 'view'], stdout: JSON.stringify(kubeconfig) },
  { tool: 'kubectl', when: ['get', 'namespaces', '-o=name'], stdout: 'namespace/default\n' },
  namespaces({ default: {} }),
  // Of the objects that are asked about there is none, and a dry run takes all of them as they are.
  { tool: 'kubectl', when: ['get', '-f', '-'] },
  { tool: 'kubectl', when: ['apply', '--dry-run'], echoes: true },
  {
    tool: 'kubectl',
    when: ['api-resources'],
    stdout:
      'configmaps\nnamespaces\nsecrets\nserviceaccounts\nservices\ndeployments.apps\nclusterroles.rbac.authorization.k8s.io\n',
  },
  { tool: 'kubectl', when: ['get', '--all-namespaces', '--selector'] },
  { tool: 'kubectl', when: ['get', 'nodes'], stdout: 'InternalIP\t255.255.255.255\nHostname\tnode-1\n' },
  { tool: 'kubectl', when: ['get', 'secrets'] },
  { tool: 'kubectl', when: ['apply'], stdout: 'serverside-applied\n' },
  { tool: 'kubectl', when: ['create'], stdout: 'created\n' },
  { tool: 'kubectl', when: ['replace'], stdout: 'replaced\n' },
  { tool: 'kubectl', when: ['delete'], stdout: 'deleted\n' },
  { tool: 'kubectl', when: ['rollout', 'status'], stdout: 'successfully rolled out\n' },
  { tool: 'helm', when: ['version'], stdout: 'v4.1.4' },
  { tool: 'helm', when: ['list'], stdout: '[]\n' },
  { tool: 'helm', when: ['upgrade'], stdout: 'STATUS: deployed\n' },
  { tool: 'helm', when: ['uninstall'], stdout: 'uninstalled\n' },
  { tool: 'openssl', when: ['version'], stdout: 'OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n' },
];

/** A dry run takes all objects as they are, whatever else fails. */
export const dryRunTakesAll: Answer = { tool: 'kubectl', when: ['apply', '--dry-run'], echoes: true };

/** helm 3 in place of helm 4. */
export const helm3: Answer = { tool: 'helm', when: ['version'], stdout: 'v3.22.0' };

/** Kubernetes 1.15, before apps/v1beta2 and extensions/v1beta1 went away. */
export const oldClusterAnswers: readonly Answer[] = serving('v1.15.12', {
  'apps/v1': ['Deployment'],
  'apps/v1beta2': ['Deployment'],
  'extensions/v1beta1': ['Deployment', 'Ingress'],
  'networking.k8s.io/v1': ['NetworkPolicy'],
  'policy/v1beta1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1beta1': ['ClusterRole'],
});

/** These namespaces exist, with these labels. */
export function namespaces(labels: Readonly<Record<string, Readonly<Record<string, string>>>>): Answer {
  const items = Object.entries(labels).map(([name, own]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...own } },
    status: { phase: 'Active' },
  }));
  return {
    tool: 'kubectl',
    when: ['get', 'namespaces'],
    stdout: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  };
}

/** A Service of this namespace has this node port. @param owner the controller that it was applied for. */
export function nodePortUser(nodePort: number, namespace: string, name: string, owner?: string): Answer {
  const items = [
    {
      metadata: { name, namespace, labels: owner === undefined ? {} : { 'ingress-tls/controller': owner } },
      spec: { ports: [{ port: 443, nodePort }] },
    },
  ];
  return {
    tool: 'kubectl',
    when: ['get', '--raw=/api/v1/services?limit'],
    stdout: JSON.stringify({ kind: 'ServiceList', apiVersion: 'v1', metadata: {}, items }),
  };
}

/** These services have releases of ic3. */
export function releases(...services: readonly string[]): Answer {
  const list = services.map((name) => ({
    name: `ic3-${name}`,
    namespace: 'default',
    revision: '1',
    updated: '',
    status: 'deployed',
    chart: `${name}-0.1.0`,
    app_version: '',
  }));
  return { tool: 'helm', when: ['list'], stdout: JSON.stringify(list) };
}

/** Helm's records of these services' releases, as `kubectl get secrets --show-labels` prints them. @param labels of our own, each with a comma behind. */
export function releaseRecords(labels: string, ...services: readonly string[]): Answer {
  const lines = services.map(
    (name) =>
      `default   sh.helm.release.v1.ic3-${name}.v1   helm.sh/release.v1   1     5m    ${labels}modifiedAt=1795417538,name=ic3-${name},owner=helm,status=deployed,version=1\n`,
  );
  return { tool: 'kubectl', when: ['get', '--show-labels'], stdout: lines.join('') };
}

/** Everything that ic3 has on a cluster, as `kubectl get` and `helm list` show it. */
export const installedAnswers: readonly Answer[] = [
  ...goneAnswers,
  {
    tool: 'kubectl',
    when: ['api-resources', '--namespaced'],
    stdout: 'configmaps\npods\nserviceaccounts\nservices\ndeployments.apps\n',
  },
  {
    tool: 'kubectl',
    when: ['get', '--all-namespaces', '--selector'],
    stdout: [
      'apps/v1\tDeployment\tingress-nginx-demo\tnginx-ingress-controller-ic3\tic3\tingress-tls\texample.test',
      'v1\tService\tingress-nginx-demo\tingress-ic3\tic3\tingress-tls\texample.test',
      'v1\tSecret\tdefault\tic3-svc8-tls\tic3\tingress-tls\texample.test',
      'v1\tSecret\tdefault\tsh.helm.release.v1.ic3-svc8.v1\tic3',
      'rbac.authorization.k8s.io/v1\tClusterRole\t\tingress-nginx-ic3\tic3\tingress-tls\texample.test',
      'v1\tNamespace\t\tingress-nginx-demo\tic3\tingress-tls\texample.test',
      '',
    ].join('\n'),
  },
  {
    tool: 'kubectl',
    when: ['get', '--namespace', '--ignore-not-found'],
    stdout: 'ConfigMap\tkube-root-ca.crt\t\nServiceAccount\tdefault\t\n',
  },
  releases('svc8'),
];

/** Failures, in the words of the tools. */
export const refusedConnection =
  'The connection to the server 192.0.2.1:6443 was refused - did you specify the right host or port?\n';
export const expiredCredentials =
  'error: You must be logged in to the server (the server has asked for the client to provide credentials)\n';
export const pendingRelease = 'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n';
/** A rollout that does not end, and what the API says of it: the pod does not become ready, and nobody says why. */
export const brokenRolloutAnswers: readonly Answer[] = [
  {
    tool: 'kubectl',
    when: ['rollout', 'status'],
    stderr: 'error: deployment "nginx-ingress-controller-ic3" exceeded its progress deadline\n',
    exitCode: 1,
  },
  {
    tool: 'kubectl',
    when: ['get', '-o=json', 'deployment.apps/nginx-ingress-controller-ic3'],
    stdout: JSON.stringify({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } },
      metadata: { name: 'nginx-ingress-controller-ic3', namespace: 'ingress-nginx-demo', generation: 1, uid: 'd' },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
    }),
  },
  { tool: 'kubectl', when: ['get', 'replicasets.apps,pods'] },
  { tool: 'kubectl', when: ['get', 'events'], stdout: '{"apiVersion":"v1","kind":"List","items":[]}' },
];
export const brokenRollout = 'error: deployment "nginx-ingress-controller-ic3" exceeded its progress deadline\n';
