/** Whose annotations these are; the first that fits. What no line fits is the person's own: external-dns, example.org. */
const readers: readonly (readonly [RegExp, string])[] = [
  [/^nginx\.(?:org|com)\//, "NGINX Ingress Controller (nginx.org, F5's)"],
  [/^traefik\.(?:ingress\.kubernetes\.io|io)\//, "Traefik's own provider for Ingresses"],
  [/^(?:haproxy\.org|haproxy-ingress\.github\.io)\//, 'a controller of HAProxy'],
  [/^(?:haproxy\.router|route)\.openshift\.io\//, "OpenShift's router"],
  [/^(?:[a-z0-9-]+\.)?konghq\.com\//, 'Kong'],
  [/^(?:projectcontour\.io|contour\.heptio\.com)\//, 'Contour'],
  [/^(?:getambassador\.io)\//, 'Emissary'],
  [/^(?:alb|appgw|gce|nsx)\.ingress\.kubernetes\.io\//, "a cloud's load balancer"],
  [/^(?:kubernetes\.io\/ingress\.|networking\.gke\.io\/|cloud\.google\.com\/)/, "GKE's load balancer"],
  [/^(?:[a-z0-9.-]+\.)?ingress\.kubernetes\.io\//, 'other controllers'],
];

/** Parts of names by which the annotations of those controllers decide who is let in, or where TLS ends. */
const guarding =
  /auth|jwt|oidc|secure|ssl|tls|cert|list|source-range|cidr|limit|rate|waf|protect|modsec|satisfy|polic|middlewares|plugins|passthrough|protocol|redirect|hsts|termination|allow|deny/i;

/** Who would read an annotation that the profiles here do not, and whether it was to guard; undefined where it is the person's own. */
export function findForeignReader(key: string): { readonly reader: string; readonly guards: boolean } | undefined {
  const reader = readers.find(([pattern]) => pattern.test(key))?.[1];
  return reader === undefined ? undefined : { reader, guards: guarding.test(key.slice(key.indexOf('/') + 1)) };
}
