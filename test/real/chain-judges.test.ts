import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { inFreshFolder, runProgram } from '../support/program.ts';
import { CertificateMaker, type KeyPair } from '../support/reference-certificates.ts';
import { findTool, whyMissing } from '../support/tools.ts';

// One chain is shown to clients of six libraries, each with the trust that the project says: whether they believe it is what the program has
// to say of it. A library that a machine lacks is skipped by its name.

type KeyType = 'rsa-2048' | 'ecdsa-p256';

/** A certificate as a server shows it, and what its clients trust. */
interface Case {
  readonly title: string;
  readonly chain: string;
  readonly key: string;
  readonly trust: string;
  readonly host: string;
  readonly isBelieved: boolean;
  /** What render has to say of it; absent: nothing. */
  readonly said?: string;
  readonly saidInFact: string;
}

const libraries = ['openssl', 'go', 'java', 'rustls', 'nss'] as const;
type Library = (typeof libraries)[number];

const projectOf = (keyType: KeyType, certificate: string): string => `apiVersion: ingress-tls/v1
domain: example.test
certificate:
  keyType: ${keyType}
${certificate}services:
  - name: svc7
    mode: terminate
  - name: svc9
    mode: passthrough
`;

function render(folder: string, keyType: KeyType, certificate: string): string {
  writeFileSync(join(folder, 'ingress-tls.yaml'), projectOf(keyType, certificate));
  const { exitCode, stderr } = runProgram(['render'], { cwd: folder });
  if (exitCode !== 0) throw new Error(stderr);
  return stderr
    .split('\n')
    .filter((line) => line.includes('certs/'))
    .join('\n');
}

function listMade(home: string, keyType: KeyType): readonly Case[] {
  const folder = (name: string): string => {
    const path = join(home, `${name}-${keyType}`);
    mkdirSync(path);
    return path;
  };
  const own = folder('self-signed');
  const saidOfOwn = render(own, keyType, '');
  const issued = folder('project');
  const saidOfIssued = render(issued, keyType, '  source: project\n');
  const at = (where: string, name: string): Pick<Case, 'chain' | 'key'> => ({
    chain: readFileSync(join(where, `certs/${name}.crt`), 'utf8'),
    key: readFileSync(join(where, `certs/${name}.key`), 'utf8'),
  });
  const trustOf = (where: string, name: string): string => readFileSync(join(where, `certs/${name}.crt`), 'utf8');
  const host = 'svc7.example.test';
  return [
    {
      ...{ title: 'self-signed', ...at(own, 'wildcard'), trust: trustOf(own, 'wildcard'), host },
      ...{ isBelieved: true, saidInFact: saidOfOwn },
    },
    {
      ...{ title: 'self-signed, for a name two labels below', ...at(own, 'wildcard'), trust: trustOf(own, 'wildcard') },
      ...{ host: 'a.b.example.test', isBelieved: false, saidInFact: saidOfOwn },
    },
    {
      ...{ title: 'of the project', ...at(issued, 'wildcard'), trust: trustOf(issued, 'ca'), host },
      ...{ isBelieved: true, saidInFact: saidOfIssued },
    },
    {
      ...{ title: 'of the project, by who trusts another', ...at(issued, 'wildcard'), trust: trustOf(own, 'ca'), host },
      ...{ isBelieved: false, saidInFact: saidOfIssued },
    },
    {
      ...{ title: "a pod's", ...at(issued, 'svc9'), trust: trustOf(issued, 'ca'), host: 'svc9.example.test' },
      ...{ isBelieved: true, saidInFact: saidOfIssued },
    },
    {
      ...{ title: "a pod's, for another host", ...at(issued, 'svc9'), trust: trustOf(issued, 'ca'), host },
      ...{ isBelieved: false, saidInFact: saidOfIssued },
    },
  ];
}

function listBrought(home: string, keyType: KeyType): readonly Case[] {
  const workshop = join(home, `company-${keyType}`);
  mkdirSync(workshop);
  const maker = new CertificateMaker(workshop);
  const keyFile = join(workshop, 'leaf.pem');
  const algorithm = keyType === 'rsa-2048' ? ['RSA', 'rsa_keygen_bits:2048'] : ['EC', 'ec_paramgen_curve:P-256'];
  execFileSync('openssl', [
    'genpkey',
    '-quiet',
    '-algorithm',
    algorithm[0]!,
    '-pkeyopt',
    algorithm[1]!,
    '-out',
    keyFile,
  ]);
  const root = maker.makeAuthority('/CN=Corporate Root');
  const middle = maker.makeAuthority('/CN=Corporate Issuing', root);
  const wish = { subject: '/CN=svc7.example.test', dnsNames: ['svc7.example.test'] };
  const leaf = maker.makeIssued(wish, middle, keyFile);
  const direct = maker.makeIssued(wish, root, keyFile);
  const late = maker.makeIssued({ ...wish, from: -20, until: -10 }, root, keyFile);
  const cases: readonly (Pick<Case, 'title' | 'isBelieved' | 'said'> & {
    readonly shown: readonly KeyPair[];
    readonly trusted: readonly KeyPair[];
  })[] = [
    { title: 'signed by the root', shown: [direct], trusted: [root], isBelieved: true },
    { title: 'with the one between', shown: [leaf, middle], trusted: [root], isBelieved: true },
    { title: 'with the root as well', shown: [leaf, middle, root], trusted: [root], isBelieved: true },
    { title: 'with the one between among what is trusted', shown: [leaf], trusted: [root, middle], isBelieved: true },
    {
      ...{ title: 'without the one between', shown: [leaf], trusted: [root], isBelieved: false },
      said: 'certs/wildcard.crt does not lead to certs/root.crt: the certificate of "CN=Corporate Issuing"',
    },
    {
      ...{
        title: 'with the root in place of the one between',
        shown: [leaf, root],
        trusted: [root],
        isBelieved: false,
      },
      said: 'certs/wildcard.crt does not lead to certs/root.crt: the certificate of "CN=Corporate Issuing"',
    },
    {
      ...{
        title: 'with the root before the one between',
        shown: [leaf, root, middle],
        trusted: [root],
        isBelieved: true,
      },
      said: 'certs/wildcard.crt has its certificates in an order that some clients refuse',
    },
    {
      ...{ title: 'expired', shown: [late], trusted: [root], isBelieved: false },
      said: 'certs/wildcard.crt expired on ',
    },
  ];
  return cases.map(({ shown, trusted, ...others }, index) => {
    const folder = join(home, `files-${keyType}-${index}`);
    mkdirSync(join(folder, 'certs'), { recursive: true });
    const chain = shown.map(({ certificate }) => certificate).join('');
    const trust = trusted.map(({ certificate }) => certificate).join('');
    const [{ key }] = shown as [KeyPair];
    writeFileSync(join(folder, 'certs/wildcard.crt'), chain);
    writeFileSync(join(folder, 'certs/wildcard.key'), key, { mode: 0o600 });
    writeFileSync(join(folder, 'certs/root.crt'), trust);
    const saidInFact = render(folder, keyType, '  source: files\n  authority: certs/root.crt\n');
    return { ...others, chain, key, trust, host: 'svc7.example.test', saidInFact };
  });
}

interface Question {
  readonly port: number;
  readonly host: string;
  /** File of what is trusted. */
  readonly trust: string;
}

const judge = (name: string): string => fileURLToPath(new URL(`judges/${name}`, import.meta.url));
const isOnPath = (tool: string, ...args: readonly string[]): boolean => spawnSync(tool, args).error === undefined;
const deno = findTool('deno');

type Ask = (questions: readonly Question[], home: string) => Promise<readonly string[]>;

/** How each library is asked, and why it cannot be on this machine. The answers: empty where the server was believed. */
const clients: Readonly<Record<Library, { readonly lacking: string | undefined; readonly ask: Ask }>> = {
  openssl: {
    lacking: findTool('openssl') === undefined ? whyMissing('openssl') : undefined,
    ask: (questions) =>
      one(questions, ({ port, host, trust }) =>
        refusal('openssl', [
          ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', host, '-verify_hostname', host, '-brief'],
          ...['-CAfile', trust, '-no-CApath', '-no-CAstore', '-x509_strict', '-verify_return_error'],
        ]),
      ),
  },
  go: {
    lacking: isOnPath('go', 'version') ? undefined : 'no go on PATH',
    ask: async (questions, home) => {
      const env = { HOME: home, GOTOOLCHAIN: 'local', GOCACHE: join(home, 'go') };
      const { stdout } = await execute('go', ['run', judge('client.go')], JSON.stringify(questions), env);
      return JSON.parse(stdout) as readonly string[];
    },
  },
  java: {
    lacking: isOnPath('javac', '-version') ? undefined : 'no JDK on PATH',
    ask: async (questions) => {
      const input = questions.map(({ port, host, trust }) => `${port}\t${host}\t${trust}\n`).join('');
      const { stdout } = await execute('java', [judge('Client.java')], input);
      return stdout.split('\n').slice(0, -1);
    },
  },
  rustls: {
    lacking: deno === undefined ? whyMissing('deno') : undefined,
    ask: async (questions, home) => {
      const client = fileURLToPath(new URL('second-tls-client.ts', import.meta.url));
      const flags = ['--quiet', '--no-config', '--no-lock', '--no-remote', '--no-npm', '--node-modules-dir=none'];
      const env = { DENO_DIR: join(home, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
      const allowed = ['--allow-net=127.0.0.1', '--allow-read'];
      const { stdout } = await execute(
        deno ?? '',
        ['run', ...flags, ...allowed, client],
        JSON.stringify(questions),
        env,
      );
      const answers = JSON.parse(stdout) as readonly { readonly version?: string; readonly problem?: string }[];
      return answers.map(({ version, problem }) => (version === undefined ? (problem ?? 'no connection') : ''));
    },
  },
  nss: {
    lacking:
      isOnPath('tstclnt') && isOnPath('certutil', '-H')
        ? undefined
        : 'no tstclnt of NSS on PATH (Debian: libnss3-tools)',
    ask: (questions, home) =>
      one(questions, async ({ port, host, trust }) => {
        const database = join(home, `nss-${port}`);
        mkdirSync(database);
        await execute('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
        const trusted = readFileSync(trust, 'utf8').match(/-----BEGIN[^]+?-----END [A-Z]+-----\n/g) ?? [];
        for (const [index, pem] of trusted.entries()) {
          const file = join(database, `${index}.crt`);
          writeFileSync(file, pem);
          // P: a server's own certificate, that is trusted by itself.
          await execute('certutil', ['-A', '-d', `sql:${database}`, '-n', `${index}`, '-t', 'CP,,', '-i', file]);
        }
        return refusal('tstclnt', ['-h', '127.0.0.1', '-p', `${port}`, '-a', host, '-d', `sql:${database}`, '-Q']);
      }),
  },
};

/** Asks one after the other. */
async function one(
  questions: readonly Question[],
  ask: (question: Question) => Promise<string>,
): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const question of questions) answers.push(await ask(question));
  return answers;
}

async function refusal(command: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await execute(command, args);
  return status === 0 ? '' : `${status} ${stdout}${stderr}`;
}

interface Execution {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Beside the servers of this process, which must go on. */
function execute(
  command: string,
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Execution> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: 120_000 };
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : 1, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined).end(input);
  });
}

function serve({ chain, key }: Case): Promise<Server> {
  const server = createServer({ cert: chain, key }, (socket) => {
    socket.on('error', () => undefined).end();
  });
  server.on('tlsClientError', () => undefined);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

describe('a chain, by clients of several libraries', () => {
  const cases: Case[] = [];
  const verdicts = new Map<Library, readonly string[]>();

  beforeAll(
    () =>
      inFreshFolder(async (home) => {
        for (const keyType of ['rsa-2048', 'ecdsa-p256'] as const) {
          const listed = [...listMade(home, keyType), ...listBrought(home, keyType)];
          cases.push(...listed.map((each) => ({ ...each, title: `${keyType}: ${each.title}` })));
        }
        const servers = await Promise.all(cases.map(serve));
        try {
          const questions = cases.map(({ host, trust }, index) => {
            const file = join(home, `trust-${index}.crt`);
            writeFileSync(file, trust);
            return { port: (servers[index]?.address() as AddressInfo).port, host, trust: file };
          });
          for (const library of libraries)
            if (clients[library].lacking === undefined)
              verdicts.set(library, await clients[library].ask(questions, home));
        } finally {
          for (const server of servers) server.close();
        }
      }),
    300_000,
  );

  for (const library of libraries) {
    describeUnless(clients[library].lacking, library, () => {
      it('believes what is said to be right, and nothing else', () => {
        const seen = verdicts.get(library) ?? [];
        expect(cases.map(({ title }, index) => [title, seen[index] === '' ? 'believed' : 'refused'])).toEqual(
          cases.map(({ title, isBelieved }) => [title, isBelieved ? 'believed' : 'refused']),
        );
      });
    });
  }

  it('is said to be wrong at render, where it is', () => {
    for (const { title, said, saidInFact } of cases) {
      if (said === undefined) expect([title, saidInFact]).toEqual([title, '']);
      else expect([title, saidInFact]).toEqual([title, expect.stringContaining(said)]);
    }
  });
});
