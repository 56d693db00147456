import { Interrupted, KnownError, ToolError, UsageError } from '../../errors.ts';
import type { Cluster } from '../../world/kubectl/kubectl.ts';
import { readPreviewState } from '../../world/files/preview-state.ts';
import type { ProbeAddress } from '../../model/probe.ts';
import type { Verification } from '../../model/verification.ts';
import type { Entry } from '../../model/controller-profile.ts';
import { places } from '../../project/places.ts';
import { bindToContext, formatCluster, openCluster, type ClusterOptions, type ClusterTools } from '../cluster/tools.ts';
import { className } from '../../model/config.ts';
import { resolveEntry } from '../cluster/existing-controller.ts';
import { reachService, showServices } from '../cluster/reach-service.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';

export interface AddressOptions extends ClusterOptions {
  readonly address?: ProbeAddress;
  /** A preview does not do. */
  readonly needsCluster?: boolean;
  /** Whether something on the cluster will be changed; else doing so is a bug. */
  readonly changesCluster?: boolean;
  readonly json?: boolean;
}

export interface FoundAddress {
  readonly address: Verification['address'];
  /** Where it comes from, for the person. */
  readonly origin: string;
  /** Present where a cluster said where: of a controller that is there already, as it was found. */
  readonly entry?: Entry;
  /** Where a preview serves plain HTTP. */
  readonly plainPort?: number;
  /** Present when a cluster was asked, or was named beside an address; bound to one context. */
  readonly cluster?: OpenedCluster;
}

export interface OpenedCluster {
  readonly tools: ClusterTools;
  readonly found: Cluster;
}

/**
 * Where to connect: what the person said, else the cluster that was named, else a preview that runs in this folder, else
 * the cluster that kubectl would take.
 * @throws ToolError when nothing is found; UsageError where the project belongs to another cluster than the current one.
 */
export async function findAddress(session: Session, project: Project, options: AddressOptions): Promise<FoundAddress> {
  const isClusterNamed = options.context !== undefined || options.kubeconfig !== undefined;
  if (options.address !== undefined) {
    return {
      address: { ...options.address, source: 'option' },
      origin: '--address',
      ...(isClusterNamed ? { cluster: await openBound(session, project, options) } : {}),
    };
  }
  if (isClusterNamed || options.needsCluster === true) return findOnCluster(session, project, options);
  const preview = readPreviewState(session.files);
  if (preview !== undefined) {
    const { host, port, pid, plainPort } = preview;
    return {
      address: { host, port, source: 'preview' },
      origin: `the preview that runs here, process ${pid}`,
      ...(plainPort === undefined ? {} : { plainPort }),
    };
  }
  try {
    return await findOnCluster(session, project, options);
  } catch (error) {
    if (!(error instanceof KnownError) || error instanceof UsageError || error instanceof Interrupted) throw error;
    throw new ToolError(`nothing to connect to: no preview runs in this folder, and ${error.message}`, {
      details: error.details,
      remedy: [
        'ingress-tls preview, in another terminal; or say where it runs with --address HOST:PORT',
        ...(error.remedy === undefined ? [] : [error.remedy]),
      ].join('\n      '),
      cause: error,
    });
  }
}

/** HOST:PORT, an IPv6 address in brackets. */
export function printAddress({ host, port }: ProbeAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A cluster on which something will be changed. */
export function openForChange(session: Session, project: Project, options: ClusterOptions): Promise<OpenedCluster> {
  return openBound(session, project, { ...options, changesCluster: true });
}

async function openBound(session: Session, project: Project, options: AddressOptions): Promise<OpenedCluster> {
  const { changesCluster = false, ...connection } = options;
  const tools = openCluster(session, project, connection, !changesCluster);
  const found = await tools.kubectl.readCluster();
  return { tools: bindToContext(tools, found), found };
}

/** The node port of the controller's Service on a node of the cluster, its load balancer, or its cluster IP. */
async function findOnCluster(session: Session, project: Project, options: AddressOptions): Promise<FoundAddress> {
  const { config } = project;
  const cluster = await openBound(session, project, options);
  const { kubectl } = cluster.tools;
  const entry = await resolveEntry(cluster.tools, project);
  if (entry.kind === 'existing') {
    throw new ToolError(
      `where the controller of class ${className(config)} is reached could not be looked up in namespace ${config.controller.namespace}`,
      { remedy: `say it with --address HOST:PORT; ${entry.how}` },
    );
  }
  if (entry.kind === 'elsewhere') {
    throw new ToolError(`nothing that ingress-tls makes says where controller ${config.controller.name} is reached`, {
      remedy: `say it with --address HOST:PORT; ${entry.how}`,
    });
  }
  if (entry.kind !== 'node-port') {
    const reach = await reachService(cluster.tools, entry);
    if ('why' in reach) throw new ToolError(reach.why, { remedy: reach.remedy });
    return {
      address: { ...reach.address, source: 'cluster' },
      origin: `${reach.origin}; ${formatCluster(cluster.found)}`,
      entry,
      cluster,
    };
  }
  const { port: nodePort, service } = entry;
  const { context } = cluster.found;
  const [user, host] = await Promise.all([kubectl.findNodePortUser(nodePort), kubectl.findNodeAddress()]);
  if (user?.name !== service.name || user.namespace !== service.namespace) {
    const why =
      user === undefined
        ? 'no Service has node port'
        : `Service ${user.name} in namespace ${user.namespace}, which is not the controller's, has node port`;
    throw new ToolError(`on the cluster of context ${context} ${why} ${nodePort}`, {
      remedy:
        entry.isOthers === true
          ? showServices(service.namespace)
          : `ingress-tls apply brings the controller; controller.nodePort in ${places.config} says the port`,
    });
  }
  if (host === undefined)
    throw new ToolError(`no node of context ${context} has an address`, {
      remedy: 'say where the controller is reached with --address HOST:PORT',
    });
  return {
    address: { host, port: nodePort, source: 'cluster' },
    origin: `node port of Service ${user.name}; ${formatCluster(cluster.found)}`,
    entry,
    cluster,
  };
}
