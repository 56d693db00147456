/** Prefix of both profiles' annotations; v1.15.1 and 0.15.0 have the same default of --annotations-prefix. */
export const nginxPrefix = 'nginx.ingress.kubernetes.io/';

/** How an Ingress named its class before Kubernetes 1.18. */
export const classAnnotation = 'kubernetes.io/ingress.class';

/** `key` with the prefix. */
export function nginxKey(key: string): string {
  return `${nginxPrefix}${key}`;
}

/** The same annotations with the prefix on every key. */
export function withNginxPrefix(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [nginxKey(key), value]));
}
