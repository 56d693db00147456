// Asks hosts without a pause, each request down a connection of its own, until its input ends; then says how many it asked, and what failed.
// Certificates and keys are read for each request, as clients that are given new ones do.
import { readFileSync } from 'node:fs';
import https from 'node:https';

const targets = JSON.parse(process.argv[2] ?? '[]');
const asked = {};
const failed = [];
let isOver = false;

const read = (path) => (path === undefined ? undefined : readFileSync(path));

function ask({ host, address, port, ca, cert, key, body }) {
  return new Promise((resolve) => {
    const request = https.get(
      {
        ...{ host: address, port, servername: host, headers: { host }, agent: false, timeout: 20_000 },
        ...{ ca: read(ca), cert: read(cert), key: read(key) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (text += part));
        response.on('end', () =>
          resolve(response.statusCode === 200 && text === body ? undefined : `${response.statusCode} ${text}`),
        );
        response.on('error', (error) => resolve(String(error)));
      },
    );
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error) => resolve(String(error)));
  });
}

async function work(target) {
  asked[target.host] ??= 0;
  while (!isOver) {
    const reason = await ask(target).catch(String);
    asked[target.host] += 1;
    if (reason !== undefined) failed.push(`${new Date().toISOString()} ${target.host}: ${reason}`);
  }
}

process.stdin.resume().on('end', () => (isOver = true));
await Promise.all(targets.flatMap((target) => [work(target), work(target)]));
process.stdout.write(JSON.stringify({ asked, failed }));
