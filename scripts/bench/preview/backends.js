// The pods behind nginx, and what a client reaches without any gateway, in a process of its own. The first argument is a
// file with what they need; prints their ports. They answer as the preview's own pods do, once a request is here in full.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

const wanted = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const answer = 'Hello, I am the benchmark of ingress-tls!\n';

function respond(request, response) {
  request.resume().once('end', () => response.end(answer));
}

function listen({ certificate, key, clientAuthority }) {
  const server =
    certificate === undefined
      ? createServer(respond)
      : createSecureServer(
          {
            cert: certificate,
            key,
            ...(clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true }),
          },
          respond,
        );
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

const ports = {};
for (const [name, settings] of Object.entries(wanted)) ports[name] = await listen(settings);
console.log(JSON.stringify(ports));
process.on('SIGTERM', () => process.exit(0));
