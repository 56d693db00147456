import type { Observation } from '../model/probe.ts';

/** Node's code for a certificate of another name, which it looks at once the chain has been accepted (node@20 lib/_tls_wrap.js). */
export const nameProblem = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** OpenSSL's codes for dates, which it looks at last: they hide whatever else is wrong with the chain. */
export const dateProblems: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/** Whether the chain of a certificate was refused for another reason than name and dates: no one who is trusted has signed it. */
export function isChainRefused({ isTrusted, trustProblem = '' }: Observation): boolean {
  return isTrusted === false && trustProblem !== nameProblem && !dateProblems.includes(trustProblem);
}
