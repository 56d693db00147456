export const apiVersion = 'gateway.networking.k8s.io/v1';

/** traefik@v3.7.13 pkg/provider/kubernetes/gateway/kubernetes.go. */
export const controllerName = 'traefik.io/gateway-controller';

export const listenerNames = { HTTPS: 'https', TLS: 'tls' } as const;
