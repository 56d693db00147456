import {
  createServer as createHttpServer,
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer as createHttpsServer, request as requestHttps, type RequestOptions } from 'node:https';
import type { Server } from 'node:net';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { KeyPair } from './reference-certificates.ts';
import { read, readPair, toOptions } from './reference-pods.ts';
import { serviceOf, type EdgeClients, type Quirks, type ServiceName } from './reference-quirks.ts';
import type { Listening } from './reference-server.ts';

export interface EdgeSettings {
  readonly project: string;
  readonly quirks: Quirks;
  readonly pods: Readonly<Record<ServiceName, Listening>>;
  readonly fake: KeyPair;
}

type Request = IncomingMessage | Http2ServerRequest;

/** The part that ends TLS and reads requests: `tls` for the port's TLS connections, `plain` for what is no TLS. */
export function createReferenceEdge(settings: EdgeSettings): { readonly tls: Server; readonly plain: Server } {
  const { quirks, fake } = settings;
  const serve = (request: Request, response: ServerResponse | Http2ServerResponse): void => {
    answer(settings, request, response as ServerResponse);
  };
  const { edgeClients } = quirks;
  const tlsSettings = {
    minVersion: 'TLSv1.2' as const,
    ...quirks.edgeTls,
    ...(edgeClients !== undefined && { ca: edgeClients.authority }),
  };
  const wildcard = readPair(settings.project, 'wildcard');
  const contextFor = (service: ServiceName | undefined): SecureContext => {
    const wanted = service === undefined ? quirks.defaultCertificate : (quirks.edgeCertificates?.[service] ?? wildcard);
    return createSecureContext({
      ...tlsSettings,
      ...toOptions(wanted === undefined || wanted === 'fake' ? fake : wanted),
    });
  };
  const options = {
    ...tlsSettings,
    ...(edgeClients !== undefined && { requestCert: true, rejectUnauthorized: false }),
    ...toOptions(quirks.defaultCertificate ?? fake),
    SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => {
      done(null, contextFor(serviceOf(name.toLowerCase())));
    },
  };
  const tls = quirks.offersHttp2
    ? createSecureServer({ ...options, allowHTTP1: true }, serve)
    : createHttpsServer(options, serve);
  tls.prependListener('secureConnection', (socket: TLSSocket) => {
    const isRefused = edgeClients?.refusesBy === 'end' && refusalOf(edgeClients, socket) !== undefined;
    if (isRefused && serviceOf(socket.servername || undefined) === 'svc7') socket.destroy();
  });
  return {
    tls: tls.on('sessionError', () => undefined),
    plain: createHttpServer(quirks.servesPlainHttp ? serve : refuse),
  };
}

/** What nginx says to a client of svc7; undefined: it is let in. */
function refusalOf({ demands }: EdgeClients, socket: TLSSocket): string | undefined {
  if (Object.keys(socket.getPeerCertificate()).length === 0)
    return demands === 'optional' ? undefined : 'No required SSL certificate was sent';
  return demands === 'any' || socket.authorized ? undefined : 'The SSL certificate error';
}

/** The words of nginx (src/http/ngx_http_special_response.c). */
const refuse = (_: Request, response: ServerResponse): void => {
  response.setHeader('connection', 'close');
  page(response, 400, 'Bad Request', 'The plain HTTP request was sent to HTTPS port');
};

/** By the Host header and not by the name in the hello, as nginx does. */
function answer({ project, quirks, pods }: EdgeSettings, request: Request, response: ServerResponse): void {
  const host = String(request.headers[':authority'] ?? request.headers.host ?? '')
    .replace(/:\d+$/, '')
    .toLowerCase();
  const name = (request.socket as TLSSocket).servername || undefined;
  const asked = serviceOf(host);
  const service =
    asked === undefined
      ? quirks.backends?.[name === undefined ? 'nameless' : 'unknown']
      : (quirks.backends?.[asked] ?? asked);
  if (service === undefined) {
    page(response, 404, 'Not Found');
    return;
  }
  const refusal =
    quirks.edgeClients === undefined ? undefined : refusalOf(quirks.edgeClients, request.socket as TLSSocket);
  if (asked === 'svc7' && refusal !== undefined) {
    page(response, 400, 'Bad Request', refusal);
    return;
  }
  const write = quirks.answers?.[service];
  if (write !== undefined) {
    write(response);
    return;
  }
  const upstream = openHop(project, quirks, service, name, {
    host: '127.0.0.1',
    port: pods[service].port,
    path: request.url,
    headers: { host },
    agent: false,
  });
  if (upstream === undefined) {
    page(response, 503, 'Service Temporarily Unavailable');
    return;
  }
  upstream.on('response', (answered) => {
    response.writeHead(answered.statusCode ?? 500, {
      'content-type': answered.headers['content-type'] ?? 'text/plain',
    });
    answered.pipe(response);
  });
  upstream.on('error', () => {
    page(response, 502, 'Bad Gateway');
  });
  response.on('close', () => upstream.destroy());
  upstream.end();
}

/** The request to the pod; undefined where nothing leads to it. `name` is the one in the client's hello. */
function openHop(
  project: string,
  quirks: Quirks,
  service: ServiceName,
  name: string | undefined,
  target: RequestOptions,
): ClientRequest | undefined {
  if (service === 'svc8' && quirks.hop === 'missing') return undefined;
  if (service === 'svc8' && quirks.hop !== 'plain') {
    const ca = quirks.hopAuthority ?? readUpstreamAuthority(project);
    return requestHttps({
      ...target,
      ca,
      servername: 'ic3-svc8.default.svc',
      rejectUnauthorized: quirks.hop !== 'unverified',
    });
  }
  const way =
    name === undefined ? 'without-name' : serviceOf(name) === 'svc9' ? 'under-its-name' : 'under-another-name';
  if (service === 'svc9' && quirks.leaks === way) {
    return requestHttps({ ...target, ...toOptions(readPair(project, 'svc9-client')), rejectUnauthorized: false });
  }
  return requestHttp(target);
}

/** From the Secret and anew for each connection: that is where a controller has it from. */
function readUpstreamAuthority(project: string): string {
  const encoded = /^ {2}ca\.crt: (\S+)$/m.exec(read(project, 'secrets/ic3-svc8-upstream-ca.yaml'))?.[1] ?? '';
  return Buffer.from(encoded, 'base64').toString();
}

function page(response: ServerResponse, status: number, title: string, text = ''): void {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end(
    `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<center>${text}</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  );
}
