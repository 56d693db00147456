import { refuseIssue } from './refuse-issue.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** The most that Apple's platforms accept of any server, private authorities included (Apple Support 103769). */
const mostLeafDays = 825;
/** As mkcert@1.4.4, step-cli@0.30 and caddy do for their roots. */
export const authorityDays = 3650;

/** What is left of a certificate's time, for people: `364 days`, `40 days, soon`, `expired`, `not yet`. */
export function formatTimeLeft(validity: Validity, daysLeft: number): string {
  const days = `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`;
  switch (validity) {
    case 'expired':
      return 'expired';
    case 'not-yet-valid':
      return 'not yet';
    case 'expiring':
      return `${days}, soon`;
    case 'valid':
      return days;
  }
}

/** That a certificate has ended or does so soon, as the end of a sentence about it. */
export function tellEnd(notAfter: Date, validity: 'expiring' | 'expired', now: Date): string {
  const end = formatDate(notAfter, now);
  const days = countDays(now, notAfter);
  if (validity === 'expired') return `expired on ${end}`;
  return days < 1 ? `expires on ${end}` : `expires in ${days} ${days === 1 ? 'day' : 'days'}, on ${end}`;
}

/** The day in UTC, and with it the time where that day is `now`: "expired on" today says too little. */
export function formatDate(date: Date, now: Date): string {
  const [day = '', time = ''] = date.toISOString().split('T');
  return now.toISOString().startsWith(`${day}T`) ? `${day} at ${time.slice(0, 8)} UTC` : day;
}

/** Clocks of machines differ: a certificate made now must not be "not yet valid" on the next one. */
const backdating = 5 * minute;

export interface ValidityPeriod {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** `expiring`: it is time to renew. */
export type Validity = 'not-yet-valid' | 'valid' | 'expiring' | 'expired';

/**
 * How a certificate stands at a moment. It expires soon when a third of its life is left or less, be that ten years or a day: cert-manager
 * and step renew then. The one rule of the program; dates that cannot be read have passed.
 */
export function judgeValidity({ notBefore, notAfter }: ValidityPeriod, now: Date): Validity {
  if (notBefore > now) return 'not-yet-valid';
  // The last second belongs to the period (RFC 5280, 4.1.2.5).
  if (!(notAfter >= now)) return 'expired';
  return now >= dueDate({ notBefore, notAfter }) ? 'expiring' : 'valid';
}

/** When it is time to renew a certificate: so many seconds before it expires; absent: by the rule above. */
export function dueDate({ notBefore, notAfter }: ValidityPeriod, within?: number): Date {
  const end = notAfter.getTime();
  return new Date(end - (within === undefined ? (end - notBefore.getTime()) / 3 : within * 1000));
}

/** Whether that time has come; of what is not valid yet it has not. */
export function isDue(period: ValidityPeriod, now: Date, within?: number): boolean {
  const validity = judgeValidity(period, now);
  return validity === 'expired' || (validity !== 'not-yet-valid' && now >= dueDate(period, within));
}

/** Whole days from `now` on, rounded down; negative when the date is past. */
export function countDays(now: Date, until: Date): number {
  return Math.floor((until.getTime() - now.getTime()) / day);
}

/**
 * When a certificate is valid: from five minutes before `now` until `days` after it, but no longer than its issuer.
 *
 * @throws UsageError for a number of days that is not whole or too large, and when the issuer has expired.
 */
export function validityPeriod(input: {
  readonly now: Date;
  readonly days: number;
  readonly isAuthority: boolean;
  readonly issuerNotAfter?: Date;
}): ValidityPeriod {
  const most = input.isAuthority ? authorityDays : mostLeafDays;
  if (!Number.isInteger(input.days) || input.days < 1 || input.days > most) {
    throw refuseIssue(
      `${input.days} days is not a whole number from 1 to ${most}`,
      input.isAuthority
        ? 'Choose another number of days.'
        : 'Choose another number of days: Apple devices refuse server certificates of more than 825, whoever signs them.',
    );
  }
  const now = Math.floor(input.now.getTime() / 1000) * 1000;
  if (input.issuerNotAfter !== undefined && input.issuerNotAfter.getTime() <= now) {
    throw refuseIssue(
      `the authority expired on ${input.issuerNotAfter.toISOString()}`,
      'Move certificate and key of the authority, and the pairs it signed, out of the folder to have new ones made.',
    );
  }
  const notBefore = now - backdating;
  const ends = [
    now + input.days * day,
    // Both ends belong to the period (RFC 5280, 4.1.2.5), so a leaf of the most days ends a second early.
    ...(input.isAuthority ? [] : [notBefore + mostLeafDays * day - 1000]),
    ...(input.issuerNotAfter === undefined ? [] : [input.issuerNotAfter.getTime()]),
  ];
  return { notBefore: new Date(notBefore), notAfter: new Date(Math.min(...ends)) };
}
