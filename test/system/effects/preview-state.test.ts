import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProjectFiles } from '../../../src/world/files/files.ts';
import { readPreviewState, removePreviewState, writePreviewState } from '../../../src/world/files/preview-state.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ingress-tls-preview-'));
  path = join(root, '.ingress-tls/preview.json');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const own = { pid: process.pid, hostname: hostname(), host: '127.0.0.1', port: 30092 };

describe('where a preview listens', () => {
  it('is told while it runs, and not after', () => {
    const files = createProjectFiles(root);
    expect(readPreviewState(files)).toBeUndefined();
    writePreviewState(files, own);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject(own);
    expect(readPreviewState(files)).toEqual({ pid: process.pid, host: '127.0.0.1', port: 30092 });
    writePreviewState(files, { ...own, plainPort: 30093 });
    expect(readPreviewState(files)).toEqual({ pid: process.pid, host: '127.0.0.1', port: 30092, plainPort: 30093 });
    writeFileSync(path, JSON.stringify({ ...own, plainPort: 65_536 }));
    expect(readPreviewState(files)).toEqual({ pid: process.pid, host: '127.0.0.1', port: 30092 });
    removePreviewState(files);
    expect(existsSync(path)).toBe(false);
    removePreviewState(files);
  });

  it('is not taken back by a preview that another has followed', () => {
    const files = createProjectFiles(root);
    writePreviewState(files, { ...own, pid: process.ppid });
    removePreviewState(files);
    expect(readPreviewState(files)?.pid).toBe(process.ppid);
  });

  it.runIf(process.platform === 'linux')('is not taken back by one of the same number in another container', () => {
    const files = createProjectFiles(root);
    mkdirSync(join(root, '.ingress-tls'));
    writeFileSync(path, JSON.stringify({ ...own, pidNamespace: 'pid:[1]' }));
    removePreviewState(files);
    expect(existsSync(path)).toBe(true);
  });

  const ended = spawnSync('true').pid;

  it.each<readonly [string, unknown]>([
    ['a process that has ended', { ...own, pid: ended }],
    ['a process that began at another time', { ...own, startTicks: '1' }],
    ['another machine', { ...own, hostname: 'elsewhere' }],
    ['another container', { ...own, pidNamespace: 'pid:[1]' }],
    ['a name', { ...own, host: 'localhost' }],
    ['no port', { ...own, port: 0 }],
    ['a port beyond all ports', { ...own, port: 65_536 }],
    ['a group of processes', { ...own, pid: -1 }],
    ['no object', null],
  ])('is not told by a file of %s', (_title, state) => {
    mkdirSync(join(root, '.ingress-tls'));
    writeFileSync(path, JSON.stringify(state));
    expect(readPreviewState(createProjectFiles(root))).toBeUndefined();
  });

  it('is not told by a folder or by bytes that are no text', () => {
    mkdirSync(path, { recursive: true });
    expect(readPreviewState(createProjectFiles(root))).toBeUndefined();
    rmSync(path, { recursive: true });
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0]));
    expect(readPreviewState(createProjectFiles(root))).toBeUndefined();
  });
});
