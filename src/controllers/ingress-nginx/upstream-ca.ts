import type { PlannedService, UpstreamCaPlacement } from '../../model/chart.ts';

/**
 * A Secret with ca.crt, beside the Ingress: a key pair in it becomes the controller's client certificate, a pair without
 * ca.crt switches verification off, and another namespace is refused (v1.15.1 internal/ingress/controller/store/backend_ssl.go,
 * internal/ingress/annotations/proxyssl/main.go).
 */
export function upstreamCa(
  service: Pick<PlannedService, 'release' | 'namespace'>,
): Extract<UpstreamCaPlacement, { kind: 'Secret' }> {
  return {
    kind: 'Secret',
    name: `${service.release}-upstream-ca`,
    namespace: service.namespace,
    type: 'Opaque',
    key: 'ca.crt',
    takesClientCertificate: true,
  };
}
