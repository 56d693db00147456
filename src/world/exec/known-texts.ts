import { readConflicts } from '../../kube/field-managers.ts';
import type { ExternalTool } from './tool-environment.ts';

/** What somebody decides by, beside the words that a person is told. */
export type Meaning =
  /** The API server, or what stands before or behind it, is not there at the moment. */
  | 'away'
  /** helm has not begun: it asks for the server's version before anything else (helm@4.1.4:pkg/kube/client.go, IsReachable). */
  | 'not-begun'
  | 'no-context'
  | 'forbidden'
  | 'not-found'
  | 'unknown-kind'
  | 'conflict'
  | 'refused'
  | 'server-error'
  | 'partial-discovery'
  | 'too-late'
  | 'gave-up'
  | 'no-release'
  | 'already-uninstalled';

/** A text of kubectl, of helm or of the API server, and what it means. */
type KnownText = { readonly pattern: RegExp; readonly meaning?: Meaning } & (
  Reason | { readonly why?: never; readonly remedy?: never }
);

/** Why a tool failed, for the person, and what to do. */
interface Reason {
  readonly why: string | ((match: RegExpExecArray) => string);
  /** `namespace`: of the release, where the command was about one. */
  readonly remedy: string | ((namespace: string | undefined) => string);
}

/** One pattern of several: a line may begin and end anywhere in a text. */
function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'm');
}

const unreachable = 'Look whether the cluster runs and whether this is the right one: kubectl config get-contexts';
const chooseContext =
  'kubectl config get-contexts lists what there is; choose with kubectl config use-context NAME or with --context.';
const askOwner = 'Ask whoever runs the cluster about the rule that is named above.';
const lookAtObject =
  'Look at the object that is named above; delete it if nothing else needs it, then run the same command again.';

const notReady = {
  why: 'it did not become ready in time',
  remedy:
    'kubectl get pods --all-namespaces and kubectl describe pod show what is missing; then run the same command again.',
};
const brokenRule: Reason = { why: ([words]) => `the rules of the cluster refuse it: ${words}`, remedy: askOwner };
const cut = { why: 'the cluster cannot be reached over the network', remedy: unreachable };
const silent = { why: 'the cluster does not answer in time', remedy: unreachable };

/** Of helm alone. Captured from helm 4.1.4 and 3.22.0. */
const ofHelm: readonly KnownText[] = [
  {
    pattern: /another operation \(install\/upgrade\/rollback\) is in progress/,
    why: 'another helm works on this release, or one was killed while it did',
    remedy: 'If no other helm is at work, ingress-tls apply --force-pending frees the release; its history stays.',
  },
  {
    pattern: /values don't meet the specifications of the schema/,
    why: "the values do not fit the chart's values.schema.json",
    remedy: 'Correct the values that are named above; ingress-tls render --force makes the chart anew.',
  },
  {
    pattern: /invalid ownership metadata|cannot be imported into the current release/,
    why: 'an object of the chart exists already and belongs to nobody or to another release',
    remedy: 'Delete the object that is named above if nothing else needs it, then run the same command again.',
  },
  {
    pattern: /cannot re-use a name that is still in use/,
    why: 'a release of this name exists already',
    remedy: 'helm list --all-namespaces shows it.',
  },
  { meaning: 'already-uninstalled', pattern: /Release not loaded: (\S+): release: not found/ },
  {
    meaning: 'no-release',
    pattern: /release: not found/,
    why: 'there is no such release',
    remedy: 'helm list --all-namespaces shows those that there are.',
  },
  {
    pattern:
      /uninstallation completed with \d+ error[^\n]*\n?[^\n]*(?:timed out|deadline exceeded|not (?:gone|deleted))/,
    why: 'its objects were not gone in time',
    remedy: 'kubectl get pods --all-namespaces shows what ends slowly; then run the same command again.',
  },
  {
    pattern:
      /timed out waiting for the condition|(?:FAILED|failed)[^\n]*context deadline exceeded|resource \S+ not ready/,
    why: notReady.why,
    remedy: (namespace) =>
      namespace === undefined
        ? 'kubectl get pods --all-namespaces shows what is missing.'
        : `kubectl get pods,events --namespace=${namespace} shows what is missing; then run the same command again, with a longer --timeout if it needs one.`,
  },
  { meaning: 'not-begun', pattern: /kubernetes cluster unreachable/i },
];

/** Of kubectl alone, about objects on their way into the cluster and about the answers that it has. */
const ofKubectl: readonly KnownText[] = [
  {
    pattern: /provided port is already allocated/,
    why: 'the node port is taken by another Service',
    remedy: 'Set another controller.nodePort in ingress-tls.yaml, then run the same command again.',
  },
  {
    meaning: 'unknown-kind',
    pattern: /no matches for kind "([^"\n]+)"(?: in version "([^"\n]+)")?/,
    why: ([, kind = '', version]) =>
      `the cluster does not know ${kind}${version === undefined ? '' : ` of ${version}`}`,
    remedy: 'ingress-tls doctor shows what the profile needs; choose another controller.profile in ingress-tls.yaml.',
  },
  {
    pattern: /namespaces "([^"\n]+)" not found/,
    why: (match) => `there is no namespace ${match[1] ?? ''}`,
    remedy: 'Make it with kubectl create namespace NAME, then run the same command again.',
  },
  {
    pattern: /timed out waiting for the condition on (\S+)/,
    why: (match) => `${match[1] ?? 'it'} was not gone in time`,
    remedy:
      'kubectl get with -o yaml shows what it waits for (finalizers, pods that end slowly); then run the same command again.',
  },
  // kubernetes/kubectl@v0.35.0:pkg/polymorphichelpers/rollout_status.go: the controller's own word that it has given up, and the end of kubectl's time.
  { meaning: 'gave-up', pattern: /exceeded its progress deadline/, ...notReady },
  { pattern: /timed out waiting for the condition/, ...notReady },
  { meaning: 'too-late', pattern: /timed out waiting for|exceeded its progress deadline|context deadline exceeded/ },
  // One object's `The Secret "s" is invalid: ...`, several objects' `Error from server (Invalid): ...`.
  {
    meaning: 'refused',
    pattern: anyOf(
      /^Error from server(?: \((?!Unauthorized\)|ServiceUnavailable\)|Timeout\)|TooManyRequests\))\w+\))?: /,
      /^The \S+ "[^"\n]*" is invalid: /,
      /^error: error validating/,
    ),
  },
  { meaning: 'server-error', pattern: /^Error from server/m },
  { meaning: 'not-found', pattern: /\(NotFound\)/ },
  { meaning: 'partial-discovery', pattern: /unable to retrieve the complete list of server APIs/ },
];

/**
 * Why a cluster that can be reached does not take an object: the words of the API server and of its admission plugins, which both tools
 * repeat. Captured from kubectl 1.35.2, helm 4.1.4 and helm 3.22.0 against Kubernetes 1.35.4. They come before the texts by which an
 * unreachable cluster is known: a webhook that cannot be reached is told in the same words.
 */
const refusals: readonly KnownText[] = [
  {
    meaning: 'conflict',
    pattern: /Apply failed with \d+ conflicts?/,
    why: ({ input }) =>
      readConflicts(input)
        .map(({ manager, fields }) => `${manager} manages ${fields.join(', ')} of this object`)
        .join(', ') || 'another program manages fields of this object',
    remedy: 'ingress-tls diff shows the values; ingress-tls apply --force-conflicts takes the fields over.',
  },
  {
    pattern: /(?:exceeded|failed) quota: [^\n]+/,
    why: ([words]) => `the namespace's quota does not allow it: ${words}`,
    remedy:
      'Have the quota raised (kubectl describe resourcequota shows it), or remove something, then run the same command again.',
  },
  {
    pattern:
      /(?:minimum|maximum) [a-z-]+ (?:usage|limit to request ratio)[^\n]* per (?:Container|Pod|PersistentVolumeClaim)[^\n]*/,
    why: ([words]) => `the namespace's limits do not allow it: ${words}`,
    remedy: 'kubectl describe limitrange shows the limits: keep to them, or have them changed.',
  },
  {
    pattern: /violates PodSecurity "[^\n]+/,
    why: ([words]) => `the namespace does not take such a pod: ${words}`,
    remedy: 'What ingress-tls generates fits the level restricted: mend what was edited, or choose another namespace.',
  },
  {
    pattern: /failed calling webhook "([^"\n]+)":([^\n]*)/,
    why: (match) => `a webhook that the cluster asks first does not answer (${match[1] ?? ''}):${match[2] ?? ''}`,
    remedy:
      'See that the program behind it runs: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
  },
  { pattern: /admission webhook "[^"\n]+" denied the request[^\n]*/, ...brokenRule },
  { pattern: /ValidatingAdmissionPolicy '[^'\n]+' (?:with binding '[^'\n]+' )?denied request[^\n]*/, ...brokenRule },
  {
    pattern: /because it is being terminated|namespace \S+ is being terminated/,
    why: 'the namespace is being deleted',
    remedy: 'Run the same command again: apply waits until it is gone.',
  },
  {
    pattern: /(?:The )?(\S+) "([^"\n]+)" is invalid: ([^:\n]+): [^\n]*field is immutable/,
    why: (match) =>
      `${match[3] ?? 'a field'} of ${match[1]?.split('.')[0] ?? 'the object'} ${match[2] ?? ''} cannot be changed (field is immutable)`,
    remedy: lookAtObject,
  },
  { pattern: /field is immutable/, why: 'the object exists with a field that cannot be changed', remedy: lookAtObject },
  {
    pattern: /is attempting to grant RBAC permissions not currently held/,
    why: 'your user of the cluster may not give a role more rights than it has itself',
    remedy: 'Have somebody with these rights apply it: kubectl auth can-i --list shows those you have.',
  },
  {
    pattern: / is forbidden: (?!User )([^\n]+)/,
    why: (match) => `the cluster refuses it: ${match[1] ?? ''}`,
    remedy: askOwner,
  },
];

/**
 * Why a cluster cannot be used, in the words of client-go, which both tools have. Captured from kubectl 1.35.2, helm 4.1.4 (which puts
 * `kubernetes cluster unreachable: ` before them) and helm 3.22.0, against a server that was away, cut connections or answered so.
 */
const ofCluster: readonly KnownText[] = [
  {
    meaning: 'no-context',
    pattern:
      /current-context must exist in order to minify|current-context is not set|no configuration has been provided/,
    why: 'no cluster is chosen: there is no kubeconfig, or it has no current context',
    remedy: chooseContext,
  },
  {
    pattern:
      /cannot locate context "?([^"\n]+)|context was not found for specified context: (\S+)|context "([^"\n]*)" does not exist/,
    why: (match) => `the kubeconfig has no context ${match[1] ?? match[2] ?? match[3] ?? ''}`,
    remedy: chooseContext,
  },
  {
    // client-go@v0.35.4:plugin/pkg/client/auth/exec/exec.go, updateCommandAndCheckAllowlistLocked.
    pattern: /plugin "[^"\n]*" not allowed: policy set|credential plugin allowlist/,
    why: 'your kuberc does not allow the program that the kubeconfig names for credentials',
    remedy:
      'Allow it there (credentialPluginPolicy, credentialPluginAllowlist), or choose other credentials with --context or --kubeconfig.',
  },
  {
    pattern: /getting credentials: exec: executable (\S+) failed with exit code/,
    why: (match) => `${match[1] ?? ''}, the program that gives credentials, failed`,
    remedy: 'Run kubectl version on a terminal to see what it wants, then run the same command again.',
  },
  {
    pattern: /getting credentials: exec|credential plugin/,
    why: 'the kubeconfig asks for credentials from a program that is missing or failed',
    remedy: 'Install the program that is named above, or choose other credentials with --context or --kubeconfig.',
  },
  {
    pattern:
      /error loading config file|invalid configuration|Error in configuration|unable to read (?:certificate-authority|client-)/,
    why: 'the kubeconfig cannot be used',
    remedy: 'Correct what is named above, or choose another file with --kubeconfig.',
  },
  {
    pattern: anyOf(
      /Unauthorized|must be logged in to the server|asked for the client to provide credentials|Please enter Username/,
      /tls: (?:expired|bad|unknown) certificate/,
    ),
    why: 'the cluster refused the credentials: they are wrong or have expired',
    remedy: 'Log in to the cluster again, or choose other credentials with --context or --kubeconfig.',
  },
  {
    pattern: /x509: certificate has expired or is not yet valid/,
    why: "the certificate of the cluster's API server has expired, or the clock of this machine is wrong",
    remedy: "Set the clock (date -u shows it), or have the API server's certificate renewed.",
  },
  {
    pattern: /x509: /,
    why: "the certificate of the cluster's API server is not the one that the kubeconfig trusts",
    remedy: 'Fetch the kubeconfig of this cluster anew.',
  },
  {
    pattern: /dial tcp: lookup ([^\s:]+)[^\n]*/,
    why: (match) => `the host ${match[1] ?? ''} is not found`,
    remedy: unreachable,
  },
  {
    meaning: 'away',
    pattern: /connection to the server (\S+) was refused|dial tcp (\S+): connect: connection refused/,
    why: (match) => `nothing answers at ${match[1] ?? match[2] ?? ''}`,
    remedy: unreachable,
  },
  // Something listens and says nothing.
  {
    meaning: 'away',
    pattern: anyOf(
      /TLS handshake timeout/,
      /dial tcp [^\n]*i\/o timeout/,
      /Client\.Timeout exceeded while awaiting headers/,
      /request canceled while waiting for connection/,
      /(?:Get|Post|Put|Patch|Delete) "https?:\/\/[^\n]*context deadline exceeded/,
    ),
    ...silent,
  },
  {
    pattern: anyOf(
      /i\/o timeout|Client\.Timeout exceeded|request canceled while waiting/,
      /(?:Unable to connect to the server|unreachable)[^\n]*context deadline exceeded/,
    ),
    ...silent,
  },
  // The connection breaks, for good perhaps.
  {
    meaning: 'away',
    pattern: anyOf(
      /read: connection reset by peer|write: broken pipe/,
      /: unexpected EOF(?: - error from a previous attempt.*)?$/,
      /use of closed network connection|http: server closed idle connection/,
    ),
    ...cut,
  },
  { pattern: /no route to host|network is unreachable|connection reset by peer|unexpected EOF|proxyconnect/, ...cut },
  // It answers that it cannot, or does not end what it began.
  {
    meaning: 'away',
    pattern: anyOf(
      // Of its own store, behind a socket perhaps: one that has an address is told above.
      /connect: connection refused/,
      /\(ServiceUnavailable\)|the server is currently unable to handle the request/,
      /\(TooManyRequests\)|the server has received too many requests/,
      /\(Timeout\)|the server was unable to return a response in the time allotted/,
      /apiserver not ready|apiserver is shutting down/,
      /etcdserver: (?:leader changed|no leader|request timed out|too many requests|not capable|server stopped|unhealthy cluster)/,
      /an error on the server \([^\n]*\) has prevented the request from succeeding/,
      /http2: (?:client connection lost|server sent GOAWAY)|unable to decode an event from the watch stream/,
      /: EOF(?: - error from a previous attempt.*)?$/,
    ),
    why: "the cluster's API server is not ready",
    remedy: 'Wait a moment, then run the same command again.',
  },
  {
    pattern: /unable to parse the server version|invalid character '<' looking for beginning of value/,
    why: 'what answers there is no Kubernetes API server',
    remedy: unreachable,
  },
  {
    // What admission plugins refuse is Forbidden too: see refusals.
    meaning: 'forbidden',
    pattern: /\(Forbidden\)|is forbidden: User|forbidden: User /,
    why: 'your user of the cluster may not do this',
    remedy: 'Ask for the right that is named above; kubectl auth can-i --list shows those you have.',
  },
];

/** The first that has a reason and fits is why a tool failed. */
export const knownTexts: readonly (KnownText & { readonly tools: readonly ExternalTool[] })[] = [
  ...ofHelm.map((text) => ({ ...text, tools: ['helm'] as const })),
  ...ofKubectl.map((text) => ({ ...text, tools: ['kubectl'] as const })),
  ...[...refusals, ...ofCluster].map((text) => ({ ...text, tools: ['kubectl', 'helm'] as const })),
];

/**
 * Lines that say of something else that it is away: a program that logs on the way to another failure, an aggregated API (often metrics)
 * that is broken for good, a webhook that does not answer, a stop by our own time limit.
 */
export const aboutOthers =
  /^[EWIF]\d{4} |unable to retrieve the complete list of server APIs|failed calling webhook|client rate limiter Wait|^Warning: /;
