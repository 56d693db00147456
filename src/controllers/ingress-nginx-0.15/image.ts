/** The article's image; 0.15.0 was published without a digest to pin it by. */
export const defaultImage = 'quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.15.0';

/** Answers 404 on / and 200 on /healthz: what 0.15.0 demands of its default backend. */
export const defaultBackendImage = 'gcr.io/google_containers/defaultbackend:1.4';
