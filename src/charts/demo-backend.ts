import type { PlannedService } from '../model/chart.ts';
import { isOptionalInPod } from '../model/client-auth.ts';

/** Where a pod finds its key pair; a person's own image reads it from here or from TLS_CERT_FILE and TLS_KEY_FILE. */
export const tlsDirectory = '/etc/ingress-tls/tls';

/** Where a pod finds the authority of its clients' certificates, `ca.crt`. */
export const clientCaDirectory = '/etc/ingress-tls/client-ca';

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

/** The body of each answer of the demo backend, with its newline: the article's words. */
export function demoGreeting(service: string): string {
  return `Hello, I am ${service} for ingress-controller demo!\n`;
}

/** What is mounted into a service's pod. */
export function podFiles(service: PlannedService): Pick<DemoBackend, 'tls' | 'clientAuth' | 'isClientOptional'> {
  return {
    tls: service.podTlsSecret !== undefined,
    clientAuth: service.clientCaSecret !== undefined,
    isClientOptional: isOptionalInPod(service),
  };
}

export interface DemoBackend {
  /** Of the service, and the port that the pod listens on: as they are, or the expressions of a chart's template that stand for them. */
  readonly name: string;
  readonly port: string;
  readonly tls: boolean;
  readonly clientAuth: boolean;
  /** Whether who shows no certificate is let in too. */
  readonly isClientOptional: boolean;
  /** Whether the controller asks it by another name than the client does (caddyserver.com/docs/caddyfile/options: strict_sni_host). */
  readonly isHop: boolean;
}

/** The Caddyfile of the demo backend (caddyserver.com/docs/caddyfile), in the chart as in a preview. */
export function printCaddyfile({ name, port, tls, clientAuth, isClientOptional, isHop }: DemoBackend): string {
  return [
    '{',
    '  admin off',
    '  auto_https off',
    '  persist_config off',
    ...when(tls, [
      '  # No HTTP/3: the Service carries no UDP, so no client shall be told of it (Alt-Svc).',
      '  servers {',
      '    protocols h1 h2',
      ...when(clientAuth && isHop, [
        "    # The controller asks by the Service's name, and for the client's host.",
        '    strict_sni_host insecure_off',
      ]),
      '  }',
    ]),
    '}',
    '',
    `:${port} {`,
    '  log {',
    '    output stdout',
    '    format json',
    '  }',
    '  @probe header User-Agent kube-probe/*',
    '  log_skip @probe',
    ...when(tls, [
      '',
      `  tls ${tlsDirectory}/tls.crt ${tlsDirectory}/tls.key {`,
      '    protocols tls1.2 tls1.3',
      ...when(clientAuth, [
        '    client_auth {',
        `      mode ${isClientOptional ? 'verify_if_given' : 'require_and_verify'}`,
        `      trust_pool file ${clientCaDirectory}/ca.crt`,
        '    }',
      ]),
      '  }',
    ]),
    '',
    '  header Content-Type "text/plain; charset=utf-8"',
    // Caddy takes the closing word's indentation away from each line, and the newline before it.
    '  respond <<GREETING',
    ...demoGreeting(name)
      .split('\n')
      .map((line) => (line === '' ? line : `    ${line}`)),
    '    GREETING 200',
    '}',
    '',
  ].join('\n');
}

function when(isSo: boolean, lines: readonly string[]): readonly string[] {
  return isSo ? lines : [];
}
