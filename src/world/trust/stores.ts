import type { ExternalCommand } from '../exec/exec.ts';

export type StoreKind = 'system' | 'nss';

/** An authority that is to be trusted, and what it is called by. */
export interface TrustedAuthority {
  /** Absolute path of its certificate. */
  readonly path: string;
  /** By which a store finds it again: `ingress-tls-example.test-0123456789abcdef`. */
  readonly name: string;
  /** SHA-1 of the DER form, upper-case hexadecimal, by which macOS and Windows find it again. */
  readonly sha1: string;
}

/** What finds the authorities of a project in a store, of today and of earlier. */
export interface Wanted {
  readonly domain: string;
  /** Of the subject of them all. */
  readonly commonName: string;
}

/** A place where programs keep the authorities that they trust; commands are all that it takes to change it. */
export interface TrustStore {
  readonly kind: StoreKind;
  /** For people. */
  readonly title: string;
  readonly needsRoot: boolean;
  readonly look: Look;
  /** How an authority is called among what is found. */
  readonly entryOf: (authority: TrustedAuthority) => string;
  readonly install: (authority: TrustedAuthority) => readonly ExternalCommand[];
  readonly remove: (entries: readonly string[]) => readonly ExternalCommand[];
}

/** How a store is looked at. */
type Look =
  | { readonly folder: string; readonly entriesAmong: (files: readonly string[]) => readonly string[] }
  | {
      readonly command: ExternalCommand;
      readonly entriesOf: (stdout: string) => readonly string[];
      /** Whether the command fails where it finds nothing. */
      readonly failsOnNothing?: true;
    };

/** What is asked of the machine. */
export interface Machine {
  readonly platform: string;
  readonly home: string;
  readonly exists: (path: string) => boolean;
  /** Names in a folder; none where it is not there. */
  readonly list: (folder: string) => readonly string[];
}

/** How an authority of a project is called wherever it is installed: by its domain, and by what it is (SHA-256, hexadecimal). */
export function nameAuthority(domain: string, fingerprint: string): string {
  return `${namePrefix(domain)}${fingerprint.slice(0, 16)}`;
}

function namePrefix(domain: string): string {
  // A file's name has at most 255 characters.
  return `ingress-tls-${domain.slice(0, 200)}-`;
}

function isNameOf(domain: string, name: string): boolean {
  const prefix = namePrefix(domain);
  return name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length));
}

/** Every store of this machine, that of the system first. */
export function findStores(machine: Machine, wanted: Wanted): readonly TrustStore[] {
  const system = systemStore(machine, wanted);
  return [...(system === undefined ? [] : [system]), ...nssFolders(machine).map((folder) => nssStore(folder, wanted))];
}

function systemStore(machine: Machine, wanted: Wanted): TrustStore | undefined {
  if (machine.platform === 'darwin') return keychain(machine.home, wanted);
  if (machine.platform === 'win32') return windowsRoots(wanted);
  const place = anchorPlaces.find(({ folder }) => machine.exists(folder));
  return place && anchorFolder(place, wanted);
}

interface AnchorPlace {
  readonly title: string;
  readonly folder: string;
  readonly ending: string;
  readonly update: ExternalCommand;
  /** Absent: as `update`. */
  readonly afterRemoval?: ExternalCommand;
}

const write = (tool: ExternalCommand['tool'], ...args: readonly string[]): ExternalCommand => ({
  tool,
  args,
  effect: 'write',
  isLocal: true,
});

/** The first that is there. */
const anchorPlaces: readonly AnchorPlace[] = [
  {
    title: 'Fedora, RHEL',
    folder: '/etc/pki/ca-trust/source/anchors',
    ending: '.pem',
    update: write('update-ca-trust', 'extract'),
  },
  {
    title: 'Debian, Ubuntu, Alpine',
    folder: '/usr/local/share/ca-certificates',
    ending: '.crt',
    update: write('update-ca-certificates'),
    // Without it the links to what is gone stay in /etc/ssl/certs (tried, Debian 12).
    afterRemoval: write('update-ca-certificates', '--fresh'),
  },
  {
    title: 'Arch',
    folder: '/etc/ca-certificates/trust-source/anchors',
    ending: '.crt',
    update: write('trust', 'extract-compat'),
  },
  {
    title: 'openSUSE',
    folder: '/etc/pki/trust/anchors',
    ending: '.pem',
    update: write('update-ca-certificates'),
  },
];

function anchorFolder(
  { title, folder, ending, update, afterRemoval = update }: AnchorPlace,
  { domain }: Wanted,
): TrustStore {
  const place = (name: string): string => `${folder}/${name}${ending}`;
  return {
    kind: 'system',
    title: `the system (${title})`,
    needsRoot: true,
    look: {
      folder,
      entriesAmong: (files) =>
        files
          .filter((file) => file.endsWith(ending))
          .map((file) => file.slice(0, -ending.length))
          .filter((name) => isNameOf(domain, name)),
    },
    entryOf: ({ name }) => name,
    install: ({ path, name }) => [write('install', '-m', '0644', path, place(name)), update],
    remove: (names) => [write('rm', '-f', ...names.map(place)), afterRemoval],
  };
}

/** The person's own keychain; macOS asks for their password itself. */
function keychain(home: string, { commonName }: Wanted): TrustStore {
  const file = `${home}/Library/Keychains/login.keychain-db`;
  return {
    kind: 'system',
    title: 'the login keychain (macOS)',
    needsRoot: false,
    look: {
      command: {
        tool: 'security',
        args: ['find-certificate', '-a', '-Z', '-c', commonName, file],
        effect: 'read',
        isLocal: true,
      },
      // -c finds whatever has the name in its own.
      entriesOf: (stdout) =>
        stdout
          .split(/^(?=SHA-256 hash: )/m)
          .filter((each) => each.includes(`"alis"<blob>="${commonName}"`))
          .flatMap((each) => /^SHA-1 hash: ([0-9A-F]{40})$/m.exec(each)?.[1] ?? []),
      failsOnNothing: true,
    },
    entryOf: ({ sha1 }) => sha1,
    install: ({ path }) => [write('security', 'add-trusted-cert', '-r', 'trustRoot', '-k', file, path)],
    // -t: the settings of trust as well.
    remove: (hashes) => hashes.map((hash) => write('security', 'delete-certificate', '-t', '-Z', hash, file)),
  };
}

/** The person's own store; Windows asks whether it is meant. */
function windowsRoots({ commonName }: Wanted): TrustStore {
  return {
    kind: 'system',
    title: "the person's roots (Windows)",
    needsRoot: false,
    look: {
      command: { tool: 'certutil', args: ['-user', '-store', 'Root', commonName], effect: 'read', isLocal: true },
      // The words before it are in the person's language.
      entriesOf: (stdout) =>
        [...stdout.matchAll(/\(sha1\): ([0-9a-f]{40})/gi)].map(([, hash = '']) => hash.toUpperCase()),
      failsOnNothing: true,
    },
    entryOf: ({ sha1 }) => sha1,
    install: ({ path }) => [write('certutil', '-user', '-addstore', 'Root', path)],
    remove: (hashes) => hashes.map((hash) => write('certutil', '-user', '-delstore', 'Root', hash)),
  };
}

/** The database of Chromium or of one profile of Firefox. */
function nssStore(folder: string, { domain }: Wanted): TrustStore {
  const database = ['-d', `sql:${folder}`];
  return {
    kind: 'nss',
    title: `NSS, ${folder}`,
    needsRoot: false,
    look: {
      command: { tool: 'certutil', args: ['-L', ...database], effect: 'read', isLocal: true },
      // NAME, blanks, and what it is trusted for.
      entriesOf: (stdout) =>
        stdout
          .split('\n')
          .map((line) => line.replace(/\s+[a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*\s*$/, ''))
          .filter((name) => isNameOf(domain, name)),
    },
    entryOf: ({ name }) => name,
    // C: an authority of servers, and of nothing else.
    install: ({ path, name }) => [write('certutil', '-A', ...database, '-n', name, '-t', 'C,,', '-i', path)],
    remove: (names) => names.map((name) => write('certutil', '-D', ...database, '-n', name)),
  };
}

/** Databases that are there. A program that was never started has none yet. */
function nssFolders({ platform, home, exists, list }: Machine): readonly string[] {
  // NSS has no certutil on Windows, where that name is another program's.
  if (home === '' || platform === 'win32') return [];
  const single = ['.pki/nssdb', 'snap/chromium/current/.pki/nssdb', '.var/app/org.chromium.Chromium/.pki/nssdb'];
  const profiles = [
    '.mozilla/firefox',
    '.config/mozilla/firefox',
    'snap/firefox/common/.mozilla/firefox',
    '.var/app/org.mozilla.firefox/.mozilla/firefox',
    'Library/Application Support/Firefox/Profiles',
  ].flatMap((root) => list(`${home}/${root}`).map((name) => `${root}/${name}`));
  return [...single, ...profiles].map((folder) => `${home}/${folder}`).filter((folder) => exists(`${folder}/cert9.db`));
}
