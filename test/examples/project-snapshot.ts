import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parse } from 'yaml';

/** A project folder as the golden tests compare it: path -> text. */
export type Snapshot = Readonly<Record<string, string>>;

/**
 * Reads a rendered project. What differs from run to run is told in words, so that nothing is left out:
 *
 * - certs/ becomes certs.txt, which says what each certificate is and that its key fits;
 * - the values of a Secret become the names of the files in certs/ that they are made of;
 * - the digests of certificates become words, where they are right;
 * - .ingress-tls/, the tool's own records, is left out, and so is ingress-tls.yaml, from which all is made;
 * - .gitignore and .gitattributes lose their dot: under its own name the first would hide expected/secrets/ from this repository.
 */
export function snapshotProject(folder: string): Snapshot {
  const paths = listFiles(folder).filter((path) => path !== 'ingress-tls.yaml' && !path.startsWith('.ingress-tls/'));
  const certificates = paths.filter((path) => path.startsWith('certs/'));
  const others = paths.filter((path) => !path.startsWith('certs/'));
  const entries = others.map((path): [string, string] => {
    const text = readFileSync(join(folder, path), 'utf8');
    return [
      path.replace(/^\.git/, 'git'),
      path.startsWith('secrets/')
        ? nameSources(text, folder, certificates)
        : path.endsWith('/certificates.sha256')
          ? nameDigests(text, folder)
          : text,
    ];
  });
  return { 'certs.txt': describeCertificates(folder, certificates), ...Object.fromEntries(entries) };
}

/** Reads a folder that holds a snapshot; empty when there is none. */
export function readSnapshot(folder: string): Snapshot {
  return Object.fromEntries(listFiles(folder).map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** Paths of all files below a folder, with forward slashes, sorted; none when there is no folder. */
function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll(sep, '/'),
      )
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function nameSources(secret: string, folder: string, certificates: readonly string[]): string {
  const { data } = parse(secret) as { readonly data: Readonly<Record<string, string>> };
  return Object.values(data).reduce((text, value) => {
    const source = certificates.find((path) => readFileSync(join(folder, path)).toString('base64') === value);
    return text.replace(value, `<${source ?? 'no file of certs/'} in base64>`);
  }, secret);
}

function nameDigests(text: string, folder: string): string {
  return text.replaceAll(/^([0-9a-f]{64})(?= {2}(.+)$)/gm, (digest, _, path: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex') === digest
      ? '<its SHA-256>'
      : digest,
  );
}

function describeCertificates(folder: string, paths: readonly string[]): string {
  const certificates = paths.filter((path) => path.endsWith('.crt'));
  const keys = new Set(paths.filter((path) => !path.endsWith('.crt')));
  const blocks = certificates.map((path) => {
    const keyPath = path.replace(/\.crt$/, '.key');
    const hasKey = keys.delete(keyPath);
    return describeCertificate(folder, path, hasKey ? keyPath : undefined);
  });
  return [...blocks, ...[...keys].map((path) => `${path}\n  without a certificate\n`)].join('\n');
}

function describeCertificate(folder: string, path: string, keyPath: string | undefined): string {
  const certificate = new X509Certificate(readFileSync(join(folder, path)));
  const key = keyPath === undefined ? undefined : createPrivateKey(readFileSync(join(folder, keyPath)));
  const days = Math.round((Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000);
  const issuer = certificate.subject === certificate.issuer ? 'itself' : certificate.issuer;
  return [
    path,
    `  subject    ${certificate.subject.replaceAll('\n', ', ')}`,
    `  issued by  ${issuer.replaceAll('\n', ', ')}`,
    `  names      ${certificate.subjectAltName ?? 'none'}`,
    `  authority  ${certificate.ca ? 'yes' : 'no'}`,
    `  days       ${String(days)}`,
    `  key        ${keyPath === undefined || key === undefined ? 'missing' : `${keyPath}, ${describeKey(key)}${certificate.checkPrivateKey(key) ? '' : ', of another certificate'}`}`,
    '',
  ].join('\n');
}

function describeKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  return `${asymmetricKeyType ?? ''} ${String(asymmetricKeyDetails?.modulusLength ?? asymmetricKeyDetails?.namedCurve ?? '')}`;
}
