import { InternalError } from '../../errors.ts';
import { groupPath } from '../../kube/api-paths.ts';
import { kubectlQuestion, type ClusterConnection } from '../../kube/commands.ts';
import { fieldAt, readBalancerAddresses, textField } from '../../kube/object-fields.ts';
import { deletableResource } from '../../kube/object-identity.ts';
import { ownerLabel, projectLabel } from '../../kube/ownership.ts';
import type { DeletableObject } from '../../model/changes.ts';
import type { ToolCommand } from '../../model/plan.ts';
import { askKubectl, askRaw, splitLines } from './ask-kubectl.ts';
import {
  askForCredentials,
  explainNoTarget,
  readCredentialPlugin,
  type CredentialPlugin,
  type PersonSettings,
} from './credentials.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import {
  findForeign,
  isToken,
  passingResources,
  printResident,
  readResident,
  residentColumns,
} from '../../kube/namespace-residents.ts';
import { listAt, parseJson } from '../../kube/json-answer.ts';
import { explainOtherContext } from './kubeconfig.ts';
import { listLiveObjects } from './live-objects.ts';
import { quoteOutput, redact } from '../exec/redaction.ts';
import { askTool, explainFailure, findText, garbledAnswer, hasFailed, unlessForbidden } from '../exec/tool-failure.ts';

export interface KubectlSettings extends ClusterConnection {
  /** Seconds that one request to the cluster may take. */
  readonly requestTimeout: number;
  /** See ClusterAccess. */
  readonly isAtRoot?: boolean;
  readonly person?: PersonSettings;
  /** The one context that may be asked; absent: any. */
  readonly ownContext?: string;
}

interface Version {
  readonly major: number;
  readonly minor: number;
  /** As the tool says it: `v1.35.2`. */
  readonly text: string;
}

/** Where commands go, as the kubeconfig says. */
export interface ClusterTarget {
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  /** The program that is started for credentials. */
  readonly credentialPlugin?: CredentialPlugin;
}

/** The cluster that commands go to. */
export interface Cluster extends ClusterTarget {
  readonly version: Version;
}

export interface FoundNamespace {
  readonly labels: Readonly<Record<string, string>>;
  /** It is being deleted: nothing can be made in it. */
  readonly isTerminating: boolean;
  /** Why it is not gone yet, in the API's words; absent when the API says nothing of it. */
  readonly heldBy?: readonly string[];
}

export interface OwnedObject extends DeletableObject {
  /** The label's value. */
  readonly owner: string;
  /** Who set fields of it; empty on a cluster that does not note that (before Kubernetes 1.18). */
  readonly managers: readonly string[];
  /** Whose it is, by the label that says so; absent on what an apply of before that label brought. */
  readonly project?: string;
}

interface NodePortUser {
  readonly name: string;
  readonly namespace: string;
  /** Name of the controller that it was applied for; absent for a Service of somebody else. */
  readonly owner?: string;
}

/** How a Service is reached. */
interface FoundService {
  readonly type: string;
  /** Absent: it has none. */
  readonly clusterIp?: string;
  /** Of its load balancer, IP addresses or host names; empty while there are none. */
  readonly addresses: readonly string[];
}

/** A Secret or ConfigMap. */
export interface FoundData {
  readonly labels: Readonly<Record<string, string>>;
  /** As Kubernetes holds it: that of a Secret in base64. */
  readonly data: Readonly<Record<string, string>>;
}

export interface FoundLog {
  readonly lines: readonly string[];
  /** The log was overlong, and its middle is missing. */
  readonly isCut: boolean;
}

/** Questions to a cluster. Every method throws ToolError when kubectl or the cluster fails. */
export interface Kubectl {
  readClientVersion(): Promise<Version>;
  /** Asks the kubeconfig for context and server. @throws UsageError for another context than the only one that may be asked. */
  readTarget(): Promise<ClusterTarget>;
  /** Asks the server for its version; `target` is named when that fails. */
  readServerVersion(target: Pick<ClusterTarget, 'context' | 'server' | 'credentialPlugin'>): Promise<Version>;
  /** Both, one after the other. */
  readCluster(): Promise<Cluster>;
  /** Whether the cluster serves a kind, given as `group/version/Kind`, or `v1/Kind` for the core group. */
  hasResource(reference: string): Promise<boolean>;
  /** Those of these namespaces that exist. */
  findNamespaces(names: readonly string[]): Promise<ReadonlyMap<string, FoundNamespace>>;
  /** Names of those of these objects that exist; nothing of their content is asked for. */
  findExisting(resource: string, namespace: string, names: readonly string[]): Promise<ReadonlySet<string>>;
  /** The Service that uses a node port, and the controller whose label it carries. */
  findNodePortUser(port: number): Promise<NodePortUser | undefined>;
  findService(namespace: string, name: string): Promise<FoundService | undefined>;
  /**
   * Objects of these resources (`deployments.apps`) with this label in all namespaces, in their order; no content.
   * @param mayLack of which resources the project has no need: they are left out where the user may not list all.
   */
  listOwned(
    label: string,
    resources: readonly string[],
    mayLack: (resource: string) => boolean,
  ): Promise<readonly OwnedObject[]>;
  /** PEM texts of the certificates in TLS Secrets that these labels select, in all namespaces. */
  listCertificates(labelSelector: string): Promise<readonly string[]>;
  /** One Secret or ConfigMap with its data: only for one that holds a public certificate and no key. */
  readData(kind: 'Secret' | 'ConfigMap', namespace: string, name: string): Promise<FoundData | undefined>;
  /** The keys of a Secret, of which nothing else leaves kubectl; undefined: there is none. */
  listSecretKeys(namespace: string, name: string): Promise<readonly string[] | undefined>;
  /** The logs of all pods with these labels, of the last so many seconds; of each pod its first container. */
  readLogs(namespace: string, labels: Readonly<Record<string, string>>, seconds: number): Promise<FoundLog>;
  /** An address by which a node is reached: its external one, else its internal one. */
  findNodeAddress(): Promise<string | undefined>;
  /**
   * What would be lost with a namespace, as `Kind/name`: what neither has this label nor belongs to another object of it nor is being
   * deleted already nor comes with every namespace.
   * @param passing what the controller makes for itself, as `Kind/name`: a Lease of its election.
   */
  listForeign(namespace: string, labelSelector: string, passing?: readonly string[]): Promise<readonly string[]>;
}

/** Creates the adapter that asks a cluster; commands that change one are data (kube/commands.ts) for Exec. */
export function createKubectl(
  exec: Exec,
  { requestTimeout, isAtRoot = false, person = {}, ownContext, ...connection }: KubectlSettings,
): Kubectl {
  const served = new Map<string, Promise<ReadonlySet<string>>>();

  const localQuestion = (...args: readonly string[]): ToolCommand => ({
    ...kubectlQuestion(connection, args),
    isLocal: true,
  });
  const question = (...args: readonly string[]): ToolCommand =>
    kubectlQuestion({ ...connection, requestTimeout }, args);

  const access = { connection, requestTimeout, isAtRoot };
  const ask = (what: string, args: readonly string[]): Promise<ToolResult> => askKubectl(exec, access, what, args);

  const kindsOf = async (groupVersion: string): Promise<ReadonlySet<string>> => {
    const what = `cannot see whether the cluster serves ${groupVersion}`;
    const result = await askRaw(exec, access, what, groupPath(groupVersion));
    if (result === undefined) return new Set();
    const resources = listAt(parseJson(result.stdout), 'resources');
    if (resources === undefined) throw garbledAnswer('kubectl', what, result);
    return new Set(resources.map((resource) => textField(resource, 'kind') ?? ''));
  };

  const readTarget = async (): Promise<ClusterTarget> => {
    const what = 'cannot tell which cluster to use';
    const view = await exec.run(localQuestion('config', 'view', '--minify', '-o=json'), { what });
    if (hasFailed(view)) throw explainNoTarget(what, view, person);
    const config = parseJson(view.stdout);
    const context = textField(config, 'current-context');
    const server = textField(config, 'clusters', 0, 'cluster', 'server');
    if (context === undefined || server === undefined) throw garbledAnswer('kubectl', what, view);
    if (ownContext !== undefined && context !== ownContext)
      throw explainOtherContext(context, redact(server), ownContext);
    const credentialPlugin = readCredentialPlugin(context, fieldAt(config, 'users', 0), connection.kubeconfig);
    return { context, server: redact(server), ...(credentialPlugin !== undefined && { credentialPlugin }) };
  };

  const readServerVersion: Kubectl['readServerVersion'] = async ({ context, server, credentialPlugin }) => {
    const what = `cannot reach the cluster of context ${context} (${server})`;
    const args = ['version', '-o=json'];
    const result =
      credentialPlugin === undefined
        ? await ask(what, args)
        : await askForCredentials(exec, access, { what, plugin: credentialPlugin, person, context }, args);
    const version = readVersion(fieldAt(parseJson(result.stdout), 'serverVersion'));
    if (version === undefined) throw garbledAnswer('kubectl', what, result);
    return version;
  };

  return {
    async readClientVersion() {
      const what = "cannot read kubectl's version";
      const result = await askTool(exec, localQuestion('version', '--client', '-o=json'), { what });
      const version = readVersion(fieldAt(parseJson(result.stdout), 'clientVersion'));
      if (version === undefined) throw garbledAnswer('kubectl', what, result);
      return version;
    },

    readTarget,
    readServerVersion,

    async readCluster() {
      const target = await readTarget();
      return { ...target, version: await readServerVersion(target) };
    },

    async hasResource(reference) {
      const cut = reference.lastIndexOf('/');
      const groupVersion = reference.slice(0, cut);
      if (!/^(?:[a-z0-9.-]+\/)?v[0-9a-z]+$/.test(groupVersion))
        throw new InternalError(`not a kind of an API: ${reference}`);
      // Nobody to ask: what is not served is refused when it is sent.
      if (!isAtRoot) return true;
      const kinds = served.get(groupVersion) ?? kindsOf(groupVersion);
      served.set(groupVersion, kinds);
      return (await kinds).has(reference.slice(cut + 1));
    },

    async findNamespaces(names) {
      if (names.length === 0) return new Map();
      const what = 'cannot look for namespaces';
      const result = await ask(what, ['get', 'namespaces', '--ignore-not-found=true', '-o=json', '--', ...names]);
      if (result.stdout.trim() === '') return new Map();
      const answer = parseJson(result.stdout);
      if (typeof answer !== 'object' || answer === null) throw garbledAnswer('kubectl', what, result);
      // For one name kubectl prints the object itself.
      const items = listAt(answer, 'items') ?? [answer];
      return new Map(
        items.map((item) => {
          const name = textField(item, 'metadata', 'name');
          if (name === undefined) throw garbledAnswer('kubectl', what, result);
          return [name, readNamespace(item)];
        }),
      );
    },

    async findExisting(resource, namespace, names) {
      if (names.length === 0) return new Set();
      const options = [`--namespace=${namespace}`, '--ignore-not-found=true', '-o=name'];
      const result = await ask(`cannot look for ${resource} in namespace ${namespace}`, [
        'get',
        ...options,
        '--',
        resource,
        ...names,
      ]);
      return new Set(splitLines(result.stdout).map((line) => line.slice(line.indexOf('/') + 1)));
    },

    async findNodePortUser(port) {
      const services = await listLiveObjects(exec, { ...access, kinds: [{ apiVersion: 'v1', kind: 'Service' }] });
      const user = services.find((service) => {
        const ports = (listAt(service, 'spec', 'ports') ?? []).map((each) => fieldAt(each, 'nodePort'));
        return [...ports, fieldAt(service, 'spec', 'healthCheckNodePort')].includes(port);
      });
      if (user === undefined) return undefined;
      const { name, namespace = '', labels } = user.metadata;
      const owner = labels?.[ownerLabel];
      return { name, namespace, ...(owner !== undefined && { owner }) };
    },

    async findService(namespace, name) {
      const what = `cannot read Service ${namespace}/${name}`;
      const options = [`--namespace=${namespace}`, '--ignore-not-found=true', '-o=json'];
      const result = await ask(what, ['get', ...options, '--', 'service', name]);
      if (result.stdout.trim() === '') return undefined;
      const service = parseJson(result.stdout);
      const type = textField(service, 'spec', 'type');
      if (type === undefined) throw garbledAnswer('kubectl', what, result);
      const clusterIp = textField(service, 'spec', 'clusterIP');
      return {
        type,
        ...(clusterIp !== undefined && clusterIp !== '' && clusterIp !== 'None' && { clusterIp }),
        addresses: readBalancerAddresses(service),
      };
    },

    async listOwned(label, wanted, mayLack) {
      const what = 'cannot list what is installed';
      const available = new Set(await listDeletable(exec, question('api-resources', ...deletable), what));
      const resources = wanted.filter((resource) => available.has(resource));
      if (resources.length === 0) return [];
      const identity = '{.apiVersion}{"\\t"}{.kind}{"\\t"}{.metadata.namespace}{"\\t"}{.metadata.name}';
      const columns = `${identity}{"\\t"}{${labelPath(label)}}{"\\t"}{.metadata.managedFields[*].manager}{"\\t"}{${labelPath(projectLabel)}}{"\\n"}`;
      // Helm's records carry the labels of their releases, and each holds a whole chart.
      const options = [
        '--all-namespaces',
        `--selector=${label},owner!=helm`,
        `-o=jsonpath={range .items[*]}${columns}{end}`,
      ];
      const list = (of: readonly string[]): Promise<ToolResult> => ask(what, ['get', of.join(','), ...options]);
      // kubectl prints nothing at all when it may not list one of the kinds.
      const usual = resources.filter((resource) => !mayLack(resource));
      const isUsual = usual.length === resources.length || usual.length === 0;
      const result = isUsual
        ? await list(resources)
        : ((await unlessForbidden(() => list(resources))) ?? (await list(usual)));
      const found = new Map<string, OwnedObject>();
      for (const line of splitLines(result.stdout)) {
        const object = readOwned(line);
        if (object === undefined) throw garbledAnswer('kubectl', what, result);
        // Some versions show one object in two groups: Kubernetes 1.14 to 1.21 do with Ingresses.
        const key = [object.kind, object.namespace, object.name].join('/');
        if (!found.has(key)) found.set(key, object);
      }
      return [...found.values()];
    },

    async listCertificates(labelSelector) {
      const options = [
        '--all-namespaces',
        `--selector=${labelSelector}`,
        '--field-selector=type=kubernetes.io/tls',
        '--ignore-not-found=true',
      ];
      const result = await ask('cannot see for whom certificates were applied', [
        'get',
        'secrets',
        ...options,
        String.raw`-o=jsonpath={range .items[*]}{.data.tls\.crt}{"\n"}{end}`,
      ]);
      return splitLines(result.stdout).map((line) => Buffer.from(line, 'base64').toString('utf8'));
    },

    async readData(kind, namespace, name) {
      const what = `cannot read ${kind} ${namespace}/${name}`;
      const result = await ask(what, [
        'get',
        `--namespace=${namespace}`,
        '--ignore-not-found=true',
        '-o=json',
        '--',
        kind.toLowerCase(),
        name,
      ]);
      if (result.stdout.trim() === '') return undefined;
      const answer = parseJson(result.stdout);
      if (typeof answer !== 'object' || answer === null)
        throw garbledAnswer('kubectl', what, { ...result, stdout: '' });
      return { labels: readTexts(fieldAt(answer, 'metadata', 'labels')), data: readTexts(fieldAt(answer, 'data')) };
    },

    async listSecretKeys(namespace, name) {
      const template = '{{.kind}}{{"\\n"}}{{range $key, $value := .data}}{{$key}}{{"\\n"}}{{end}}';
      const options = [`--namespace=${namespace}`, '--ignore-not-found=true', `-o=go-template=${template}`];
      const result = await ask(`cannot see whether Secret ${namespace}/${name} is there`, [
        ...['get', ...options, '--', 'secret', name],
      ]);
      const [kind, ...keys] = splitLines(result.stdout);
      return kind === undefined ? undefined : keys;
    },

    async readLogs(namespace, labels, seconds) {
      const selector = Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',');
      const options = [
        `--namespace=${namespace}`,
        `--selector=${selector}`,
        `--since=${seconds}s`,
        '--tail=-1',
        '--max-log-requests=100',
      ];
      const what = `cannot read the logs of the pods ${selector} in namespace ${namespace}`;
      const result = await askTool(exec, question('logs', ...options), { what });
      return { lines: splitLines(result.stdout), isCut: result.isCut };
    },

    async findNodeAddress() {
      const addresses = '{range .items[*].status.addresses[*]}{.type}{"\\t"}{.address}{"\\n"}{end}';
      const result = await ask('cannot look for the address of a node', ['get', 'nodes', `-o=jsonpath=${addresses}`]);
      const found = new Map(splitLines(result.stdout).map((line) => line.split('\t') as [string, string]));
      return found.get('ExternalIP') ?? found.get('InternalIP');
    },

    async listForeign(namespace, labelSelector, passing = []) {
      const what = `cannot see what namespace ${namespace} holds`;
      const listable = await listDeletable(exec, question('api-resources', ...deletable, '--namespaced=true'), what);
      const resources = listable.filter((resource) => !passingResources.has(resource)).join(',');
      const list = async (
        kinds: string,
        columns: string,
        selector: readonly string[] = [],
      ): Promise<readonly string[]> => {
        const options = [
          `--namespace=${namespace}`,
          '--ignore-not-found=true',
          ...selector,
          `-o=jsonpath={range .items[*]}${columns}{"\\n"}{end}`,
        ];
        return splitLines((await ask(what, ['get', kinds, ...options])).stdout);
      };
      const ours = (await list(resources, residentColumns, [`--selector=${labelSelector}`])).map(readResident);
      const residents = (await list(resources, residentColumns)).map(readResident);
      const found = findForeign(residents, ours, passing);
      if (!found.some(isToken)) return found.map(printResident);
      const tokens = new Set((await list('serviceaccounts', '{.secrets[*].name}')).flatMap((line) => line.split(' ')));
      return found.filter((resident) => !isToken(resident) || !tokens.has(resident.name)).map(printResident);
    },
  };
}

const deletable = ['--verbs=list,delete', '-o=name'];

/** Names of what the cluster can list and delete. One broken aggregated API (often metrics) must not hide the rest. */
async function listDeletable(exec: Exec, question: ToolCommand, what: string): Promise<readonly string[]> {
  const result = await exec.run(question, { what });
  const isPartial = result.stdout.trim() !== '' && findText(result, 'partial-discovery') !== undefined;
  if (result.timedOut || (result.exitCode !== 0 && !isPartial)) throw explainFailure(question, what, result);
  return splitLines(result.stdout);
}

function readVersion(value: unknown): Version | undefined {
  const major = Number.parseInt(textField(value, 'major') ?? '', 10);
  // Some providers write a plus: "27+".
  const minor = Number.parseInt(textField(value, 'minor') ?? '', 10);
  const text = textField(value, 'gitVersion');
  return Number.isNaN(major) || Number.isNaN(minor) || text === undefined ? undefined : { major, minor, text };
}

/** Conditions of a namespace that is not empty yet, or cannot be emptied (kubernetes@1.35 staging/src/k8s.io/api/core/v1/types.go). */
function readNamespace(item: unknown): FoundNamespace {
  const isTerminating = textField(item, 'status', 'phase') === 'Terminating';
  const conditions = (listAt(item, 'status', 'conditions') ?? []).filter(
    (condition) => textField(condition, 'status') === 'True',
  );
  const heldBy = isTerminating
    ? conditions.flatMap((condition) => quoteOutput(textField(condition, 'message') ?? '', 1))
    : [];
  return {
    labels: readTexts(fieldAt(item, 'metadata', 'labels')),
    isTerminating,
    ...(heldBy.length > 0 && { heldBy }),
  };
}

function readTexts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function readOwned(line: string): OwnedObject | undefined {
  const [apiVersion, kind, namespace, name, owner = '', managers = '', project = ''] = line.split('\t');
  if (apiVersion === undefined || kind === undefined || namespace === undefined || name === undefined || name === '')
    return undefined;
  const resource = deletableResource({ apiVersion, kind });
  return {
    resource,
    kind,
    name,
    owner,
    managers: managers.split(' ').filter((manager) => manager !== ''),
    ...(namespace !== '' && { namespace }),
    ...(project !== '' && { project }),
  };
}

/** A label in jsonpath. */
function labelPath(label: string): string {
  return `.metadata.labels['${label.replaceAll('.', String.raw`\.`)}']`;
}
