import type { Config } from '../../model/config.ts';
import { endsInPod } from '../../model/mode.ts';
import type { Notice } from '../../model/notice.ts';
import { findServicesAtRisk } from './connection-reuse.ts';
import { listNames } from './list-names.ts';

/**
 * What gRPC needs where TLS ends at the controller and does not get: HTTP/2 from clients, which is off where a browser's connection could
 * be reused for a passthrough host, and a verified hop.
 * Of a controller that is there already HTTP/2 is not ours to turn off: needNoReuse tells of the two.
 * @param unverified how the controller fails to verify a pod that speaks gRPC over TLS, as a sentence; absent: it verifies it.
 */
export function refuseGrpc(config: Config, unverified?: string): readonly Notice[] {
  const atRisk = config.controller.install === false ? [] : findServicesAtRisk(config);
  return config.services.flatMap(({ name, mode, protocol }, index): readonly Notice[] => {
    if (protocol !== 'grpc' || endsInPod(mode)) return [];
    const common = { level: 'error', path: ['services', index, 'protocol'] } as const;
    const found: Notice[] = [];
    if (mode === 'reencrypt' && unverified !== undefined)
      found.push({
        ...common,
        code: 'grpc-unverified',
        message: `${name} (${mode}): ${unverified}`,
        remedy: `Set \`mode: passthrough\` for ${name}, or \`mode: terminate\`; or choose profile traefik, which verifies it.`,
      });
    if (atRisk.length > 0)
      found.push({
        ...common,
        code: 'grpc-without-http2',
        message:
          `${name} (${mode}): gRPC needs HTTP/2, which is off on controller ${config.controller.name}: the wildcard certificate also covers ` +
          `${listNames(atRisk.map(({ host }) => host))}, whose requests could come down such a connection.`,
        remedy: `Give the passthrough service a host that *.${config.domain} does not cover, for instance ${atRisk[0]?.name ?? ''}.direct.${config.domain}.`,
      });
    return found;
  });
}
