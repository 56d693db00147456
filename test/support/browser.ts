import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';

/** A page as the browser got it. */
export interface Page {
  readonly status: number;
  readonly body: string;
  /** 'h2' or 'http/1.1'. */
  readonly protocol: string;
  /** Pages of one browser that have it in common came over one connection. */
  readonly connectionId: number;
  /** The certificate of the connection, as the browser shows it. */
  readonly certificate: X509Certificate;
}

/** Says why there is no browser, or nothing when there is one. */
export function whyNoBrowser(): string | undefined {
  // The name on PATH may be a launcher that cannot launch.
  const { status } = spawnSync('chromium', ['--version'], { stdio: 'ignore', timeout: 60_000 });
  return status === 0 ? undefined : 'no chromium on PATH (Debian: apt-get install chromium)';
}

type Answer = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Answer;
  readonly result?: Answer;
  readonly error?: { readonly message: string };
}

/**
 * Debian's chromium without a window, in a profile folder of its own, by the Chrome DevTools Protocol on two pipes:
 * JSON texts, each ended by a zero byte. Hosts under `domain` are on loopback; nothing else is looked up.
 */
export class Browser {
  readonly #child: ChildProcess;
  readonly #commands: Writable;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #events: Message[] = [];
  #hear: () => void = () => undefined;
  #sent = 0;

  /** `trusted`: public keys (base64 of the SHA-256 of SubjectPublicKeyInfo) whose certificates are taken without an authority. */
  constructor(profile: string, domain: string, trusted: readonly string[]) {
    const args = [
      ...[
        '--headless=new',
        '--remote-debugging-pipe',
        `--user-data-dir=${profile}`,
        '--no-first-run',
        '--disable-gpu',
        '--disable-dev-shm-usage',
      ],
      // Tests run as root in CI, where chromium has no sandbox.
      ...['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-proxy-server'],
      // Without the second rule it would ask a DNS server for hosts of its maker.
      `--host-resolver-rules=MAP *.${domain} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${trusted.join(',')}`,
      'about:blank',
    ];
    this.#child = spawn('chromium', args, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: profile },
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', () => {
        resolve();
      });
    });
    this.#commands = this.#child.stdio[3] as Writable;
    // What it was asked as it ended gets no answer.
    this.#commands.on('error', () => undefined);
    let rest = '';
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#take(JSON.parse(part) as Message);
    });
  }

  /**
   * Opens a page in a tab of its own. Throws when there is none, with the browser's own word for it. Chromium ends all that it loads when an
   * interface of the machine comes or goes (net/base/net_error_list.h, NETWORK_CHANGED), as those of pods do: that alone is tried again.
   */
  async open(url: string): Promise<Page> {
    for (let left = 20; ; left -= 1) {
      try {
        return await this.#openOnce(url);
      } catch (error) {
        if (left === 0 || !(error instanceof Error) || error.message !== 'net::ERR_NETWORK_CHANGED') throw error;
      }
    }
  }

  async #openOnce(url: string): Promise<Page> {
    const { targetId } = await this.#send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.#send('Target.attachToTarget', { targetId, flatten: true });
    const tab = (method: string, params: Answer = {}): Promise<Answer> =>
      this.#send(method, params, sessionId as string);
    await tab('Network.enable');
    const { loaderId, errorText } = await tab('Page.navigate', { url });
    if (typeof errorText === 'string') throw new Error(errorText);
    // The request of the document has the id of its loader.
    const { requestId, response } = (await this.#event('Network.responseReceived', loaderId)) as unknown as Received;
    await this.#event('Network.loadingFinished', loaderId);
    const { body } = await tab('Network.getResponseBody', { requestId });
    const { tableNames } = (await tab('Network.getCertificate', { origin: new URL(url).origin })) as unknown as {
      readonly tableNames: readonly string[];
    };
    const certificate = new X509Certificate(Buffer.from(tableNames[0] ?? '', 'base64'));
    return {
      status: response.status,
      body: body as string,
      protocol: response.protocol,
      connectionId: response.connectionId,
      certificate,
    };
  }

  async close(): Promise<void> {
    // Its answer may be the end of the pipe.
    void this.#send('Browser.close');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(patience);
  }

  #send(method: string, params: Answer = {}, sessionId?: string): Promise<Answer> {
    const id = (this.#sent += 1);
    this.#commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      void this.#ended.then(() => {
        reject(new Error(`${method}: the browser has ended`));
      });
    });
  }

  /** @throws Error in the browser's own word when the request fails instead. */
  async #event(method: string, requestId: unknown): Promise<Answer> {
    for (;;) {
      const ofRequest = this.#events.filter(({ params }) => params?.['requestId'] === requestId);
      const found = ofRequest.find((event) => event.method === method);
      if (found !== undefined) return found.params ?? {};
      const failed = ofRequest.find((event) => event.method === 'Network.loadingFailed');
      if (failed !== undefined) throw new Error(String(failed.params?.['errorText']));
      await new Promise<void>((resolve, reject) => {
        this.#hear = resolve;
        void this.#ended.then(() => {
          reject(new Error(`${method}: the browser has ended`));
        });
      });
    }
  }

  #take(message: Message): void {
    if (message.id === undefined) {
      this.#events.push(message);
      this.#hear();
    } else {
      this.#waiting.get(message.id)?.(message);
    }
  }
}

interface Received {
  readonly requestId: string;
  readonly response: { readonly status: number; readonly protocol: string; readonly connectionId: number };
}
