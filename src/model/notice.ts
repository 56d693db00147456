/**
 * Something a person should know. Notices are data; only the reporter prints them.
 * `error` refuses the run (exit 2), `warning` and `info` do not.
 */
export interface Notice {
  readonly level: 'error' | 'warning' | 'info';
  /** Stable, for scripts: `http2-coalescing`, `controller-retired`. */
  readonly code: string;
  /** What is the case and why it matters; one or two sentences. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** The place in ingress-tls.yaml that causes it: ['services', 0, 'annotations', 'x']. */
  readonly path?: readonly (string | number)[];
  /** The person has read it (ingress-tls.yaml, `acknowledged`): not printed any more. Never set on an error. */
  readonly acknowledged?: true;
}
