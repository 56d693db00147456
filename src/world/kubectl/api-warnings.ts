import type { ToolResult } from '../exec/exec.ts';
import { quoteOutput } from '../exec/redaction.ts';

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
