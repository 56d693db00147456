import { ToolError } from '../../errors.ts';
import type { KnownText } from '../exec/tool-failure.ts';

const unreachable = 'Look whether the cluster runs and whether this is the right one: kubectl config get-contexts';
const logIn = 'Log in to the cluster again, or choose other credentials with --context or --kubeconfig.';
const chooseContext = 'kubectl config get-contexts lists what there is; choose with kubectl config use-context NAME or with --context.';

const missingRight = 'your user of the cluster may not do this';

/** Whether a question failed for want of a right alone. */
export function isForbidden(error: unknown): error is ToolError {
  return error instanceof ToolError && error.message.endsWith(missingRight);
}

/**
 * Why a cluster cannot be used, in the words of client-go, which kubectl and helm share. Texts captured from
 * kubectl 1.35.2 and helm 4.1.4, which put `kubernetes cluster unreachable: ` before them.
 */
export const clusterFailures: readonly KnownText[] = [
  {
    pattern: /current-context must exist in order to minify|current-context is not set|no configuration has been provided/,
    why: () => 'no cluster is chosen: there is no kubeconfig, or it has no current context',
    remedy: chooseContext,
  },
  {
    pattern: /cannot locate context "?([^"\n]+)|context was not found for specified context: (\S+)|context "([^"\n]*)" does not exist/,
    why: (match) => `the kubeconfig has no context ${match[1] ?? match[2] ?? match[3] ?? ''}`,
    remedy: chooseContext,
  },
  {
    // client-go@v0.35.4:plugin/pkg/client/auth/exec/exec.go, updateCommandAndCheckAllowlistLocked.
    pattern: /plugin "[^"\n]*" not allowed: policy set|credential plugin allowlist/,
    why: () => 'your kuberc does not allow the program that the kubeconfig names for credentials',
    remedy: 'Allow it there (credentialPluginPolicy, credentialPluginAllowlist), or choose other credentials with --context or --kubeconfig.',
  },
  {
    pattern: /getting credentials: exec: executable (\S+) failed with exit code/,
    why: (match) => `${match[1] ?? ''}, the program that gives credentials, failed`,
    remedy: 'Run kubectl version on a terminal to see what it wants, then run the same command again.',
  },
  {
    pattern: /getting credentials: exec|credential plugin/,
    why: () => 'the kubeconfig asks for credentials from a program that is missing or failed',
    remedy: 'Install the program that is named above, or choose other credentials with --context or --kubeconfig.',
  },
  {
    pattern: /error loading config file|invalid configuration|Error in configuration|unable to read (?:certificate-authority|client-)/,
    why: () => 'the kubeconfig cannot be used',
    remedy: 'Correct what is named above, or choose another file with --kubeconfig.',
  },
  {
    pattern: /Unauthorized|must be logged in to the server|asked for the client to provide credentials|Please enter Username|tls: (?:expired|bad|unknown) certificate/,
    why: () => 'the cluster refused the credentials: they are wrong or have expired',
    remedy: logIn,
  },
  {
    pattern: /x509: certificate has expired or is not yet valid/,
    why: () => "the certificate of the cluster's API server has expired, or the clock of this machine is wrong",
    remedy: "Set the clock (date -u shows it), or have the API server's certificate renewed.",
  },
  {
    pattern: /x509: /,
    why: () => "the certificate of the cluster's API server is not the one that the kubeconfig trusts",
    remedy: 'Fetch the kubeconfig of this cluster anew.',
  },
  {
    pattern: /dial tcp: lookup ([^\s:]+)[^\n]*/,
    why: (match) => `the host ${match[1] ?? ''} is not found`,
    remedy: unreachable,
  },
  {
    pattern: /connection to the server (\S+) was refused|dial tcp (\S+): connect: connection refused/,
    why: (match) => `nothing answers at ${match[1] ?? match[2] ?? ''}`,
    remedy: unreachable,
  },
  {
    pattern:
      /i\/o timeout|TLS handshake timeout|Client\.Timeout exceeded|request canceled while waiting|(?:Unable to connect to the server|unreachable|Get "http)[^\n]*context deadline exceeded/,
    why: () => 'the cluster does not answer in time',
    remedy: unreachable,
  },
  {
    pattern: /no route to host|network is unreachable|connection reset by peer|unexpected EOF|proxyconnect/,
    why: () => 'the cluster cannot be reached over the network',
    remedy: unreachable,
  },
  {
    pattern:
      /\(ServiceUnavailable\)|the server is currently unable to handle the request|etcdserver: |\(TooManyRequests\)|too many requests|\(Timeout\)|in the time allotted|http2: (?:client connection lost|server sent GOAWAY)|has prevented the request from succeeding|: EOF$/m,
    why: () => "the cluster's API server is not ready",
    remedy: 'Wait a moment, then run the same command again.',
  },
  {
    pattern: /unable to parse the server version|invalid character '<' looking for beginning of value/,
    why: () => 'what answers there is no Kubernetes API server',
    remedy: unreachable,
  },
  {
    // What admission plugins refuse is Forbidden too: see refusals.ts, which comes before.
    pattern: /\(Forbidden\)|is forbidden: User|forbidden: User /,
    why: () => missingRight,
    remedy: 'Ask for the right that is named above; kubectl auth can-i --list shows those you have.',
  },
];
