/** The last release (kubernetes/ingress-nginx@controller-v1.15.1 changelog/controller-1.15.1.md), pinned by digest. */
export const defaultImage =
  'registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:594ceea76b01c592858f803f9ff4d2cb40542cae2060410b2c95f75907d659e1';
