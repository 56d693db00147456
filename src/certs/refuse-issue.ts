import { UsageError } from '../errors.ts';

/** The error for a certificate that is not made: why, and what to do about it. */
export function refuseIssue(reason: string, remedy: string): UsageError {
  return new UsageError(`certificate not issued: ${reason}`, { remedy });
}
