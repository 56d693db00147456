import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';

/** What curl came to: `status` is 0 where there was no HTTP answer, and `error` then says why in curl's own words. */
export interface CurlAnswer {
  readonly exitCode: number | null;
  readonly status: number;
  readonly body: string;
  readonly error: string;
}

export interface CurlRequest {
  readonly host: string;
  /** More options of curl; file names are those of the folder. */
  readonly options?: readonly string[];
  /** '/' by default. */
  readonly path?: string;
  /** 'https' by default. */
  readonly scheme?: 'http' | 'https';
}

const statusMark = '\n--status ';

/** Looks at a port of this machine by curl and openssl alone, with a project's folder as working directory. */
export class OutsideView {
  readonly port: number;
  readonly folder: string;

  constructor(port: number, folder: string) {
    this.port = port;
    this.folder = folder;
  }

  curl(request: CurlRequest): CurlAnswer {
    const { status, stdout, stderr } = spawnSync('curl', this.curlArguments(request), {
      cwd: this.folder,
      encoding: 'utf8',
    });
    return readAnswer(status, stdout, stderr);
  }

  /** The same without waiting, for requests side by side. */
  start(request: CurlRequest): Promise<CurlAnswer> {
    return new Promise((resolve, reject) => {
      const child = spawn('curl', this.curlArguments(request), { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (exitCode) => {
        resolve(readAnswer(exitCode, stdout, stderr));
      });
    });
  }

  /** The certificate that openssl is shown for a name (undefined: no name is sent); undefined when there is none. */
  leaf(host: string | undefined): X509Certificate | undefined {
    const name = host === undefined ? ['-noservername'] : ['-servername', host];
    // A name that Traefik does not know is cut off without ALPN.
    const args = ['s_client', '-connect', `127.0.0.1:${this.port}`, ...name, '-alpn', 'http/1.1'];
    const { stdout } = spawnSync('openssl', args, { input: '', encoding: 'utf8', timeout: 10_000 });
    const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(stdout)?.[0];
    return pem === undefined ? undefined : new X509Certificate(pem);
  }

  private curlArguments({ host, options = [], path = '/', scheme = 'https' }: CurlRequest): readonly string[] {
    const fixed = [
      '--disable',
      '--silent',
      '--show-error',
      '--noproxy',
      '*',
      '--max-time',
      '10',
      '--write-out',
      `${statusMark}%{http_code}`,
    ];
    return [
      ...fixed,
      '--resolve',
      `${host}:${this.port}:127.0.0.1`,
      ...options,
      `${scheme}://${host}:${this.port}${path}`,
    ];
  }
}

/** SHA-256 of the first certificate of a PEM text. */
export function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function readAnswer(exitCode: number | null, stdout: string, stderr: string): CurlAnswer {
  const end = stdout.lastIndexOf(statusMark);
  return {
    exitCode,
    status: Number(stdout.slice(end + statusMark.length)),
    body: stdout.slice(0, end),
    error: stderr.trim(),
  };
}
