import type { ServiceEntry } from '../../model/controller-profile.ts';
import type { ProbeAddress } from '../../model/probe.ts';
import { places } from '../../project/places.ts';
import type { ClusterTools } from './tools.ts';

/** Where the controller is reached, or why from here it is not. */
export type Reach =
  { readonly address: ProbeAddress; readonly origin: string } | { readonly why: string; readonly remedy: string };

/** Port of this machine that the lines for `kubectl port-forward` open: none that needs rights. */
export const forwardedPort = 8443;

/** The line after which a cluster IP is reached from this machine as well, as long as it runs. */
export function printPortForward({ service: { namespace, name }, port }: ServiceEntry): string {
  return `kubectl port-forward --namespace ${namespace} service/${name} ${forwardedPort}:${port}`;
}

/** Of a controller that somebody else sees to: its Service changed after it was found. */
export function showServices(namespace: string): string {
  return `kubectl get services --namespace ${namespace} shows where the controller is reached; say it with --address HOST:PORT`;
}

/**
 * Asks the cluster where the controller's Service of type LoadBalancer or ClusterIP is reached.
 * @throws ToolError when it cannot be asked.
 */
export async function reachService({ kubectl, isInPod }: ClusterTools, entry: ServiceEntry): Promise<Reach> {
  const { service, port, kind, isOthers = false } = entry;
  const name = `Service ${service.name} in namespace ${service.namespace}`;
  const found = await kubectl.findService(service.namespace, service.name);
  const type = kind === 'load-balancer' ? 'LoadBalancer' : 'ClusterIP';
  if (found === undefined)
    return {
      why: `there is no ${name}`,
      remedy: isOthers ? showServices(service.namespace) : 'ingress-tls apply brings the controller',
    };
  if (found.type !== type)
    return {
      why: `${name} is of type ${found.type}, and ${isOthers ? 'was' : `${places.config} says`} ${type}`,
      remedy: isOthers ? showServices(service.namespace) : 'ingress-tls apply changes it',
    };
  if (kind === 'load-balancer') {
    const [host] = found.addresses;
    return host === undefined
      ? explainPending(entry)
      : { address: { host, port }, origin: `load balancer of Service ${service.name}` };
  }
  if (isInPod && found.clusterIp !== undefined)
    return { address: { host: found.clusterIp, port }, origin: `cluster IP of Service ${service.name}` };
  return {
    why: `${name} is of type ClusterIP and reached from inside the cluster alone`,
    remedy: `${printPortForward(entry)}, in another terminal; then ingress-tls verify --address 127.0.0.1:${forwardedPort}`,
  };
}

/** What is the matter, and what to do, where no load balancer has come. */
function explainPending({
  service: { namespace, name },
  isOthers,
}: ServiceEntry): Extract<Reach, { readonly why: string }> {
  const change =
    isOthers === true
      ? 'have whoever sees to the controller choose another type'
      : `set \`type: NodePort\` under controller.service in ${places.config}`;
  return {
    why: `the load balancer of Service ${name} in namespace ${namespace} has no address yet`,
    remedy:
      "The cluster's provider is still making it, or nothing in the cluster makes one; the events say which: " +
      `kubectl describe service ${name} --namespace ${namespace}. Where nothing does, ${change}, or say --address HOST:PORT.`,
  };
}
