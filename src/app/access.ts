import { listHosts } from '../model/hosts.ts';
import { printCommand } from '../kube/command-line.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Entry } from '../model/controller-profile.ts';
import { buildCurlArgs } from './curl-line.ts';

/** How a person reaches a service once it runs. */
export interface Access {
  readonly host: string;
  readonly mode: string;
  readonly url: string;
  /** A command line to paste: no DNS entry is needed, and the certificate is verified, as far as ~/.curlrc lets it. */
  readonly curl: string;
}

/** One for each host. @param address of a node; where none is known, or no node port leads to the controller, a person has to fill it in. */
export function listAccess(entry: Entry, service: PlannedService, address: string | undefined): readonly Access[] {
  return listHosts(service).map((host) => buildAccess(entry, { ...service, host }, address));
}

function buildAccess({ kind, port }: Entry, service: PlannedService, address: string | undefined): Access {
  const host = kind === 'node-port' ? (address ?? 'NODE_ADDRESS') : 'CONTROLLER_ADDRESS';
  const args = buildCurlArgs({ service, address: { host, port }, path: '/' });
  return {
    host: service.host,
    mode: service.mode,
    url: port === 443 ? `https://${service.host}/` : `https://${service.host}:${port}/`,
    curl: printCommand({ tool: 'curl', args }),
  };
}
