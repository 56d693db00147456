const removedKey = '[private key removed]';
const shortenedCertificate = '[certificate]';
const removedText = '[removed]';

/** What may stand between two characters of a marker when a text was wrapped, indented, quoted or escaped. */
const gap = String.raw`(?:\s|\\[nrt]|["'+|>,])*`;

const beginKey = new RegExp(
  spaced('-----BEGIN') + String.raw`[A-Z0-9\s"'+|>,\\nrt]{0,120}?` + spaced('PRIVATEKEY'),
  'g',
);
const endKey = new RegExp(
  spaced('-----END') +
    String.raw`[A-Z0-9\s"'+|>,\\nrt]{0,120}?` +
    spaced('PRIVATEKEY') +
    gap +
    `(?:${spaced('BLOCK')}${gap})?` +
    spaced('-----'),
  'g',
);
const certificate =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** From a line of base64 to the next one. */
const nextLine = String.raw`[ \t]*(?:\r?\n|\\n)[\s|>+"',]*`;
const restOfLine = String.raw`(?=["']|[^A-Za-z0-9+/=_\r\n-]*(?:\r?\n|\\n|$))`;

/** Base64 of `-----BEGIN`, then further lines that hold nothing but base64. */
const encodedPem = new RegExp(
  `${spaced('LS0tLS1CRUdJTi')}[A-Za-z0-9+/=_-]*(?:${nextLine}[A-Za-z0-9+/_-]+={0,2}${restOfLine})*`,
  'g',
);
const encodedCertificate = 'LS0tLS1CRUdJTiBDRVJU';

/** Any other lines of base64 that are long enough to hold a part of a key, and the shorter line that ends them. */
const encodedRun = new RegExp(
  String.raw`[A-Za-z0-9+/_-]{40,}={0,2}(?:${nextLine}[A-Za-z0-9+/_-]{40,}={0,2})*(?:${nextLine}[A-Za-z0-9+/_-]+={0,2}${restOfLine})?`,
  'g',
);

// None begins with a repetition that could start anywhere in a long word: that takes time by the square of its length.
const secretField = /((?:\.key|client-key-data|token)["']?\s*[:=]\s*["']?)([A-Za-z0-9+/_.~=-]{16,})/gi;
const passwordField = /(\bpass(?:word|wd)["']?\s*[:=]\s*["']?)([^\s"',}]+)/gi;
const bearerToken = /\b(Bearer\s+)[A-Za-z0-9._~+/=-]{12,}/gi;
const authorizationHeader = /\b(Authorization["']?\s*[:=]\s*["']?)[^\r\n"']+/gi;
const webToken = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)?/g;
const userInfo = /(:\/\/)[^\s/@"']+@/g;

/**
 * Values that are repeated in the words about them, tried on Kubernetes 1.35.4: what stands in the place of what was expected
 * (kubernetes-sigs/structured-merge-diff@v6.4.2:typed/validate.go and helpers.go: of some types with its own line breaks), a whole patch,
 * a whole object (kubernetes/apimachinery@v0.35.4:pkg/runtime/error.go), a YAML value with a wrong tag.
 */
const echoes: readonly RegExp[] = [
  /(, got )(?:&|\\u0026)(?:value\.\w+\{[^\n]*|[^]*)/g,
  /(\bpatch: Invalid value: \\*"?)map\[[^\n]*/g,
  /(\bObject '\w+' is missing in ')[^]*/g,
  /(\bcannot (?:decode|unmarshal) !!\w+ `)[^]*/g,
];

/** Cuts what a tool repeats of a value, to the end of the line, or of the text where the value may have line breaks. */
function removeEchoes(text: string): string {
  return echoes.reduce((rest, echo) => rest.replace(echo, `$1${removedText}`), text);
}

/**
 * Takes out of a tool's words what must not be shown: private keys (whole, cut off, wrapped, indented, escaped, in base64),
 * passwords and tokens, and what an API server repeats of a value that it did not expect. Errs on the side of removing too much.
 * Certificates are public, but long: they are shortened.
 */
export function redact(text: string): string {
  return removeKeys(removeEchoes(text))
    .replace(certificate, shortenedCertificate)
    .replace(encodedPem, (run) =>
      run.replace(/[^A-Za-z0-9+/]/g, '').startsWith(encodedCertificate) ? shortenedCertificate : removedKey,
    )
    .replace(userInfo, `$1${removedText}@`)
    .replace(authorizationHeader, `$1${removedText}`)
    .replace(bearerToken, `$1${removedText}`)
    .replace(webToken, removedText)
    .replace(secretField, `$1${removedText}`)
    .replace(passwordField, `$1${removedText}`)
    .replace(encodedRun, (run) => (looksEncoded(/^[A-Za-z0-9+/_-]*/.exec(run)?.[0] ?? '') ? removedText : run));
}

/** Characters looked at; a key that this cuts in two is still recognised by its end. */
const maxQuoted = 256 * 1024;

/**
 * A tool's own words for the details of an error: redacted, without control characters (a cluster's answer must not steer
 * the terminal), the last lines of a long text.
 */
export function quoteOutput(text: string, maxLines = 20): readonly string[] {
  // A value may be longer than what is looked at, and only its beginning says that it is one.
  const lines = redact(removeEchoes(text).slice(-maxQuoted))
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
        .replace(/\t/g, '  ')
        .replace(/\p{Cc}/gu, '')
        .trimEnd(),
    )
    .filter((line) => line !== '')
    .map((line) => (line.length > 1000 ? `${line.slice(0, 1000)}...` : line));
  return lines.length > maxLines ? [`[${lines.length - maxLines} lines before]`, ...lines.slice(-maxLines)] : lines;
}

/** Cuts from each beginning of a key to its end; without an end to the end of the text, without a beginning from its start. */
function removeKeys(text: string): string {
  const markers = [
    ...[...text.matchAll(beginKey)].map((match) => ({
      kind: 'begin' as const,
      start: match.index,
      end: match.index + match[0].length,
    })),
    ...[...text.matchAll(endKey)].map((match) => ({
      kind: 'end' as const,
      start: match.index,
      end: match.index + match[0].length,
    })),
  ].sort((one, other) => one.start - other.start);
  let result = '';
  let position = 0;
  let isInKey = false;
  for (const { kind, start, end } of markers) {
    if (kind === 'begin') {
      if (!isInKey) result += text.slice(position, start);
      isInKey = true;
    } else {
      result += removedKey;
      position = end;
      isInKey = false;
    }
  }
  return result + (isInKey ? removedKey : text.slice(position));
}

/** Base64 mixes cases; a digest in hexadecimal does not, and a path of words has no digit. */
function looksEncoded(run: string): boolean {
  return /[A-Z]/.test(run) && /[a-z]/.test(run) && (/[0-9]/.test(run) || !run.includes('/'));
}

function spaced(literal: string): string {
  return Array.from(literal).join(gap);
}
