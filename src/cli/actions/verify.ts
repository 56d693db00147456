import { verify as verifyProject, type VerifyRequest } from '../../app/verify/verify.ts';
import { exitCodes } from '../../errors.ts';
import { reportAddress } from '../output/report-address.ts';
import { printVerification } from '../output/verify-report.ts';
import type { CommandSession } from '../session.ts';

/** Connects as clients do, and says of each service whether it is as it should be. Exit 1 when one is not. */
export async function verify(session: CommandSession, request: VerifyRequest): Promise<number> {
  const { report, world } = session;
  const { verification, product, isReached, failure } = await verifyProject(session, request, (found) => {
    reportAddress(report, found);
  });
  report.say({
    json: () => verification,
    text: () => {
      if (verification.services.length === 0)
        report.result('There are no services to verify yet: ingress-tls add-service');
      else if (isReached)
        report.results(printVerification(verification, product, { stream: world.stdout, style: report.style }));
    },
  });
  // What was seen is not lost because a part of the run could not be carried out.
  if (failure !== undefined) throw failure;
  return verification.holds ? exitCodes.done : exitCodes.no;
}
