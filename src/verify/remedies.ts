import type { PlannedService } from '../model/chart.ts';
import { endsInPod } from '../model/mode.ts';
import { clientPair, renewCommand } from '../project/places.ts';
import type { Explanation } from './finding.ts';
import type { VerifyContext, VerifySubject } from './subject.ts';

/** What another check looks into more closely. */
export const mendCertificate = 'mend the check certificate: it says whose certificate it is';
export const mendCertificateFirst = 'mend the check certificate first, then run ingress-tls verify again';
export const mendPassthrough = 'mend the check certificate: the connection must be passed through';

/** What to do in place of mending the check certificate, where nothing is wrong with it. */
export function mendAnother(remedy: string, service: PlannedService): string {
  if (![mendCertificate, mendCertificateFirst, mendPassthrough].includes(remedy)) return remedy;
  const log = endsInPod(service.mode) ? readPodLog(service) : 'look into the log of the controller';
  return `run ingress-tls verify again; where it stays, ${log}`;
}

/** The kubectl command that lists what serves a host. */
export function listObjects(
  { words }: Pick<VerifyContext, 'words'>,
  { namespace, release, mode, service }: PlannedService,
): string {
  if (service !== undefined)
    return `kubectl describe service/${service.name} ${words.routeResource(mode)}/${release} --namespace ${namespace}`;
  return `kubectl get ${words.routeResources},service,pods --namespace ${namespace} --selector app.kubernetes.io/instance=${release}`;
}

/** Where clients reach the controller on a cluster, or how a person finds out. */
export function tellEntry({ entry, config }: Pick<VerifyContext, 'entry' | 'config'>): string {
  if (entry.kind === 'elsewhere' || entry.kind === 'existing') return entry.how;
  const ways = {
    'node-port': `the node port of ${config.controller.name} is ${entry.port}`,
    'load-balancer': `kubectl get service ${entry.service.name} --namespace ${entry.service.namespace} shows where its load balancer is reached, on port ${entry.port}`,
    'cluster-ip': `the cluster IP of Service ${entry.service.name} in namespace ${entry.service.namespace} is reached from inside the cluster, on port ${entry.port}`,
  };
  return ways[entry.kind];
}

/** The kubectl command that lists the routes of all projects. */
export function listAllRoutes({ words }: Pick<VerifyContext, 'words'>): string {
  return `kubectl get ${words.routeResources} --all-namespaces`;
}

/** The kubectl command that shows a service's route, its annotations too. */
export function describeRoute(
  { words }: Pick<VerifyContext, 'words'>,
  { namespace, release, mode }: PlannedService,
): string {
  return `kubectl describe ${words.routeResource(mode)} ${release} --namespace ${namespace}`;
}

/** Where the certificate that is tried with is no good: nobody else is to blame. @param fault why, as a clause. */
export function mendClient({ service, client }: VerifySubject, fault: string): Explanation {
  const own = clientPair(service.name);
  const moveAway = client?.path === own.certificate ? `move ${own.certificate} and its key away` : undefined;
  const way = client?.isOurs === true ? renewCommand(own) : moveAway;
  return {
    cause: `${fault}, so it is refused with good reason`,
    remedy: `${way === undefined ? '' : `${way}, then ingress-tls apply; or `}try with another: --cert FILE --key FILE`,
  };
}

/** The Secret by which clients are verified: `Secret default/x`. */
export function nameClientCa({ service, clientCa }: VerifySubject): string {
  return `Secret ${clientCa?.namespace ?? service.namespace}/${clientCa?.name ?? ''}`;
}

/** Where the controller does not ask clients as it should: by its route, and the Secret that the route names. */
export function mendClientAuth(context: Pick<VerifyContext, 'words'>, { service, clientCa }: VerifySubject): string {
  const secret = `${clientCa?.name ?? ''} --namespace ${clientCa?.namespace ?? service.namespace}`;
  return `ingress-tls apply; then ${describeRoute(context, service)}, and kubectl describe secret ${secret}, which needs ca.crt`;
}

/** The kubectl command that shows what a pod says. */
export function readPodLog({ namespace, release, service }: PlannedService): string {
  return `kubectl logs ${service === undefined ? `deployment/${release}` : `service/${service.name}`} --namespace ${namespace}`;
}

/** What has pods for a service, by its name. */
export function nameWorkload({ release, service }: PlannedService): string {
  return service === undefined ? release : `Service ${service.name}`;
}

/** The program that answers. */
export function nameProgram({ name, image, service }: PlannedService): string {
  if (service !== undefined) return `the program behind Service ${service.name}`;
  return image ?? `the demo backend of ${name}`;
}

/** The controller knows nothing of the host. */
export function missingRoute(context: VerifyContext, subject: VerifySubject): Explanation {
  const { service, clientCa } = subject;
  // Who has no page for it makes no route where it cannot ask for the certificate (Traefik).
  const isClosed = clientCa !== undefined && context.behaviour.clientAuth?.refusesBy === 'handshake';
  return {
    cause:
      `the controller has no route for ${service.host}${service.entryPath ?? ''}: ${context.words.whyUnrouted(context.config)}` +
      (isClosed ? `; or it cannot read ${nameClientCa(subject)}, by which clients are verified` : ''),
    remedy: isClosed ? mendClientAuth(context, subject) : `ingress-tls apply; then ${listObjects(context, service)}`,
  };
}
