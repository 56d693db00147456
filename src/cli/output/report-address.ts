import { printAddress, type FoundAddress } from '../../app/verify/address.ts';
import type { Report } from './report.ts';

/** Where a command connects, before it does. */
export function reportAddress(report: Report, { address, origin }: FoundAddress): void {
  report.message(`Address: ${printAddress(address)} (${origin})`);
}
