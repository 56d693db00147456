import { describe, expect, it } from 'vitest';
import { printCommand } from '../../../src/kube/command-line.ts';
import { findStores, nameAuthority, type Machine, type TrustStore } from '../../../src/world/trust/stores.ts';

const wanted = { domain: 'example.test', commonName: 'example.test ingress-tls CA' };
const name = nameAuthority('example.test', '0123456789abcdef'.repeat(4));
const sha1 = 'AB'.repeat(20);
const authority = { path: '/p/certs/ca.crt', name, sha1 };

/** A machine with these files and folders. */
function machine(platform: string, ...paths: readonly string[]): Machine {
  const isAbove = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
  return {
    platform,
    home: '/home/a',
    exists: (path) => paths.includes(path) || paths.some(isAbove(path)),
    list: (folder) => [
      ...new Set(paths.filter(isAbove(folder)).map((path) => path.slice(folder.length + 1).split('/')[0] ?? '')),
    ],
  };
}

const linesOf = (store: TrustStore | undefined): readonly string[] => {
  if (store === undefined) return [];
  const entry = store.entryOf(authority);
  return [...store.install(authority), ...store.remove([entry])].map(printCommand);
};

function entriesIn({ look }: TrustStore, found: string): readonly string[] {
  return 'folder' in look ? look.entriesAmong(found.split('\n')) : look.entriesOf(found);
}

describe('the store of the system', () => {
  it.each([
    ['Fedora', '/etc/pki/ca-trust/source/anchors', '.pem', 'update-ca-trust extract', 'update-ca-trust extract'],
    ['Debian', '/usr/local/share/ca-certificates', '.crt', 'update-ca-certificates', 'update-ca-certificates --fresh'],
    ['Arch', '/etc/ca-certificates/trust-source/anchors', '.crt', 'trust extract-compat', 'trust extract-compat'],
    ['openSUSE', '/etc/pki/trust/anchors', '.pem', 'update-ca-certificates', 'update-ca-certificates'],
  ])('of %s is a folder of files, and a command', (title, folder, ending, update, afterRemoval) => {
    const [store, ...others] = findStores(machine('linux', folder), wanted);
    expect(others).toEqual([]);
    expect(store).toMatchObject({ kind: 'system', needsRoot: true, title: expect.stringContaining(title) as string });
    expect(linesOf(store)).toEqual([
      `install -m 0644 /p/certs/ca.crt ${folder}/${name}${ending}`,
      update,
      `rm -f ${folder}/${name}${ending}`,
      afterRemoval,
    ]);
    const files = [name + ending, `${name}x${ending}`, `mine${ending}`, `${name}.bak`].join('\n');
    expect(entriesIn(store!, files)).toEqual([name]);
  });

  it('of macOS is the keychain of the person, in which another name with this one in it is not taken', () => {
    const [store] = findStores(machine('darwin'), wanted);
    expect(store).toMatchObject({ kind: 'system', needsRoot: false });
    const keychain = '/home/a/Library/Keychains/login.keychain-db';
    expect(linesOf(store)).toEqual([
      `security add-trusted-cert -r trustRoot -k ${keychain} /p/certs/ca.crt`,
      `security delete-certificate -t -Z ${sha1} ${keychain}`,
    ]);
    const block = (hash: string, label: string): string =>
      `SHA-256 hash: ${'C'.repeat(64)}\nSHA-1 hash: ${hash}\nkeychain: "${keychain}"\nattributes:\n    "alis"<blob>="${label}"\n`;
    const found = block(sha1, wanted.commonName) + block('1'.repeat(40), `shop.${wanted.commonName}`);
    expect(entriesIn(store!, found)).toEqual([sha1]);
    expect(entriesIn(store!, '')).toEqual([]);
  });

  it('of Windows is that of the person, whatever language it speaks', () => {
    const [store, ...others] = findStores(machine('win32', '/home/a/.pki/nssdb/cert9.db'), wanted);
    expect(others).toEqual([]);
    expect(linesOf(store)).toEqual([
      'certutil -user -addstore Root /p/certs/ca.crt',
      `certutil -user -delstore Root ${sha1}`,
    ]);
    const found = `Seriennummer: ${'4'.repeat(32)}\nZertifikathash(sha1): ${sha1.toLowerCase()}\n`;
    expect(entriesIn(store!, found)).toEqual([sha1]);
  });

  it('is none where nothing of it is there', () => {
    expect(findStores(machine('linux'), wanted)).toEqual([]);
  });
});

describe('the stores of NSS', () => {
  it('are those of Chromium and of each profile of Firefox, as packages, snaps and flatpaks have them', () => {
    const folders = [
      '.pki/nssdb',
      'snap/chromium/current/.pki/nssdb',
      '.mozilla/firefox/abc.default',
      'snap/firefox/common/.mozilla/firefox/x',
      '.var/app/org.mozilla.firefox/.mozilla/firefox/y',
    ].map((folder) => `/home/a/${folder}`);
    const files = folders.map((folder) => `${folder}/cert9.db`);
    const stores = findStores(machine('linux', ...files, '/home/a/.mozilla/firefox/Crash Reports/x'), wanted);
    expect(stores.map(({ kind, title }) => `${kind} ${title}`)).toEqual(folders.map((folder) => `nss NSS, ${folder}`));
    expect(linesOf(stores[0])).toEqual([
      `certutil -A -d sql:/home/a/.pki/nssdb -n ${name} -t C,, -i /p/certs/ca.crt`,
      `certutil -D -d sql:/home/a/.pki/nssdb -n ${name}`,
    ]);
  });

  it('tell what is of this domain from all else', () => {
    const [store] = findStores(machine('linux', '/home/a/.pki/nssdb/cert9.db'), wanted);
    const rows = [
      'Certificate Nickname                                         Trust Attributes',
      '                                                             SSL,S/MIME,JAR/XPI',
      '',
      `${name}                                C,,  `,
      `${name} mine                                C,,  `,
      `${nameAuthority('b.example.test', 'f'.repeat(64))}                          C,,  `,
      'ingress-tls-example.test-short                               u,u,u',
    ];
    expect(entriesIn(store!, rows.join('\n'))).toEqual([name]);
  });

  it('have names that a file may have, whatever the domain', () => {
    const long = `${`${'a'.repeat(60)}.`.repeat(4)}test`;
    expect(`${nameAuthority(long, 'f'.repeat(64))}.crt`.length).toBeLessThanOrEqual(255);
  });
});
