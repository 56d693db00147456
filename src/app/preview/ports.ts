import type { Config } from '../../model/config.ts';
import type { GatewayTable } from '../../model/gateway.ts';

/** Where a preview listens. */
export interface PreviewPorts {
  readonly port: number;
  /** For plain HTTP; absent: nowhere. */
  readonly plainPort?: number;
}

/**
 * The ports to open, 0 for any free one: node ports as the file has them. The one for plain HTTP is the next where the file has none, or
 * where a person says another for HTTPS.
 */
export function choosePorts(
  { controller: { nodePort, service } }: Pick<Config, 'controller'>,
  { port: wanted }: { readonly port?: number },
): Required<PreviewPorts> {
  const port = wanted ?? nodePort;
  if (port === 0) return { port, plainPort: 0 };
  const own = wanted === undefined ? service?.http?.nodePort : undefined;
  return { port, plainPort: own ?? (port === 65_535 ? port - 1 : port + 1) };
}

/** What files say of ports by now that a running preview does not follow. One that is open is kept: whoever uses it would lose it. */
export function complainOfPorts(
  { controller: { nodePort } }: Pick<Config, 'controller'>,
  { plainHttp }: Pick<GatewayTable, 'plainHttp'>,
  { port, plainPort }: PreviewPorts,
  { port: wanted }: { readonly port?: number },
): readonly string[] {
  const complaints: string[] = [];
  if (wanted === undefined && nodePort !== port)
    complaints.push(
      `controller.nodePort is ${nodePort} by now; the preview stays on ${port} until it is started again`,
    );
  if (plainPort === undefined && plainHttp !== undefined)
    complaints.push('there is a port for plain HTTP by now; the preview opens one when it is started again');
  if (plainPort !== undefined && plainHttp === undefined)
    complaints.push(`there is no port for plain HTTP any more; the preview answers nobody on ${plainPort}`);
  return complaints;
}
