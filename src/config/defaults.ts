import type { Mode } from '../model/mode.ts';

/** The only value of `apiVersion`; a later form of the file gets a later one. */
export const apiVersion = 'ingress-tls/v1';

/** RFC 6761 keeps `.test` out of the public DNS: nothing made for it can meet a stranger's host. */
export const defaultDomain = 'example.test';

/** What a field is when ingress-tls.yaml does not say it; names and the port are those of the article's demo. */
export const defaults = {
  namespace: 'default',
  controller: {
    profile: 'ingress-nginx',
    name: 'ic3',
    namespace: 'ingress-nginx-demo',
    nodePort: 30092,
  },
  exposure: {
    type: 'NodePort',
    https: 443,
    http: 80,
  },
  certificate: {
    secretName: 'ingress-controller-demo-tls-secret',
    days: 365,
  },
  service: {
    port: 8080,
  },
} as const;

/** The article's service for each mode: taken by `add-service` when no name is given. */
export const articleServices: Readonly<Record<Mode, string>> = {
  terminate: 'svc7',
  reencrypt: 'svc8',
  passthrough: 'svc9',
};
