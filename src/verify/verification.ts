import type { Verification } from '../model/verification.ts';
import { isUnreachable } from './failures.ts';
import type { Observations } from './subject.ts';

/** Whether no check failed; a warning, a known limit or a skipped check does not count against it. */
export function holds({ services, controller }: Pick<Verification, 'services' | 'controller'>): boolean {
  return [...services.flatMap(({ checks }) => checks), ...controller].every(({ status }) => status !== 'failed');
}

/** Whether a connection was opened at all, by whatever probe. */
export function isReachable(observations: Observations): boolean {
  return [...observations.values()].some((observation) => !isUnreachable(observation));
}
