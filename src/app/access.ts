import { printCommand } from '../kube/command-line.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import { buildCurlArgs } from './curl-line.ts';

/** How a person reaches a service once it runs. */
export interface Access {
  readonly host: string;
  readonly mode: string;
  readonly url: string;
  /** A command line to paste: no DNS entry is needed, and the certificate is verified, as far as ~/.curlrc lets it. */
  readonly curl: string;
}

/** @param address Address of a node; where none is known a person has to fill it in. */
export function describeAccess(config: Config, service: PlannedService, address: string | undefined): Access {
  const port = config.controller.nodePort;
  const args = buildCurlArgs({ service, address: { host: address ?? 'NODE_ADDRESS', port }, path: '/' });
  return { host: service.host, mode: service.mode, url: `https://${service.host}:${port}/`, curl: printCommand({ tool: 'curl', args }) };
}
