import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

interface Wish {
  readonly subject: string;
  readonly dnsNames: readonly string[];
  /** Days from today to the first and the last; default: yesterday to a year from now. */
  readonly from?: number;
  readonly until?: number;
}

/** Makes certificates with openssl's own `ca` program, in an empty folder of its own. */
export class CertificateMaker {
  readonly #folder: string;
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A leaf that is its own authority; `key` is the file of a key to be used instead of a new one. */
  makeSelfSigned(wish: Wish, key = this.#makeKey()): KeyPair {
    return this.#sign(wish, key, ['-selfsign', '-keyfile', key], 'CA:FALSE');
  }

  /** An authority of its own, or one below another. */
  makeAuthority(subject: string, above?: KeyPair): KeyPair {
    const key = this.#makeKey();
    const signer = above === undefined ? ['-selfsign', '-keyfile', key] : this.#signWith(above);
    return this.#sign(
      { subject, dnsNames: [] },
      key,
      signer,
      'critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign',
    );
  }

  /** A leaf by an authority; `key` is the file of a key to be used instead of a new one. */
  makeIssued(wish: Wish, authority: KeyPair, key = this.#makeKey()): KeyPair {
    return this.#sign(wish, key, this.#signWith(authority), 'CA:FALSE');
  }

  #signWith({ certificate, key }: KeyPair): readonly string[] {
    return ['-cert', this.#write('authority.crt', certificate), '-keyfile', this.#write('authority.key', key)];
  }

  #sign(wish: Wish, key: string, signer: readonly string[], basicConstraints: string): KeyPair {
    const names =
      wish.dnsNames.length === 0 ? '' : `subjectAltName = ${wish.dnsNames.map((name) => `DNS:${name}`).join(', ')}\n`;
    // `x509 -days` knows no past; `ca` takes both dates.
    const settings = `[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
organizationName = optional
[leaf]
basicConstraints = ${basicConstraints}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
${names}[req]
distinguished_name = nothing
[nothing]
`;
    const config = this.#write('openssl.cnf', settings);
    writeFileSync(join(this.#folder, 'index.txt'), '');
    this.#openssl('req', '-new', '-config', config, '-key', key, '-subj', wish.subject, '-out', 'request.pem');
    const dates = ['-startdate', toAsn1(wish.from ?? -1), '-enddate', toAsn1(wish.until ?? 365)];
    const certificate = this.#openssl(
      'ca',
      '-batch',
      '-notext',
      '-preserveDN',
      '-config',
      config,
      '-in',
      'request.pem',
      ...dates,
      ...signer,
    );
    return { certificate, key: readFileSync(key, 'utf8') };
  }

  #makeKey(): string {
    const path = this.#write(`key-${String(this.#made++)}.pem`, '');
    this.#openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', path);
    return path;
  }

  #write(name: string, content: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    return path;
  }

  #openssl(...args: readonly string[]): string {
    return execFileSync('openssl', args, { cwd: this.#folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

/** GeneralizedTime, `days` from now. */
function toAsn1(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
}
