/** What the demo backend is told by its Caddyfile, as far as a client can see it. */
export interface CaddyfileFacts {
  /** Undefined: it listens on no port that can be read. */
  readonly port?: number;
  /** Body of every answer. */
  readonly greeting?: string;
  /** Files in the pod; absent: plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** File in the pod; present: a client certificate of this authority is demanded. */
  readonly clientAuthority?: string;
  /** Present: clients without a certificate are let in too. */
  readonly isClientOptional?: true;
}

/**
 * Reads the lines of a Caddyfile that the charts write (charts/demo-backend.ts); nothing else of the
 * language. A comment begins with `#` at the start of a word (caddyserver/caddy@v2.11.2 caddyconfig/caddyfile/lexer.go).
 */
export function readCaddyfile(text: string): CaddyfileFacts {
  const lines = text.split(/\r?\n/);
  const greeting = readGreeting(lines);
  const words = lines.map((line) =>
    line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/),
  );
  const rest = (...start: readonly string[]): readonly string[] | undefined =>
    words.find((line) => start.every((word, index) => line[index] === word))?.slice(start.length);
  const port = words.flatMap(([first = '']) => /^:(\d{1,5})$/.exec(first)?.[1] ?? [])[0];
  const [certificate, key] = rest('tls') ?? [];
  const [authority] = rest('trust_pool', 'file') ?? [];
  const [mode = 'require_and_verify'] = rest('client_auth') === undefined ? ['none'] : (rest('mode') ?? []);
  const isAsked = mode === 'require_and_verify' || mode === 'verify_if_given';
  return {
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(greeting === undefined ? {} : { greeting }),
    ...(certificate === undefined || key === undefined || key === '{' ? {} : { tls: { certificate, key } }),
    ...(isAsked && authority !== undefined ? { clientAuthority: authority } : {}),
    ...(mode === 'verify_if_given' && { isClientOptional: true }),
  };
}

/** Text between `<<WORD` and WORD; the indentation of the closing word is taken off each line. */
function readGreeting(lines: readonly string[]): string | undefined {
  const start = lines.findIndex((line) => /^\s*respond\s+<<\S+\s*$/.test(line));
  const word = /<<(\S+)/.exec(lines[start] ?? '')?.[1];
  if (start < 0 || word === undefined) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => line.trim().split(/\s+/)[0] === word);
  if (length < 0) return undefined;
  const indentation = /^\s*/.exec(lines[start + 1 + length] ?? '')?.[0] ?? '';
  const body = lines.slice(start + 1, start + 1 + length);
  return body
    .map((line) => (line.startsWith(indentation) ? line.slice(indentation.length) : line.trimStart()))
    .join('\n');
}
