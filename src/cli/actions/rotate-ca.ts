import { selectNewNotices } from '../../app/new-notices.ts';
import { parsePairName } from '../../app/renew.ts';
import { planRotate, rotateAuthority, type Rotated } from '../../app/rotate-authority.ts';
import type { ClusterOptions } from '../../app/cluster/tools.ts';
import { backendOf } from '../../model/backend.ts';
import { exitCodes } from '../../errors.ts';
import { rotationCode } from '../../project/chain-notices.ts';
import {
  controllerPair,
  podClientAuthority,
  podPair,
  restartPods,
  rotateCommand,
  trustedCertificate,
} from '../../project/places.ts';
import { rotationSteps, type RotationStep } from '../../project/rotations.ts';
import { reportCopies, reportLeft } from '../output/renewal-report.ts';
import { reportNotices } from '../output/notices.ts';
import { closeRender, renderToJson, reportConflicts } from '../output/report-render.ts';
import { summarize } from '../output/summary.ts';
import type { CommandSession } from '../session.ts';

export interface RotateCaOptions extends ClusterOptions {
  readonly authority: string;
  readonly applied?: boolean;
  readonly dryRun?: boolean;
}

/** Takes the next step in the exchange of an authority. Exit 1: the step before is not on the cluster, or edited files were kept. */
export async function rotateCa(session: CommandSession, options: RotateCaOptions): Promise<number> {
  const { authority, applied: isApplied = false, dryRun = false, ...cluster } = options;
  const settings = { ...cluster, name: parsePairName(authority), isApplied };
  const rotated = await (dryRun ? planRotate : rotateAuthority)(session, settings);
  const { report } = session;
  const { plan, project, step, left } = rotated;
  if (plan !== undefined) reportConflicts(session, plan);
  reportLeft(report, left);
  report.say({
    json: () => rotatedToJson(rotated, dryRun),
    text: () => {
      report.results(describe(rotated, dryRun));
    },
  });
  if (plan === undefined) {
    report.next(`${rotateCommand(rotated.authority.paths)}, with the same options and without --dry-run`);
    return exitCodes.done;
  }
  for (const line of tellPeople(rotated)) report.message(line);
  reportCopies(report, rotated.backups);
  const notices = selectNewNotices(project.desired.notices, plan.notices);
  reportNotices(
    report,
    notices.filter(({ code }) => code !== rotationCode),
    ['warning'],
  );
  return closeRender(
    session,
    plan,
    step === 'drop' ? 'ingress-tls apply' : `ingress-tls apply, then ${rotateCommand(rotated.authority.paths)}`,
  );
}

const wordings: Readonly<Record<RotationStep, string>> = {
  'trust-both': 'holds a new authority beside the old one, which issues yet: both are trusted',
  issue: 'issues with the new key; the old authority is trusted as well',
  drop: 'holds the new authority alone',
};

function describe({ step, order, renewals, plan }: Rotated, isDry: boolean): readonly string[] {
  const number = rotationSteps.indexOf(step) + 1;
  return [
    `step ${number} of ${rotationSteps.length}${isDry ? ' comes next' : ''}: ${order.path} ${wordings[step]}`,
    ...renewals.map(({ path }) => `${(isDry ? 'issue' : 'issued').padEnd(9)}  ${path}`),
    ...(plan === undefined ? [] : summarize(plan)),
  ];
}

/** What no apply brings to whom it concerns. */
function tellPeople({ step, order, project, renewals, issued }: Rotated): readonly string[] {
  const { services } = project.desired;
  const shownByController = new Set(services.map((service) => controllerPair(service).certificate));
  // Pods of charts are replaced by apply.
  const elsewhere = services.filter(
    (service) =>
      backendOf(service) === 'existing' &&
      (issued.includes(podPair(service.name).certificate) || podClientAuthority(service) === order.path),
  );
  const trusting = project.desired.services.filter((service) => trustedCertificate(service) === order.path);
  const clients = renewals
    .filter(({ request, path }) => request.usage === 'client' && !shownByController.has(path))
    .map(({ path }) => path);
  return [
    ...(step === 'trust-both' && trusting.length > 0
      ? [
          `Give ${order.path} to the clients of ${trusting.map(({ name }) => name).join(', ')} before the next step: those that trust the old authority alone refuse what the new one issues.`,
        ]
      : []),
    ...(step === 'drop'
      ? []
      : elsewhere.map((service) => `Behind apply and before the next step: ${restartPods(service)}.`)),
    ...(clients.length > 0
      ? [
          `Give the new ${clients.join(', ')} and the keys to those whom they are for before the next step: the old certificates are refused from then on.`,
        ]
      : []),
  ];
}

function rotatedToJson({ step, order, issued, renewals, left, plan, backups }: Rotated, isDry: boolean): unknown {
  return {
    authority: order.path,
    step,
    done: !isDry,
    issues: issued,
    renewed: renewals.map(({ path, keyPath }) => ({ certificate: path, key: keyPath })),
    left,
    ...(plan !== undefined && renderToJson(plan, backups)),
  };
}
