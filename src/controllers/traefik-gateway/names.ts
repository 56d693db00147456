/** traefik@v3.7.13 pkg/provider/kubernetes/gateway/kubernetes.go: it cannot be chosen, so that classes are told apart by a label. */
export const controllerName = 'traefik.io/gateway-controller';
