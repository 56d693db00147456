import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import { clientPair, projectAuthorityPair, wildcardPair } from '../plan/places.ts';

/** How a person reaches a service once it runs. */
export interface Access {
  readonly host: string;
  readonly mode: string;
  readonly url: string;
  /** A command line to paste: no DNS entry is needed, and nothing is left unverified. */
  readonly curl: string;
}

/** @param address Address of a node; where none is known a person has to fill it in. */
export function describeAccess(config: Config, service: PlannedService, address: string | undefined): Access {
  const port = config.controller.nodePort;
  const url = `https://${service.host}:${port}/`;
  const authority = service.mode === 'passthrough' ? projectAuthorityPair.certificate : wildcardPair.certificate;
  const client = service.clientAuth ? clientPair(service.name) : undefined;
  const curl = [
    'curl',
    `--resolve ${service.host}:${port}:${address ?? 'NODE_ADDRESS'}`,
    `--cacert ${authority}`,
    ...(client === undefined ? [] : [`--cert ${client.certificate} --key ${client.key}`]),
    url,
  ].join(' ');
  return { host: service.host, mode: service.mode, url, curl };
}
