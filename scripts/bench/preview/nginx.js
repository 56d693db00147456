import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { childrenOf } from './process-usage.js';

/** What the nginx on PATH can do; undefined when there is none. */
export function findNginx() {
  const { status, stderr } = spawnSync('nginx', ['-V'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const version = /nginx\/(\S+)/.exec(stderr)?.[1];
  const hasStream = /--with-stream\b/.test(stderr) && /--with-stream_ssl_preread_module/.test(stderr);
  // Distributions build it as a module to be loaded.
  const module = /--with-stream=dynamic/.test(stderr)
    ? join(/--modules-path=(\S+)/.exec(stderr)?.[1] ?? 'modules', 'ngx_stream_module.so')
    : undefined;
  return { version, hasStream, module };
}

/**
 * Starts an nginx that does what the preview does, with the same certificates: `stream` reads the name in the hello and
 * passes connections on, to the pod of the passthrough service or to its own `http`, which ends TLS. One worker, as the
 * preview is one process. Bodies are not collected before they are sent on.
 */
export async function startNginx(bench, { module }, { project, services, ports }) {
  const folder = mkdtempSync(join(bench.folder, 'nginx-'));
  const [port, inner] = await freePorts(2);
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configuration({ module, folder, port, inner, project, services, ports }));
  const child = bench.start(['nginx', '-p', folder, '-c', config, '-e', join(folder, 'error.log')], folder, 'inherit');
  const closed = new Promise((resolve) => child.once('close', resolve));
  await untilOpen(port, child);
  return {
    port,
    pids: () => [child.pid, ...childrenOf(child.pid)],
    async end() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

function configuration({ module, folder, port, inner, project, services, ports }) {
  const file = (path) => JSON.stringify(join(project, path));
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${JSON.stringify(join(folder, name))};`)
    .join('\n');
  const server = ({ host }, upstream, more) => `  server {
    listen 127.0.0.1:${inner} ssl;
    server_name ${host};
    ssl_certificate ${file('certs/wildcard.crt')};
    ssl_certificate_key ${file('certs/wildcard.key')};
    location / {
      proxy_pass ${upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
${more}
    }
  }`;
  const { terminate, reencrypt, passthrough } = services;
  return `${module === undefined ? '' : `load_module ${JSON.stringify(module)};\n`}daemon off;
${process.getuid?.() === 0 ? 'user root root;\n' : ''}worker_processes 1;
pid ${JSON.stringify(join(folder, 'nginx.pid'))};
error_log ${JSON.stringify(join(folder, 'error.log'))} error;
events { worker_connections 4096; }
stream {
  map $ssl_preread_server_name $place {
    ${passthrough.host} 127.0.0.1:${ports.passthrough};
    default 127.0.0.1:${inner};
  }
  server {
    listen 127.0.0.1:${port};
    ssl_preread on;
    proxy_pass $place;
  }
}
http {
  access_log ${JSON.stringify(join(folder, 'access.log'))};
${scratch}
  client_max_body_size 0;
  proxy_request_buffering off;
  keepalive_requests 1000000;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_tickets off;
  upstream plain { server 127.0.0.1:${ports.terminate}; keepalive 64; }
  upstream secure { server 127.0.0.1:${ports.reencrypt}; keepalive 64; }
${server(terminate, 'http://plain', '')}
${server(
  reencrypt,
  'https://secure',
  `      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate ${file('certs/ca.crt')};
      proxy_ssl_server_name on;
      proxy_ssl_name ${reencrypt.podName};`,
)}
}
`;
}

/** Free at this moment: nginx, unlike the others, cannot choose a port and say which. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port))),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function untilOpen(port, child) {
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
