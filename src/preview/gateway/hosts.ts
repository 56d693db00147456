import type { GatewayBehaviour, GatewayHost } from '../../model/gateway.ts';

/** The hosts of a table by name. */
export interface HostIndex {
  /**
   * The host of a name as it stands in a ClientHello, where it is decided who ends TLS. Controllers that look at the first
   * read alone compare letter by letter, wildcards too (kubernetes/ingress-nginx#13164).
   */
  forHello(serverName: string, reading: GatewayBehaviour['helloReading']): GatewayHost | undefined;
  /** The host of a lower-case name: by the name itself, or by the wildcard that stands for its first label. */
  forName(name: string): GatewayHost | undefined;
}

/** Of two hosts with one name the first counts. */
export function indexHosts(hosts: readonly GatewayHost[]): HostIndex {
  const byName = new Map<string, GatewayHost>();
  for (const host of hosts) {
    if (!byName.has(host.name)) {
      byName.set(host.name, host);
    }
  }
  const forName = (name: string): GatewayHost | undefined => {
    const dot = name.indexOf('.');
    return byName.get(name) ?? (dot > 0 ? byName.get(`*${name.slice(dot)}`) : undefined);
  };
  return {
    forName,
    forHello: (serverName, reading) =>
      reading === 'first-read' ? byName.get(serverName) : forName(serverName.toLowerCase()),
  };
}

/** The name in a Host header or an :authority: without port and final dot, in lower case, as nginx compares it. */
export function nameOfAuthority(authority: string): string {
  return authority.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}
