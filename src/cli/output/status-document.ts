import type { ServiceStatus, Status } from '../../model/status.ts';
import { describeDifference } from '../../cluster/difference-text.ts';

/** What `status --json` prints. */
export interface StatusDocument extends Omit<Status, 'services'> {
  readonly services: readonly (Omit<ServiceStatus, 'drift'> & { readonly drift: readonly string[] })[];
}

/** A status for programs: members as they are, what differs in words. */
export function describeStatus(status: Status): StatusDocument {
  return { ...status, services: status.services.map((service) => ({ ...service, drift: service.drift.map(describeDifference) })) };
}
