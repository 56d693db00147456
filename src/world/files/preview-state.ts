import { fieldAt, numberField, textField } from '../../kube/object-fields.ts';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { pid as ownPid } from 'node:process';
import type { ProjectFiles } from './files.ts';
import { parseJson } from '../../kube/json-answer.ts';
import { lookUpProcess, markProcess, parseProcessMark, type ProcessMark } from './process-mark.ts';

/** Where a running preview listens; beside the lock, and no more a part of the project than it. */
const previewStatePath = '.ingress-tls/preview.json';

/** A preview that runs in a project folder. */
export interface PreviewState {
  readonly pid: number;
  /** Of the machine that it runs on: a folder may be shared, a loopback address is not. */
  readonly hostname: string;
  readonly host: string;
  readonly port: number;
  /** For plain HTTP, where it serves that. */
  readonly plainPort?: number;
}

/**
 * The preview that runs in a project folder on this machine.
 * @returns undefined when there is none: no file, one that makes no sense, or one whose process is gone.
 */
export function readPreviewState(files: ProjectFiles): Omit<PreviewState, 'hostname'> | undefined {
  const found = parseState(files);
  if (found?.hostname !== hostname() || lookUpProcess(found, found.hostname) !== 'running') return undefined;
  const { host, port, pid, plainPort } = found;
  return { host, port, pid, ...(plainPort === undefined ? {} : { plainPort }) };
}

/** Says where a preview listens. @throws ToolError when the folder cannot be written. */
export function writePreviewState(files: ProjectFiles, state: PreviewState): void {
  files.writeAtomic(previewStatePath, `${JSON.stringify({ ...state, ...markProcess(state.pid) })}\n`, { mode: 0o600 });
}

/** Takes back what this process said; what another preview has said since then stays. */
export function removePreviewState(files: ProjectFiles): void {
  const found = parseState(files);
  // In containers many have the same number.
  if (found !== undefined && !(found.pid === ownPid && lookUpProcess(found, hostname()) === 'running')) return;
  if (files.remove(previewStatePath)) files.removeEmptyFolders([previewStatePath]);
}

function parseState(files: ProjectFiles): (PreviewState & ProcessMark) | undefined {
  const value = parseJson(readQuietly(files) ?? '');
  const pid = fieldAt(value, 'pid');
  const [port, plainPort] = [portField(value, 'port'), portField(value, 'plainPort')];
  const host = textField(value, 'host') ?? '';
  const name = textField(value, 'hostname');
  const isPid = typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0;
  // The address is shown to the person and connected to: nothing but an address.
  if (!isPid || port === undefined || name === undefined || isIP(host) === 0) return undefined;
  const plain = plainPort === undefined ? {} : { plainPort };
  return { pid, port, ...plain, host, hostname: name, ...parseProcessMark(value) };
}

function portField(value: unknown, name: string): number | undefined {
  const port = numberField(value, name);
  return port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** A file that cannot be read is as good as none: it only saves typing --address. */
function readQuietly(files: ProjectFiles): string | undefined {
  try {
    return files.readText(previewStatePath);
  } catch {
    return undefined;
  }
}
