import { listHosts } from '../model/hosts.ts';
import { printCommand } from '../kube/command-line.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Entry } from '../model/controller-profile.ts';
import { printUrl } from '../project/desired-project.ts';
import { forwardedPort } from './cluster/reach-service.ts';
import { buildCurlArgs, buildOpensslArgs, type Port } from './curl-line.ts';

/** How a person reaches a service once it runs. */
export interface Access {
  readonly host: string;
  readonly mode: string;
  readonly url: string;
  /** A command line to paste: no DNS entry is needed, and the certificate is verified, as far as ~/.curlrc lets it. */
  readonly curl?: string;
  /** The same in place of it, where no page is to be had. */
  readonly openssl?: string;
}

/**
 * One for each host.
 * @param address of a node or of the load balancer; where none is known, or nothing of ours leads to the controller, a person has to
 * fill it in. A cluster IP is reached through a port of this machine: see printPortForward.
 */
export function listAccess(entry: Entry, service: PlannedService, address: string | undefined): readonly Access[] {
  return listHosts(service).map((host) => buildAccess(entry, { ...service, host }, address));
}

function buildAccess(entry: Entry, service: PlannedService, address: string | undefined): Access {
  const { kind } = entry;
  const port: Port = entry.port ?? 'PORT';
  const unknown = {
    'node-port': { host: 'NODE_ADDRESS', port },
    'load-balancer': { host: 'LOAD_BALANCER_ADDRESS', port },
    'cluster-ip': { host: '127.0.0.1', port: forwardedPort },
    elsewhere: { host: 'CONTROLLER_ADDRESS', port },
    existing: { host: 'CONTROLLER_ADDRESS', port },
  };
  const place = address === undefined ? unknown[kind] : { host: address, port };
  return {
    host: service.host,
    mode: service.mode,
    url: printUrl(entry, service),
    ...(service.protocol === undefined
      ? {
          curl: printCommand({
            tool: 'curl',
            args: buildCurlArgs({ service, address: place, urlPort: port, path: service.entryPath ?? '/' }),
          }),
        }
      : { openssl: printCommand({ tool: 'openssl', args: buildOpensslArgs(service, place) }) }),
  };
}
