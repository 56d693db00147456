import { readFileSync } from 'node:fs';
import { Agent, get, request } from 'node:https';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createSecureContext } from 'node:tls';
import autocannon from 'autocannon';

/** How many clients ask at the same time. */
const clients = 16;

/**
 * Asks a service on kept connections, by autocannon, for a number of seconds. Returns the milliseconds and the number of requests.
 * Throws when any answer is not that of the service.
 */
export async function askOnKept(port, { host, identity }, seconds) {
  const {
    duration,
    '2xx': requests,
    non2xx,
    errors,
  } = await autocannon({
    ...{ url: `https://127.0.0.1:${port}/`, servername: host, headers: { host }, tlsOptions: identity ?? {} },
    ...{ connections: clients, duration: seconds },
  });
  if (requests === 0 || non2xx > 0 || errors > 0)
    throw new Error(`${host}: ${requests} answers, ${non2xx} others, ${errors} connections that failed`);
  return { milliseconds: duration * 1000, requests };
}

/**
 * Asks a service `amount` times, each on a connection of its own with a whole handshake, by Node's client: autocannon does not
 * count answers after which it makes a new connection (autocannon@9.0.0:lib/httpClient.js, kOnMessageComplete). Returns and
 * throws like `askOnKept`.
 */
export async function askAnew(port, { host, identity, trusted }, amount) {
  const secureContext = createSecureContext({ ca: trusted, ...identity });
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const options = { host: '127.0.0.1', port, servername: host, headers: { host }, agent, secureContext };
  let left = amount;
  const start = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= 1;
      await new Promise((resolve, reject) => {
        get(options, (answer) => {
          if (answer.statusCode === 200) answer.resume().once('end', resolve);
          else reject(new Error(`${host} answered ${answer.statusCode}`));
        }).on('error', (error) => reject(failed(host, port, error)));
      });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { milliseconds: performance.now() - start, requests: amount };
}

/** Sends a body of zeros as fast as it is taken, and waits for the answer. Returns the milliseconds. */
export function upload(port, { host, identity, trusted }, bytes) {
  const chunk = Buffer.alloc(64 * 1024);
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        servername: host,
        ca: trusted,
        ...identity,
        agent: false,
        method: 'POST',
        headers: { host, 'content-length': bytes },
      },
      (answer) => {
        answer.resume().once('end', () => {
          if (answer.statusCode === 200) resolve(performance.now() - start);
          else reject(new Error(`${host} answered ${answer.statusCode}`));
        });
      },
    );
    sent.on('error', (error) => reject(failed(host, port, error)));
    let left = bytes;
    const write = () => {
      while (left > 0) {
        left -= chunk.length;
        if (!sent.write(chunk)) {
          sent.once('drain', write);
          return;
        }
      }
      sent.end();
    };
    write();
  });
}

function failed(host, port, error) {
  return new Error(`${host} on port ${port} did not answer: ${error.message}`, { cause: error });
}

/** What a client of each mode needs: the host, whom it trusts, and who it is. */
export function describeClients(project) {
  const read = (name) => readFileSync(join(project, 'certs', name), 'utf8');
  const wildcard = read('wildcard.crt');
  return {
    terminate: { host: 'svc0.example.test', trusted: wildcard },
    reencrypt: { host: 'svc1.example.test', trusted: wildcard, podName: 'ic3-svc1.default.svc' },
    passthrough: {
      host: 'svc2.example.test',
      trusted: read('ca.crt'),
      identity: { cert: read('svc2-client.crt'), key: read('svc2-client.key') },
    },
  };
}

/** The servers of backends.js: pods, and `direct`, which shows the certificate that a gateway shows. */
export function describeBackends(project) {
  const pair = (name) => ({
    certificate: readFileSync(join(project, `certs/${name}.crt`), 'utf8'),
    key: readFileSync(join(project, `certs/${name}.key`), 'utf8'),
  });
  return {
    terminate: {},
    reencrypt: pair('svc1'),
    passthrough: { ...pair('svc2'), clientAuthority: readFileSync(join(project, 'certs/svc2-client-ca.crt'), 'utf8') },
    direct: pair('wildcard'),
  };
}
