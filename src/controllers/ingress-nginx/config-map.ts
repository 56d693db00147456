import type { Config } from '../../model/config.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { hasTlsHop } from '../../model/mode.ts';
import { listSharedHosts } from '../../model/shared-hosts.ts';
import { findServicesAtRisk } from '../ingress/connection-reuse.ts';
import type { ControllerNames } from './names.ts';

/** nginx's settings. The controller reloads when they change; its pod does not restart. */
export function configMap(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: names.configMap, namespace: config.controller.namespace, labels },
    data: {
      ...hardening,
      ...clientAddress,
      // HSTS is on by default, for every name below a host as well: also for those that nobody serves from here.
      'hsts-include-subdomains': 'false',
      ...(findServicesAtRisk(config).length > 0 ? { 'use-http2': 'false' } : {}),
      ...(isHopOnSharedHost(config) ? { 'proxy-ssl-location-only': 'true' } : {}),
    },
  };
}

/**
 * Whether a hop is verified on a host that is not one service's alone. What the first Ingress of a host says of the hop stands for the
 * whole host as well, and holds where another says nothing: its pods would be shown the first one's client certificate (v1.15.1
 * internal/ingress/controller/controller.go, getBackendServers; rootfs/etc/nginx/template/nginx.tmpl).
 */
export function isHopOnSharedHost({ services }: Config): boolean {
  return [...listSharedHosts(services).values()].some((sharing) => sharing.some(({ mode }) => hasTlsHop(mode)));
}

/**
 * Defaults of v1.15.1 that are stated because security rests on them (internal/ingress/controller/config/config.go); an older
 * image, or a fork's, may have others.
 */
const hardening = {
  'allow-snippet-annotations': 'false',
  'allow-cross-namespace-resources': 'false',
  'annotations-risk-level': 'High',
  'strict-validate-path-type': 'true',
  'ssl-protocols': 'TLSv1.2 TLSv1.3',
};

/**
 * With passthrough on, every TLS connection reaches nginx from the controller's own proxy at 127.0.0.1, and the pods of
 * terminated hosts would see that address as their client (kubernetes/ingress-nginx#8052). The proxy writes the real one in a
 * PROXY protocol header (pkg/tcpproxy/tcp.go); nginx is told to believe it, from that proxy alone, as another pod could write
 * any address to port 442 (rootfs/etc/nginx/template/nginx.tmpl, set_real_ip_from; the default believes everyone).
 * `use-proxy-protocol` is not the cure: it breaks port 80 (#11365).
 */
const clientAddress = {
  'enable-real-ip': 'true',
  'forwarded-for-header': 'proxy_protocol',
  'proxy-real-ip-cidr': '127.0.0.1/32',
};
