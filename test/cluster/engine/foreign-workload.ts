import { serving } from './failing-workloads.ts';

/** Deployment and Service as somebody else makes them, with plain kubectl; `secret` holds what the pod serves TLS with. */
export function workload(namespace: string, name: string, port: object, secret?: string): readonly object[] {
  const labels = { app: name };
  const listen = secret === undefined ? ':8080 {' : ':8443 {\n  tls /tls/tls.crt /tls/tls.key';
  const caddyfile = `{\n  admin off\n  auto_https off\n}\n${listen}\n  respond "${name} of somebody else"\n}\n`;
  const volumes = [
    { name: 'caddyfile', configMap: { name } },
    ...(secret === undefined ? [] : [{ name: 'tls', secret: { secretName: secret } }]),
  ];
  const mounts = [
    { name: 'caddyfile', mountPath: '/etc/caddy' },
    ...(secret === undefined ? [] : [{ name: 'tls', mountPath: '/tls' }]),
  ];
  const container = {
    ...serving,
    command: ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
    volumeMounts: mounts,
  };
  const metadata = { namespace, name };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { Caddyfile: caddyfile } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container], volumes } },
      },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [port] } },
  ];
}
