import { existsSync, readFileSync, statSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { textField } from '../../kube/object-fields.ts';
import { parseJson } from '../../kube/json-answer.ts';
import { chooseNothing } from './kubeconfig.ts';

/** Where every pod finds its service account (client-go@v0.35.4:rest/config.go, InClusterConfig). */
const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The kubeconfig of the pod that we run in, when kubectl and helm would take the pod's service account: no kubeconfig chooses a context
 * (client-go@v0.35.4:tools/clientcmd/merged_client_builder.go). As a file of its own because kubectl passes the service account over as
 * soon as it is given any option about its connection, `--request-timeout` too. It names the token's file and holds no token;
 * its context is known nowhere else.
 *
 * @param env with KUBECONFIG resolved. @returns undefined outside of a pod, or where a kubeconfig says where to go.
 */
export function buildPodAccount(
  env: Readonly<Record<string, string | undefined>>,
): { readonly context: string; readonly kubeconfig: string } | undefined {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = env;
  const tokenFile = join(mounted, 'token');
  if (host === '' || port === '' || statSync(tokenFile, { throwIfNoEntry: false })?.isDirectory() !== false)
    return undefined;
  if (!chooseNothing(env)) return undefined;
  const authority = join(mounted, 'ca.crt');
  const namespace = readMounted('namespace').trim();
  const context = `in-cluster (${nameAccount(namespace)})`;
  const user = 'service account';
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'in-cluster',
        cluster: {
          server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
          ...(existsSync(authority) && { 'certificate-authority': authority }),
        },
      },
    ],
    users: [{ name: user, user: { tokenFile } }],
    contexts: [{ name: context, context: { cluster: 'in-cluster', user, ...(namespace !== '' && { namespace }) } }],
    'current-context': context,
  };
  return { context, kubeconfig: JSON.stringify(kubeconfig) };
}

/** Read from the token, whose middle part says whose it is (RFC 7519); nothing else of it goes anywhere. */
function nameAccount(namespace: string): string {
  const claims = parseJson(Buffer.from(readMounted('token').split('.')[1] ?? '', 'base64url').toString());
  const [, ofNamespace, name] =
    /^system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)$/.exec(textField(claims, 'sub') ?? '') ?? [];
  if (ofNamespace !== undefined && name !== undefined) return `service account ${name} of namespace ${ofNamespace}`;
  return /^[a-z0-9-]+$/.test(namespace)
    ? `the pod's service account, namespace ${namespace}`
    : "the pod's service account";
}

function readMounted(name: string): string {
  try {
    return readFileSync(join(mounted, name), 'utf8');
  } catch {
    return '';
  }
}
