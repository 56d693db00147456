import type { Config } from '../model/config.ts';
import type { Notice } from '../model/notice.ts';
import { nearest } from '../text/nearest.ts';
import { rotationCode } from './chain-notices.ts';

/** Marks what the person has read. An error stays an error. */
export function acknowledge(notices: readonly Notice[], { acknowledged = [] }: Config): readonly Notice[] {
  return notices.map((notice) =>
    notice.level !== 'error' && acknowledged.includes(notice.code) ? { ...notice, acknowledged: true } : notice,
  );
}

/**
 * What is wrong with `acknowledged` in ingress-tls.yaml: an error for a code that no notice has, an info for one that does not occur
 * any more. Those that come and go with files and rights are left alone.
 * @param known codes of the profile's notices and of other profiles': a project may change it and come back.
 */
export function judgeAcknowledged(
  { acknowledged = [] }: Config,
  notices: readonly Notice[],
  known: readonly string[],
): readonly Notice[] {
  return acknowledged.flatMap((code, index): readonly Notice[] => {
    const path = ['acknowledged', index];
    if (passingCodes.includes(code) || notices.some((notice) => notice.code === code)) return [];
    if (known.includes(code)) {
      const message = `${code} is acknowledged and does not occur any more.`;
      return [{ level: 'info', code: 'acknowledged-unused', message, remedy: 'Remove it from acknowledged.', path }];
    }
    const meant = nearest(code, [...known, ...passingCodes]);
    return [
      {
        level: 'error',
        code: 'acknowledged-unknown',
        message: `acknowledged: no notice has the code ${code}.`,
        remedy: meant === undefined ? 'The codes stand in brackets behind what is printed.' : `Did you mean ${meant}?`,
        path,
      },
    ];
  });
}

/** project/certificates.ts, keyless.ts and named-authorities.ts, beside errors; and app/cluster/tell-unseen.ts, which goes by the rights of who looks. */
const passingCodes = [
  'client-key-missing',
  'key-missing',
  rotationCode,
  'certificate-issuer',
  'certificate-expired',
  'certificate-expiring',
  'certificate-refused',
  'named-authority-expired',
  'services-unseen',
  'named-authority-expiring',
];
