import { relative, sep } from 'node:path';
import type { PlannedService } from '../model/chart.ts';
import { hasOwnClients } from '../model/client-auth.ts';
import type { ProbeAddress } from '../model/probe.ts';
import { clientPair, places, trustedCertificate } from '../project/places.ts';
import { isHostName } from '../text/host-name.ts';

/** A word where it has to be found out. */
export type Port = number | 'PORT';

export interface CurlLine {
  readonly service: PlannedService;
  /** Where to connect; the host may be a word with an underscore for an address to fill in. */
  readonly address: Pick<ProbeAddress, 'host'> & { readonly port: Port };
  /** Where clients see the controller, if that is not where this machine connects to. */
  readonly urlPort?: Port;
  /** As it stands in a URL: see url-path.ts. */
  readonly path: string;
  /** The project folder as seen from where curl runs; empty: there. */
  readonly folder?: string;
  /** Where a file of the project is to be read; absent: at its own path. */
  readonly locate?: (path: string) => string;
  /** By which file the server is believed; absent: by what the project has for it. */
  readonly authority?: string;
  /** Whether curl trusts the one certificate that the line names, if it names any, whatever ~/.curlrc and the machine say; at the price of a longer line. */
  readonly isStrict?: boolean;
  /** Where the key of the client's certificate is not here: none is given. */
  readonly withoutClient?: boolean;
  /** More options, before the URL. */
  readonly options?: readonly string[];
}

/**
 * Arguments of a curl that reaches a service and verifies it; no DNS entry is needed. The client's certificate and key are
 * given where one is asked for and the project has it.
 */
export function buildCurlArgs({
  service,
  address,
  urlPort = address.port,
  path,
  folder = '',
  locate = (name) => name,
  authority = trustedCertificate(service),
  isStrict = false,
  withoutClient = false,
  options = [],
}: CurlLine): readonly string[] {
  const { host, port } = { host: address.host.includes(':') ? `[${address.host}]` : address.host, port: address.port };
  const client = hasOwnClients(service) && !withoutClient ? clientPair(service.name) : undefined;
  const file = (name: string): string => (folder === '' ? locate(name) : `${folder}/${locate(name)}`);
  const url = `https://${service.host}:${urlPort}${path}`;
  return [
    // ~/.curlrc may say `insecure`; only as the very first word does this keep curl from it (curl@7.88.1 docs: --disable).
    ...(isStrict ? ['--disable'] : []),
    // --resolve takes addresses only, and the URL's port.
    ...(isHostName(address.host) || urlPort !== port
      ? ['--connect-to', `${service.host}:${urlPort}:${host}:${port}`]
      : ['--resolve', `${service.host}:${port}:${host}`]),
    ...(authority === undefined ? [] : ['--cacert', file(authority)]),
    // --cacert leaves the folder of public authorities in place that curl was built with (curl@7.88.1 lib/url.c, CURL_CA_PATH).
    // This one has none: OpenSSL finds nothing in a folder but files named by hashes, and other libraries find the project's own.
    ...(isStrict && authority !== undefined ? ['--capath', file(places.certificates)] : []),
    // What follows a colon would be a password (curl@8.17.0 docs: --cert).
    ...(client === undefined
      ? []
      : ['--cert', file(client.certificate).replaceAll(/[\\:]/g, String.raw`\$&`), '--key', file(client.key)]),
    // Without it curl counts up [1-3] and {a,b} in a URL.
    ...(/[[\]{}]/.test(path) ? ['--globoff'] : []),
    ...options,
    url,
  ];
}

/** Arguments of an openssl that shakes hands with a service and verifies it. */
export function buildOpensslArgs(service: PlannedService, { host, port }: CurlLine['address']): readonly string[] {
  const client = hasOwnClients(service) ? clientPair(service.name) : undefined;
  const authority = trustedCertificate(service);
  return [
    ...['s_client', '-connect', `${host.includes(':') ? `[${host}]` : host}:${port}`, '-servername', service.host],
    ...(authority === undefined ? [] : ['-CAfile', authority]),
    ...['-verify_hostname', service.host, '-verify_return_error'],
    ...(client === undefined ? [] : ['-cert', client.certificate, '-key', client.key]),
    ...(service.protocol === 'grpc' ? ['-alpn', 'h2'] : []),
  ];
}

/** The project folder as seen from another; with forward slashes, as curl takes them everywhere. */
export function folderSeenFrom(current: string, root: string): string {
  return relative(current, root).split(sep).join('/');
}
