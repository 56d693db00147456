import { basename, dirname, join } from 'node:path';
import { inspectCertificate, oneLine } from '../certs/inspect.ts';
import { hasOwnForm } from '../certs/own-form.ts';
import { isPair, parsePrivateKey } from '../certs/key-pair.ts';
import { parseCertificates, encodePem } from '../certs/pem.ts';
import { encodeKeyStore, encodeTrustStore, passwordProblem } from '../certs/pkcs12.ts';
import { judgeValidity, tellEnd } from '../certs/validity.ts';
import { InternalError, UsageError } from '../errors.ts';
import type { Notice } from '../model/notice.ts';
import type { DesiredPair } from '../project/desired-pairs.ts';
import { ignoreAlso } from '../project/git-files.ts';
import { bringAnother, nameOfPair, places, renewCommand } from '../project/places.ts';
import { createProjectFiles } from '../world/files/files.ts';
import { readPem } from '../world/files/object-text.ts';
import { readPersonalPem } from '../world/files/personal-files.ts';
import { loadProject } from './project.ts';
import { refuseUnknown } from './renew.ts';
import { resolvePath, withLock, type Session } from './session.ts';

export interface ExportWish {
  /** Of a pair, as `svc9` of certs/svc9.crt. */
  readonly name: string;
  /** What whoever is shown the certificate has to trust, in place of the pair itself. */
  readonly isTrust: boolean;
  readonly format: 'pkcs12' | 'pem' | 'der';
  readonly isLegacy: boolean;
  /** `-`: standard output. Absent: a file in certs/. */
  readonly output?: string;
  readonly isForced: boolean;
}

/** What is to be written, read and found to be in order. */
export interface Export {
  readonly wish: ExportWish;
  /** As it is told; undefined: standard output. */
  readonly path: string | undefined;
  /** Subjects, in the order in which they are written. */
  readonly subjects: readonly string[];
  readonly notices: readonly Notice[];
  /** The bytes. @param password of a PKCS#12 store. */
  readonly encode: (password: string) => Buffer;
}

type Prepared = Pick<Export, 'subjects' | 'notices' | 'encode'>;

/**
 * Reads what is to be exported. Nothing is written, and nothing asked yet.
 * @throws UsageError for what cannot be exported: a name that is none, a key that is not here, that of an authority, a file that is there already.
 */
export async function prepareExport(session: Session, wish: ExportWish): Promise<Export> {
  const project = await loadProject(session);
  refuseUnknown(project, { names: [wish.name] });
  const pair = project.desired.pairs.find(({ paths }) => nameOfPair(paths) === wish.name);
  if (pair === undefined) throw new InternalError(`${wish.name} is no certificate of the project`);
  const prepared = wish.isTrust ? prepareTrust(session, pair, wish) : prepareKey(session, pair, wish);
  return { ...prepared, wish, path: choosePath(session, project.desired.pairs, wish) };
}

/** Writes it. For a key within the project .gitignore is given a line, so that it goes into no repository. */
export function writeExport(session: Session, { path, wish, encode }: Export, password: string): Promise<void> {
  const bytes = encode(password);
  if (path === undefined) {
    session.world.stdout.write(bytes);
    return Promise.resolve();
  }
  const { output, isForced } = wish;
  return withLock(session, 'export', () => {
    const full = output === undefined ? join(session.root, path) : resolvePath(session.world, path);
    if (output === undefined || (!wish.isTrust && full.startsWith(`${session.root}/`))) {
      const current = session.files.readText('.gitignore');
      const content = ignoreAlso(current, output === undefined ? `/${places.certificates}/*.p12` : '*.p12');
      if (content !== current) session.files.writeAtomic('.gitignore', content);
    }
    const options = { mode: wish.isTrust ? 0o644 : 0o600, durable: true, exclusive: !isForced };
    createProjectFiles(dirname(full)).writeAtomic(basename(full), bytes, options);
    return Promise.resolve();
  });
}

/** The password that stands in a file: its one line. @throws UsageError for a file that is not there, and for what is no password. */
export function readPassword({ world }: Session, file: string): string {
  const text = readPersonalPem(resolvePath(world, file), file);
  if (text === undefined) {
    throw new UsageError(`cannot read the password: ${file} is not there`, {
      remedy: 'give the path of --password-file as it is seen from the current folder',
    });
  }
  const password = text.replace(/\r?\n$/, '');
  refusePassword(password, file);
  return password;
}

/** @throws UsageError for what some program would not take, or take for another. @param origin where it comes from. */
export function refusePassword(password: string, origin = 'the password'): void {
  const problem = passwordProblem(password);
  if (problem !== undefined)
    throw new UsageError(`${origin} cannot guard a PKCS#12 store: ${problem}`, { remedy: 'choose another password' });
}

function choosePath(
  { world, root }: Session,
  pairs: readonly DesiredPair[],
  { name, output, isTrust, format, isForced }: ExportWish,
): string | undefined {
  if (output === '-') {
    if (!world.stdout.isTTY) return undefined;
    throw new UsageError('these bytes are not for a terminal', {
      remedy: 'redirect standard output, or name a file with --output',
    });
  }
  const ending = { pkcs12: 'p12', pem: 'pem', der: 'der' }[format];
  const path = output ?? `${places.certificates}/${name}${isTrust ? '-trust' : ''}.${ending}`;
  const full = output === undefined ? join(root, path) : resolvePath(world, path);
  const files = createProjectFiles(dirname(full));
  const ours = pairs.flatMap(({ paths }) => [paths.certificate, paths.key]);
  if ([places.config, ...ours].some((each) => join(root, each) === full)) {
    throw new UsageError(`${path} is a file of the project, and nothing is exported over it`, {
      remedy: 'name another file with --output',
    });
  }
  if (files.exists(basename(full)) && !isForced) {
    throw new UsageError(`${path} is there already and is left as it is`, {
      remedy: 'add --force to replace it, or name another file with --output',
    });
  }
  return path;
}

function prepareKey(session: Session, pair: DesiredPair, { name, format, isLegacy }: ExportWish): Prepared {
  const { paths, request, isBrought } = pair;
  const { certificate, key } = paths;
  if (format !== 'pkcs12') {
    throw new UsageError(`a key is exported as PKCS#12 alone, where a password guards it, and not as ${format}`, {
      remedy: `${certificate} and ${key} are PEM already; for what a client has to trust add --trust-store`,
    });
  }
  if (request.usage === 'authority') {
    throw new UsageError(`${name} is an authority: who has its key can issue certificates, and nobody imports that`, {
      remedy: `ingress-tls export ${name} --trust-store exports its certificate alone`,
    });
  }
  const [pem, keyPem] = [certificate, key].map((path) => {
    const text = readPem(session.files, path);
    if (text !== undefined) return text;
    throw new UsageError(`${name} cannot be exported: ${path} is not here`, {
      remedy: path === key ? `bring ${path}, or export it where the key is` : nameWayToOne(pair),
    });
  });
  if (pem === undefined || keyPem === undefined) throw new InternalError('a pair has two files');
  if (!isPair(pem, keyPem, key, certificate)) {
    throw new UsageError(`${name} cannot be exported: ${certificate} and ${key} do not belong together`, {
      remedy: 'bring the right one of the two',
    });
  }
  const [own, ...above] = parseCertificates(pem, certificate);
  // The root is for whoever verifies; where it comes with a key, Windows asks whether to trust it.
  const chain = [own, ...above.filter((each) => each.subject !== each.issuer)];
  const facts = inspectCertificate(pem, certificate);
  const validity = judgeValidity(facts, session.world.now());
  const notices: readonly Notice[] =
    validity === 'expired' || validity === 'expiring'
      ? [
          {
            level: 'warning',
            code: `certificate-${validity}`,
            message: `${certificate} ${tellEnd(facts.notAfter, validity, session.world.now())}`,
            remedy: `${isBrought === true || !hasOwnForm(pem) ? bringAnother(paths) : renewCommand(paths)}, then export it again`,
          },
        ]
      : [];
  return {
    notices,
    subjects: chain.map(({ subject }) => oneLine(subject)),
    encode: (password) =>
      encodeKeyStore(
        { alias: name, key: parsePrivateKey(keyPem, key), certificates: chain.map(({ raw }) => raw) },
        { password, isLegacy, randomBytes: session.world.randomBytes },
      ),
  };
}

/** What to do where a certificate is missing. */
function nameWayToOne({ paths, isBrought }: DesiredPair): string {
  return isBrought === true ? bringAnother(paths) : 'ingress-tls render makes it';
}

/** An authority, whole; of what signed itself, the certificate. */
function prepareTrust(session: Session, pair: DesiredPair, { format, isLegacy }: ExportWish): Prepared {
  const { paths, authority, request } = pair;
  const path = authority ?? paths.certificate;
  const pem = readPem(session.files, path);
  if (pem === undefined) throw new UsageError(`${path} is not here`, { remedy: nameWayToOne(pair) });
  const all = parseCertificates(pem, path);
  // While an authority is exchanged its file holds two. Where none was named, the last in the file of a person's own certificate is its root.
  const roots = authority === undefined && request.usage !== 'authority' ? [all.at(-1) ?? all[0]] : all;
  if (format === 'der' && roots.length > 1) {
    throw new UsageError(`${path} holds ${roots.length} certificates, and a file in DER form holds one`, {
      remedy: 'use --format pem',
    });
  }
  const name = nameOfPair({ certificate: path, key: '' }).replace(/\.pem$/, '');
  const trusted = roots.map(({ raw }, index) => ({
    alias: index === 0 ? name : `${name}-${index + 1}`,
    certificate: raw,
  }));
  return {
    notices: [],
    subjects: roots.map(({ subject }) => oneLine(subject)),
    encode: (password) => {
      if (format === 'der') return roots[0].raw;
      if (format === 'pem') return Buffer.from(roots.map(({ raw }) => encodePem('CERTIFICATE', raw)).join(''));
      return encodeTrustStore(trusted, { password, isLegacy, randomBytes: session.world.randomBytes });
    },
  };
}
