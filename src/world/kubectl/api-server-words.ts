import { isMap } from '../../kube/object-fields.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { ToolResult } from '../exec/exec.ts';
import { quoteOutput } from '../exec/redaction.ts';
import { findText, isTransient } from '../exec/tool-failure.ts';

/** Whether a failed call is an answer about the objects that were sent, and no failure of the cluster or of kubectl. */
export function isAboutObjects(result: ToolResult): boolean {
  if (result.exitCode !== 1 || result.timedOut || isTransient(result)) return false;
  return findText(result, 'refused', 'conflict', 'unknown-kind') !== undefined;
}

/** Shorter values (a `1`) cannot be a secret and occur in any sentence. */
const shortestSecret = 4;

/**
 * Why an object was refused, on one line, in the API server's own words. They may repeat a value that they object to: nothing of a
 * Secret's data is left in them.
 */
export function quoteRefusal(stderr: string, object: KubeObject): string {
  const lines = quoteOutput(removeData(stderr, object), 8).filter(
    (line) => !line.startsWith('Warning: ') && !line.startsWith('ensure CRDs'),
  );
  return lines.map((line) => line.replace(/^(?:Error from server(?: \(\w+\))?|error): /, '')).join(' ');
}

function removeData(text: string, object: KubeObject): string {
  if (object.kind !== 'Secret') return text;
  const values = ['data', 'stringData'].flatMap((field) => listScalars(object[field]));
  const secrets = values.flatMap(listForms).filter((value) => value.length >= shortestSecret);
  return [...new Set(secrets)]
    .sort((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '[removed]'), text);
}

/** All that a hand-written Secret may hold where a map of texts is expected; names of entries are no secret, what stands below them may be. */
function listScalars(content: unknown): readonly string[] {
  if (!isMap(content)) return listBelow(content);
  return Object.values(content).flatMap(listBelow);
}

function listBelow(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(listBelow);
  if (isMap(value)) return Object.entries(value).flatMap(([key, below]) => [key, ...listBelow(below)]);
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}

/** As it is, line by line, with the escapes of a quoted text, and what it is as base64 and out of base64. */
function listForms(value: string): readonly string[] {
  const texts = [value, Buffer.from(value, 'base64').toString('utf8')].flatMap((text) => [
    text,
    text.trim(),
    ...text.split(/\r?\n/),
  ]);
  return [
    ...texts,
    ...texts.map((text) => JSON.stringify(text).slice(1, -1)),
    Buffer.from(value, 'utf8').toString('base64'),
  ];
}

/** More than these nobody reads. */
const maxWarnings = 10;

/**
 * What the API server warned of while it took what a command sent: pods that it will not take later (`would violate PodSecurity`), an
 * API that goes away. kubectl prints `Warning: ...`; helm logs it by klog (captured from kubectl 1.35.2, helm 4.1.4 and 3.22.0; older
 * ones log the words alone, with W).
 * @returns each warning once, without secrets and control characters.
 */
export function readWarnings({ stderr }: Pick<ToolResult, 'stderr'>): readonly string[] {
  const found = stderr.split('\n').flatMap((line) => {
    const logged = /^[IWE]\d{4} .{0,80}? warnings\.go:\d+\] (.*)$/.exec(line)?.[1];
    const words = logged === undefined ? /^Warning: (.*)$/.exec(line)?.[1] : unquote(logged).replace(/^Warning: /, '');
    return words === undefined || isNoise(words) ? [] : quoteOutput(words, 1);
  });
  return [...new Set(found)].slice(0, maxWarnings);
}

/** klog writes a message in Go's quotes, of which those that occur here are JSON's. */
function unquote(logged: string): string {
  if (!logged.startsWith('"')) return logged;
  try {
    const value: unknown = JSON.parse(logged);
    return typeof value === 'string' ? value : logged;
  } catch {
    return logged;
  }
}

/** kubectl's own, of client-side apply over an object that it did not make: it mends that by itself. */
function isNoise(words: string): boolean {
  return words.includes('kubectl.kubernetes.io/last-applied-configuration');
}
