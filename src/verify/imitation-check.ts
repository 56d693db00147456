import type { CheckResult } from '../model/verification.ts';
import { fail } from './finding.ts';
import type { VerifySubject } from './subject.ts';

/**
 * An answer of a preview proves nothing where the controller would have a say that the preview has not. Nothing where it imitates all
 * that counts.
 */
export function judgeImitation({ service }: VerifySubject, unimitated: readonly string[]): readonly CheckResult[] {
  if (unimitated.length === 0) return [];
  return [
    {
      check: 'imitation',
      expected: 'all that decides who is let in, and what is answered, is done here as the controller does it',
      ...fail(`preview does not imitate ${unimitated.join(', ')}`, {
        cause: `who is answered here by ${service.name} may be refused on a cluster, or get another answer`,
        remedy: `look on a cluster, which has the controller itself: ingress-tls verify ${service.name} --context NAME`,
      }),
    },
  ];
}
