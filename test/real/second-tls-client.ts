// A client that runs under deno, whose node:tls is rustls (denoland/deno@v2.9.6: ext/node), and asks what comes on standard
// input: a Question[] as JSON. Prints an Answer[].
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';

export interface Question {
  readonly port: number;
  /** In the hello, and in the request. */
  readonly host: string;
  /** File of the certificates that are trusted. */
  readonly trust: string;
  /** Goes on with a server that is not trusted, to look at its certificate. */
  readonly trustsAnybody?: true;
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
  /** Files of the client's certificate and its key. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

export interface Answer {
  readonly version?: string | null;
  /** Of the certificate that was shown. */
  readonly commonName?: string;
  readonly body?: string;
  /** How the connection ended, where it ended badly. */
  readonly problem?: string;
}

const questions = JSON.parse(readFileSync(0, 'utf8')) as readonly Question[];
const answers: Answer[] = [];
for (const question of questions) answers.push(await ask(question));
console.log(JSON.stringify(answers));

function ask({ port, host, trust, trustsAnybody, version, client }: Question): Promise<Answer> {
  return new Promise((resolve) => {
    let seen: Answer = {};
    let text = '';
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: host,
      ca: readFileSync(trust, 'utf8'),
      rejectUnauthorized: trustsAnybody !== true,
      ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
      ...(client === undefined
        ? {}
        : { cert: readFileSync(client.certificate, 'utf8'), key: readFileSync(client.key, 'utf8') }),
    });
    const end = (): void => {
      const body = text.split('\r\n\r\n').slice(1).join('\r\n\r\n');
      socket.destroy();
      resolve(body === '' ? seen : { ...seen, body });
    };
    socket.on('secureConnect', () => {
      seen = {
        version: socket.getProtocol(),
        commonName: [socket.getPeerCertificate().subject.CN ?? ''].flat().join(' '),
      };
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('end', end).on('error', (error: Error) => {
      seen = { ...seen, problem: error.message };
      end();
    });
  });
}
