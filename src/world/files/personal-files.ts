import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ToolError } from '../../errors.ts';
import { decodeText } from './decode-text.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { readOnly } from './regular-file.ts';

/** Far more than a person writes for kubectl. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Reads a file that a person keeps for kubectl; it may be a symbolic link.
 * @returns undefined when there is none. @throws ToolError when it cannot be read.
 */
export function readPersonalFile(path: string): string | undefined {
  return readPersonalBytes(path)?.toString('utf8');
}

/** The same of a certificate or key that a person named. @param name the path as it was given. @throws UsageError too, for one that is not text. */
export function readPersonalPem(path: string, name: string): string | undefined {
  const bytes = readPersonalBytes(path);
  return bytes && decodeText(name, bytes);
}

function readPersonalBytes(path: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, readOnly);
    const found = fstatSync(descriptor);
    if (!found.isFile() || found.size > maxBytes)
      throw new ToolError(
        `cannot read ${path}: it is ${found.isFile() ? `larger than ${maxBytes / 1024 / 1024} MiB` : 'no regular file'}`,
      );
    return readFileSync(descriptor);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw fileFailure(`cannot read ${path}`, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

let folder: string | undefined;

/**
 * Writes a file for kubectl and helm that is gone when this program ends. Nothing secret goes into one: where the program is killed, it stays.
 * @returns its absolute path. @throws ToolError when the file system refuses.
 */
export function writeForTools(name: string, text: string): string {
  try {
    if (folder === undefined) {
      // Made with mode 0700 (Node 20: fs.mkdtemp).
      const made = mkdtempSync(join(tmpdir(), 'ingress-tls-tools-'));
      process.once('exit', () => {
        rmSync(made, { recursive: true, force: true });
      });
      folder = made;
    }
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  } catch (error) {
    throw fileFailure(`cannot write ${name} into a temporary folder`, error);
  }
}
