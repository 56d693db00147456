import type { Mode } from './mode.ts';
import type { ProbeAddress } from './probe.ts';

/**
 * What verify looks at. The ids are stable: scripts and docs/proof.md go by them.
 * Order is that of the report.
 */
export const checkIds = [
  'certificate',
  'trust',
  'validity',
  'answer',
  'tls-versions',
  'plain-http',
  'client-certificate-none',
  'client-certificate-foreign',
  'client-certificate-right',
  'split-hello',
  'large-hello',
  'foreign-host',
  'coalescing',
  'upstream-verification',
  'access-log',
  'client-address',
  'imitation',
  'unknown-name',
  'no-name',
] as const;

export type CheckId = (typeof checkIds)[number];

/** `limit`: does not hold, and is known not to with this controller; neither it nor a `warning` changes the exit code. */
export type CheckStatus = 'ok' | 'failed' | 'warning' | 'limit' | 'skipped';

export interface CheckResult {
  readonly check: CheckId;
  readonly status: CheckStatus;
  /** What should be, in words for people: `the certificate of Secret default/x (SHA-256 ab12...)`. */
  readonly expected: string;
  /** What was seen; for `skipped` why nothing was looked at. */
  readonly seen: string;
  /** The likely cause; present when failed, warning or limit. */
  readonly cause?: string;
  /** What to do; present when failed, warning or limit. */
  readonly remedy?: string;
}

/** What a client sees of a host, right or not: for comparing two controllers. The ids are stable, and in the order of the report. */
export interface Fact {
  readonly fact: 'chain' | 'tls' | 'http' | 'hsts' | 'client-certificates' | 'redirect';
  readonly seen: string;
}

export interface ServiceVerdict {
  readonly service: string;
  readonly mode: Mode;
  readonly host: string;
  readonly checks: readonly CheckResult[];
  /** With `--facts` alone. */
  readonly facts?: readonly Fact[];
}

/** The document of `verify --json`. */
export interface Verification {
  readonly address: ProbeAddress & { readonly source: 'option' | 'preview' | 'cluster' };
  /** No check failed. */
  readonly holds: boolean;
  readonly services: readonly ServiceVerdict[];
  /** Checks of the controller itself: unknown-name, no-name. */
  readonly controller: readonly CheckResult[];
}
