/**
 * What runs when a service names no image: greets, and does the mode's TLS itself from mounted files. A tag, not a digest:
 * an image that was loaded onto a node is found by its tag only.
 */
export const demoImage = 'docker.io/library/caddy:2.11.9';

/**
 * The program in that image carries the file capability cap_net_bind_service=+ep and does not start without it
 * (caddyserver/caddy-docker@0379cde: 2.11/alpine/Dockerfile, setcap); restricted pods may add this one capability.
 */
export const demoCapabilities: readonly string[] = ['NET_BIND_SERVICE'];

/** Has nc, for the connection test; the image that is tested need not. */
export const connectionTestImage = 'docker.io/library/busybox:1.37.0';

/**
 * The body of each answer of the demo backend, with its newline: the article's words. The chart's ConfigMap has them too,
 * because its template lets no text through; a test holds both together.
 */
export function demoGreeting(service: string): string {
  return `Hello, I am ${service} for ingress-controller demo!\n`;
}
