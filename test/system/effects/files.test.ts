import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createProjectFiles } from '../../../src/world/files/files.ts';
import { ToolError, UsageError } from '../../../src/errors.ts';
import { failureOf, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

const isRoot = process.geteuid?.() === 0;

function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}

/** Leftovers of any kind: nothing of ours may stay beside the files that were asked for. */
function temporariesIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.tmp'));
}

function withUmask<T>(mask: number, action: () => T): T {
  const before = process.umask(mask);
  try {
    return action();
  } finally {
    process.umask(before);
  }
}

/** Runs as an ordinary user, for whom permissions count. */
function asNobody<T>(action: () => T): T {
  if (!isRoot || process.seteuid === undefined) return action();
  process.seteuid(65_534);
  try {
    return action();
  } finally {
    process.seteuid(0);
  }
}

describe('paths', () => {
  const escapes = [
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    './a',
    'a/.',
    '',
    '.',
    '..',
    'a\0b',
    'a\\..\\b',
    'C:/x',
    'C:x',
    'a/',
  ];

  it.each(escapes)('refuses %j for every method', async (path) => {
    const files = createProjectFiles(makeTemporaryFolder());
    const methods = [
      () => files.readText(path),
      () => files.exists(path),
      () => {
        files.writeAtomic(path, 'x');
      },
      () => {
        files.makeDirectory(path, 0o755);
      },
      () => files.makeFilled(path, []),
      () => files.makeFilled('charts/a', [{ path: 'charts/a/../x', content: 'x', mode: 0o644 }]),
      () => files.remove(path),
      () => files.list(path),
      () => files.digest(path),
    ];
    for (const method of methods) expect(await failureOf(method)).toBeInstanceOf(UsageError);
  });

  it('keeps every accepted path inside the project', () => {
    const outer = makeTemporaryFolder();
    const root = join(outer, 'project');
    mkdirSync(root);
    const files = createProjectFiles(root);
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      '...',
      '~',
      '-',
      '..a',
      'a..',
      '%2e%2e',
      '\u2025',
      ' ',
      '\n',
      '\\',
      'C:',
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        try {
          files.writeAtomic(parts.join('/'), 'x');
        } catch (error) {
          expect(error instanceof UsageError || error instanceof ToolError).toBe(true);
        }
        expect(readdirSync(outer)).toEqual(['project']);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a folder that is a symbolic link out of the project, and follows one that stays inside', async () => {
    const outside = makeTemporaryFolder();
    writeFileSync(join(outside, 'secret'), 'theirs');
    const root = makeTemporaryFolder();
    symlinkSync(outside, join(root, 'certs'));
    mkdirSync(join(root, 'real'));
    symlinkSync('real', join(root, 'alias'));
    const files = createProjectFiles(root);
    for (const method of [
      () => files.readText('certs/secret'),
      () => {
        files.writeAtomic('certs/new', 'x');
      },
      () => {
        files.writeAtomic('certs/deep/new', 'x');
      },
      () => files.makeFilled('certs/folder', [{ path: 'certs/folder/new', content: 'x', mode: 0o644 }]),
      () => files.remove('certs/secret'),
      () => files.digest('certs/secret'),
      () => files.list('certs'),
      () => {
        files.makeDirectory('certs', 0o700);
      },
    ]) {
      const error = await failureOf(method);
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toContain('symbolic link');
    }
    expect(readdirSync(outside)).toEqual(['secret']);
    files.writeAtomic('alias/x', 'ours');
    expect(readFileSync(join(root, 'real/x'), 'utf8')).toBe('ours');
    // Listing names the links and does not walk through them.
    expect(files.list('real')).toEqual(['real/x']);
  });

  it('replaces a symbolic link in the place of a file and leaves its target alone', () => {
    const outside = makeTemporaryFolder();
    writeFileSync(join(outside, 'target'), 'theirs');
    const root = makeTemporaryFolder();
    symlinkSync(join(outside, 'target'), join(root, 'file'));
    const files = createProjectFiles(root);
    expect(() => files.readText('file')).toThrow(UsageError);
    files.writeAtomic('file', 'ours');
    expect(readFileSync(join(outside, 'target'), 'utf8')).toBe('theirs');
    expect(lstatSync(join(root, 'file')).isFile()).toBe(true);
    symlinkSync(join(outside, 'target'), join(root, 'other'));
    expect(files.remove('other')).toBe(true);
    expect(existsSync(join(outside, 'target'))).toBe(true);
  });

  it('refuses links to nothing and in circles', async () => {
    const root = makeTemporaryFolder();
    symlinkSync('nowhere', join(root, 'dangling'));
    symlinkSync('circle', join(root, 'circle'));
    const files = createProjectFiles(root);
    expect(
      await failureOf(() => {
        files.writeAtomic('dangling/x', 'x');
      }),
    ).toBeInstanceOf(UsageError);
    expect(
      String(
        await failureOf(() => {
          files.writeAtomic('circle/x', 'x');
        }),
      ),
    ).toContain('circle');
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
  });

  it('works in a project folder that is itself reached by a symbolic link', () => {
    const outer = makeTemporaryFolder();
    mkdirSync(join(outer, 'real'));
    symlinkSync('real', join(outer, 'link'));
    createProjectFiles(join(outer, 'link')).writeAtomic('a/b', 'x');
    expect(readFileSync(join(outer, 'real/a/b'), 'utf8')).toBe('x');
  });

  it('says that the project folder is missing', async () => {
    const error = await failureOf(() => createProjectFiles(join(makeTemporaryFolder(), 'gone')));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain('does not exist');
  });
});

describe('readText', () => {
  it('answers undefined for what is absent and keeps a byte order mark', () => {
    const root = makeTemporaryFolder();
    writeFileSync(join(root, 'bom'), '\uFEFFä\r\n');
    const files = createProjectFiles(root);
    expect(files.readText('none')).toBeUndefined();
    expect(files.readText('no/folder/none')).toBeUndefined();
    expect(files.readText('bom')).toBe('\uFEFFä\r\n');
  });

  it('refuses a folder, a pipe, other encodings and huge files in clear words', async () => {
    const root = makeTemporaryFolder();
    mkdirSync(join(root, 'folder'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(join(root, 'latin1'), Buffer.from([0x66, 0xfc, 0x72]));
    writeFileSync(join(root, 'huge'), '');
    truncateSync(join(root, 'huge'), 20 * 1024 * 1024);
    const files = createProjectFiles(root);
    const words = { folder: 'it is a folder', pipe: 'no regular file', latin1: 'not UTF-8', huge: 'larger than' };
    for (const [path, word] of Object.entries(words)) {
      const error = await failureOf(() => files.readText(path));
      expect(error).toBeInstanceOf(UsageError);
      expect(String(error)).toContain(`cannot read ${path}`);
      expect(String(error)).toContain(word);
    }
    expect(String(await failureOf(() => files.readText('latin1/x')))).toContain('a part of the path is a file');
  });

  it('says so when it may not read', async () => {
    const root = makeTemporaryFolder();
    chmodSync(root, 0o755);
    writeFileSync(join(root, 'private'), 'x', { mode: 0o000 });
    const files = createProjectFiles(root);
    const error = await failureOf(() => asNobody(() => files.readText('private')));
    expect(error).toBeInstanceOf(ToolError);
    expect(String(error)).toContain('cannot read private: permission denied');
  });
});

describe('writeAtomic', () => {
  it.each([0o600, 0o400, 0o644, 0o755])('gives exactly the mode %i under any umask', (mode) => {
    const root = makeTemporaryFolder();
    writeFileSync(join(root, 'old'), 'old', { mode: 0o666 });
    for (const mask of [0o000, 0o077, 0o777]) {
      withUmask(mask, () => {
        const files = createProjectFiles(root);
        files.writeAtomic('old', 'x', { mode });
        files.writeAtomic(`new-${mask}`, 'x', { mode });
      });
      expect(modeOf(join(root, 'old'))).toBe(mode.toString(8));
      expect(modeOf(join(root, `new-${mask}`))).toBe(mode.toString(8));
    }
    expect(temporariesIn(root)).toEqual([]);
  });

  it('makes parent folders, private ones for private files', () => {
    const root = makeTemporaryFolder();
    withUmask(0o000, () => {
      const files = createProjectFiles(root);
      files.writeAtomic('certs/ca.key', 'x', { mode: 0o600, durable: true });
      files.writeAtomic('charts/a/Chart.yaml', 'x');
    });
    expect(modeOf(join(root, 'certs'))).toBe('700');
    expect(modeOf(join(root, 'charts'))).toBe('755');
    expect(modeOf(join(root, 'charts/a'))).toBe('755');
  });

  it('never replaces anything when it must be exclusive', async () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    files.writeAtomic('ca.key', 'first', { mode: 0o600, exclusive: true });
    const error = await failureOf(() => {
      files.writeAtomic('ca.key', 'second', { mode: 0o600, exclusive: true });
    });
    expect(error).toBeInstanceOf(ToolError);
    expect(files.readText('ca.key')).toBe('first');
    expect(statSync(join(root, 'ca.key')).nlink).toBe(1);
    expect(temporariesIn(root)).toEqual([]);
  });

  it('reads back the bytes that it wrote', () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        files.writeAtomic('data', bytes);
        expect(readFileSync(join(root, 'data')).equals(bytes)).toBe(true);
        const unixBytes = bytes.filter((byte, index) => !(byte === 13 && bytes[index + 1] === 10));
        expect(files.digest('data')).toBe(createHash('sha256').update(unixBytes).digest('hex'));
      }),
      { numRuns: 50 },
    );
  });

  it('gives a text the same digest with either line end, wherever it is cut into pieces', () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    for (const size of [0, 5, 65_534, 65_535, 65_536, 131_071, 131_072]) {
      const text = `${'x'.repeat(size)}\n\r\rend\n`;
      for (const written of [text, text.replaceAll('\n', '\r\n')]) {
        files.writeAtomic('data', written);
        expect(files.digest('data')).toBe(createHash('sha256').update(text).digest('hex'));
      }
      // A carriage return of its own is no line end.
      files.writeAtomic('data', `${'x'.repeat(size)}\r`);
      expect(files.digest('data')).toBe(
        createHash('sha256')
          .update(`${'x'.repeat(size)}\r`)
          .digest('hex'),
      );
    }
  });

  it.each([
    ['a folder in its place', 'folder', 'a folder is in its place'],
    ['a file in place of its folder', 'file/x', 'file'],
    ['an overlong name', 'n'.repeat(300), 'the path is too long'],
  ])('explains %s and leaves no temporary file', async (_, path, words) => {
    const root = makeTemporaryFolder();
    mkdirSync(join(root, 'folder/full'), { recursive: true });
    writeFileSync(join(root, 'file'), 'x');
    const error = await failureOf(() => {
      createProjectFiles(root).writeAtomic(path, 'x');
    });
    expect(error).toBeInstanceOf(ToolError);
    expect(String(error)).toContain(words);
    expect((error as ToolError).remedy).toBeDefined();
    expect(temporariesIn(root)).toEqual([]);
  });

  it('explains a folder without write permission', async () => {
    const root = makeTemporaryFolder();
    chmodSync(root, 0o555);
    const error = await failureOf(() => {
      asNobody(() => {
        createProjectFiles(root).writeAtomic('x', 'x');
      });
    });
    expect(error).toBeInstanceOf(ToolError);
    expect(String(error)).toContain('cannot write x: permission denied');
  });

  it('keeps the old file when the disk is full', async (context) => {
    const root = makeTemporaryFolder();
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', root]).status !== 0) {
      context.skip('no right to mount a small file system');
    }
    onTestFinished(() => {
      spawnSync('umount', [root]);
    });
    const files = createProjectFiles(root);
    files.writeAtomic('values.yaml', 'old');
    const error = await failureOf(() => {
      files.writeAtomic('values.yaml', 'n'.repeat(200_000));
    });
    expect(error).toBeInstanceOf(ToolError);
    expect(String(error)).toContain('cannot write values.yaml: no space left on device');
    expect(files.readText('values.yaml')).toBe('old');
    expect(readdirSync(root)).toEqual(['values.yaml']);
  });

  it('leaves the old file or the new one when the process is killed at any moment', async () => {
    const folder = makeTemporaryFolder();
    const program = join(folder, 'writer.mjs');
    await build({
      stdin: {
        contents: `
          import { createProjectFiles } from './src/world/files/files.ts';
          const files = createProjectFiles(process.argv[2]);
          const [a, b] = ['a', 'b'].map((letter) => letter.repeat(300_000));
          files.writeAtomic('file', a);
          process.stdout.write('begun');
          for (;;) { files.writeAtomic('file', b, { durable: true }); files.writeAtomic('file', a); }`,
        resolveDir: join(import.meta.dirname, '../../..'),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
      logLevel: 'error',
    });
    const root = makeTemporaryFolder();
    const seen = new Set<string>();
    let leftovers = 0;
    for (let round = 0; round < 12; round += 1) {
      const child = spawn(process.execPath, [program, root], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await sleep(5 + round * 3);
      child.kill('SIGKILL');
      await ended;
      const text = readFileSync(join(root, 'file'), 'utf8');
      expect(text.length).toBe(300_000);
      expect(new Set(text).size).toBe(1);
      seen.add(text[0]!);
      leftovers += temporariesIn(root).length;
      const swept = createProjectFiles(root).sweepTemporaryFiles();
      expect(swept.length).toBeLessThanOrEqual(1);
      expect(readdirSync(root)).toEqual(['file']);
    }
    // Otherwise no kill came in the middle of a write and the test showed nothing.
    expect(leftovers + seen.size).toBeGreaterThan(1);
  });
});

describe('makeDirectory', () => {
  it('tightens a folder of ours that is too open and leaves public ones as they are', () => {
    const root = makeTemporaryFolder();
    for (const name of ['certs', 'charts']) {
      mkdirSync(join(root, name));
      chmodSync(join(root, name), 0o775);
    }
    const files = createProjectFiles(root);
    files.makeDirectory('certs', 0o700);
    files.makeDirectory('charts', 0o755);
    withUmask(0o777, () => {
      files.makeDirectory('secrets', 0o700);
    });
    expect([modeOf(join(root, 'certs')), modeOf(join(root, 'charts')), modeOf(join(root, 'secrets'))]).toEqual([
      '700',
      '775',
      '700',
    ]);
  });

  it('refuses a file in its place', async () => {
    const root = makeTemporaryFolder();
    writeFileSync(join(root, 'certs'), 'x');
    const error = await failureOf(() => {
      createProjectFiles(root).makeDirectory('certs', 0o700);
    });
    expect(error).toBeInstanceOf(ToolError);
    expect(String(error)).toContain('a file is in its place');
  });
});

describe('makeFilled', () => {
  const contents = ['a', 'templates/b', 'templates/tests/c'].map((path) => ({
    path: `charts/svc7/${path}`,
    content: path,
    mode: 0o644,
  }));

  it('makes the folder with all files in it, whatever the umask', () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    expect(withUmask(0o077, () => files.makeFilled('charts/svc7', contents))).toBe(true);
    expect(readdirSync(root, { recursive: true }).sort()).toEqual(
      [
        '',
        '/svc7',
        '/svc7/a',
        '/svc7/templates',
        '/svc7/templates/b',
        '/svc7/templates/tests',
        '/svc7/templates/tests/c',
      ].map((path) => `charts${path}`),
    );
    for (const { path, content } of contents) {
      expect(readFileSync(join(root, path), 'utf8')).toBe(content);
      expect(modeOf(join(root, path))).toBe('644');
    }
    for (const folder of ['', '/svc7', '/svc7/templates', '/svc7/templates/tests'])
      expect(modeOf(join(root, `charts${folder}`))).toBe('755');
  });

  it('leaves alone whatever is in its place', () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    mkdirSync(join(root, 'charts'));
    symlinkSync('nowhere', join(root, 'charts/link'));
    writeFileSync(join(root, 'charts/file'), 'theirs');
    mkdirSync(join(root, 'charts/folder'));
    for (const name of ['link', 'file', 'folder']) {
      const path = `charts/${name}`;
      expect(files.makeFilled(path, [{ path: `${path}/x`, content: 'x', mode: 0o644 }])).toBe(false);
    }
    expect(readdirSync(join(root, 'charts'), { recursive: true }).sort()).toEqual(['file', 'folder', 'link']);
  });

  it('leaves nothing where one of the files cannot be written', async () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    const tooLong = { path: `charts/svc7/${'x'.repeat(300)}`, content: '', mode: 0o644 };
    const error = await failureOf(() => files.makeFilled('charts/svc7', [...contents, tooLong]));
    expect(error).toBeInstanceOf(ToolError);
    expect(String(error)).toContain(`cannot write ${tooLong.path}: `);
    expect(readdirSync(join(root, 'charts'))).toEqual([]);
  });
});

describe('remove and list', () => {
  it('removes files, then the folders that they leave empty', async () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    files.writeAtomic('charts/a/templates/x', 'x');
    files.writeAtomic('charts/a/values.yaml', 'x');
    files.writeAtomic('charts/b/values.yaml', 'x');
    expect(files.list('charts')).toEqual(['charts/a/templates/x', 'charts/a/values.yaml', 'charts/b/values.yaml']);
    for (const path of ['charts/a/templates/x', 'charts/a/values.yaml']) expect(files.remove(path)).toBe(true);
    files.removeEmptyFolders(['charts/a/templates/x', 'charts/a/values.yaml', 'charts/a/never/was']);
    expect(readdirSync(join(root, 'charts'))).toEqual(['b']);
    files.remove('charts/b/values.yaml');
    files.removeEmptyFolders(['charts/b/values.yaml']);
    expect(readdirSync(root)).toEqual([]);
    expect(files.remove('charts/b/values.yaml')).toBe(false);
    expect(files.list('charts')).toEqual([]);
    mkdirSync(join(root, 'folder'));
    expect(String(await failureOf(() => files.remove('folder')))).toContain('a folder is in its place');
  });
});

describe('sweepTemporaryFiles', () => {
  it('removes those of dead processes and of our own pid, and nothing else', () => {
    const root = makeTemporaryFolder();
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    mkdirSync(join(root, 'charts/svc7'), { recursive: true });
    mkdirSync(join(root, 'data'));
    const name = (pid: number): string => `.ingress-tls-${pid}-0123456789abcdef.tmp`;
    const kept = [
      name(process.ppid),
      '.ingress-tls-x-0123456789abcdef.tmp',
      `${name(dead)}.bak`,
      'a.tmp',
      `data/${name(dead)}`,
    ];
    const swept = [name(dead), name(process.pid), `charts/svc7/${name(dead)}`];
    for (const path of [...kept, ...swept]) writeFileSync(join(root, path), '');
    const chart = `charts/.ingress-tls-${dead}-0123456789abcdee.tmp`;
    mkdirSync(join(root, chart, 'templates'), { recursive: true });
    writeFileSync(join(root, chart, 'templates/x'), '');
    swept.push(chart);
    expect(createProjectFiles(root).list('charts')).toEqual([]);
    expect([...createProjectFiles(root).sweepTemporaryFiles()].sort()).toEqual([...swept].sort());
    for (const path of kept) expect(existsSync(join(root, path))).toBe(true);
    for (const path of swept) expect(existsSync(join(root, path))).toBe(false);
  });
});

describe('haveChanged', () => {
  const later = (ms: number): Date => new Date(Date.now() + ms);

  it('sees what is written, replaced or removed later, and nothing else', () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    writeFileSync(join(root, 'x'), 'text');
    writeFileSync(join(root, 'y'), 'text');
    // The margin for coarse clocks is two seconds.
    expect(files.haveChanged(['x', 'y'], later(10_000))).toBe(false);
    expect(files.haveChanged(['x', 'y'], later(-10_000))).toBe(true);
    expect(files.haveChanged(['x'], later(0))).toBe(true);
    expect(files.haveChanged(['x', 'gone'], later(10_000))).toBe(true);
    expect(files.haveChanged([], later(0))).toBe(false);
  });
});
