import { printObjectName } from '../../kube/object-identity.ts';
import type { Applied } from '../../app/apply/apply.ts';
import type { Serving } from '../../app/apply/await-serving.ts';
import type { ApplyDryRun } from '../../app/apply/dry-run.ts';
import type { ClusterPlan } from '../../app/apply/plan-for-cluster.ts';
import { formatCluster } from '../../app/cluster/tools.ts';
import type { Project } from '../../app/project.ts';
import type { Orphans } from '../../cluster/apply-plan.ts';
import { NegativeAnswer } from '../../errors.ts';
import type { ClusterChanges } from '../../model/changes.ts';
import type { Plan } from '../../model/plan.ts';
import { places } from '../../project/places.ts';
import { printTable } from '../../text/columns.ts';
import type { Cluster } from '../../world/kubectl/kubectl.ts';
import { changesToJson, summarizeChanges } from './change-summary.ts';
import { planToJson, printPlan, reportOwnDefaults } from './dry-run.ts';
import { reportNoticesBriefly } from './notices.ts';
import type { Report } from './report.ts';

/** Where the run goes, before anything is written. */
export function reportTarget(report: Report, cluster: Cluster | undefined): void {
  report.message(
    cluster === undefined
      ? 'The cluster could not be looked up: this is what would run.'
      : `Cluster: ${formatCluster(cluster)}`,
  );
}

/** What is about to be done on the cluster, and what is left alone there. */
export function reportPlan(report: Report, { changes, left }: ClusterPlan, project: Project, { notices }: Plan): void {
  reportSummary(report, project, changes);
  reportLeft(report, left);
  reportNoticesBriefly(report, notices);
}

/** A dry run for programs. */
export function dryRunToJson({ facts, changes, local, commands }: ApplyDryRun): unknown {
  return {
    context: facts.cluster?.context ?? null,
    server: facts.cluster?.server ?? null,
    changes: changes === undefined ? null : changesToJson(changes),
    steps: planToJson(local, commands),
    kept: local.conflicts.map(({ path, reason }) => ({ path, reason })),
    unknown: facts.unknown,
    notices: local.notices,
  };
}

/** The same for a person: every step by its number, and what is to be known of them. */
export function reportDryRun(report: Report, { project, facts, changes, left, local, commands }: ApplyDryRun): void {
  reportTarget(report, facts.cluster);
  report.results(printPlan(local, commands));
  reportOwnDefaults(report, facts.tools);
  reportSummary(report, project, changes);
  for (const name of facts.terminating)
    report.message(`Namespace ${name} is being deleted: apply waits until it is gone.`);
  for (const line of facts.unknown) report.message(`${report.messageStyle.warning('not looked up:')} ${line}`);
  reportLeft(report, left);
  reportNoticesBriefly(report, local.notices);
}

/** The closing table: where each service is reached, and the command line that proves it. */
export function reportApplied(report: Report, { project: { config }, services, before }: Applied): void {
  if (services.length === 0) {
    const runs = config.controller.install === false ? '' : `Controller ${config.controller.name} runs. `;
    report.result(`${runs}There are no services yet: ingress-tls add-service`);
    return;
  }
  report.results(
    printTable(
      ['HOST', 'MODE', 'URL'],
      services.map(({ host, mode, url }) => [host, mode, url]),
    ),
  );
  report.results([
    '',
    ...(before === undefined
      ? []
      : ['In another terminal, as they are reached from inside the cluster alone:', `  ${before}`, '']),
    'To try them:',
    ...services.map(({ curl, openssl }) => `  ${curl ?? openssl ?? ''}`),
  ]);
}

/** What could not be seen once all was applied, and what may be as it should not be. */
export function reportUnseen(report: Report, { unseen, remedy: way, hosts }: Serving): void {
  if (unseen !== undefined) {
    report.notice({
      level: 'info',
      code: 'serving-unseen',
      message: 'all is applied; whether clients are served could not be seen from here',
      remedy: way ?? 'ingress-tls verify --address HOST:PORT looks where the controller is reached',
    });
  }
  for (const { host, path = '', service, seen, cause = '', remedy = `ingress-tls verify ${service}` } of hosts.filter(
    ({ status }) => status === 'warning',
  )) {
    report.notice({
      level: 'warning',
      code: 'serving-doubtful',
      message: `${host}${path} shows ${seen}: ${cause}`,
      remedy,
    });
  }
}

/** Why it must not stay so, though all is applied: what clients are shown is wrong. */
export function explainUnserved({ hosts }: Serving): NegativeAnswer | undefined {
  const failed = hosts.filter(({ status }) => status === 'failed');
  const [first] = failed;
  if (first === undefined) return undefined;
  const what = failed.length === 1 ? `${first.host}${first.path ?? ''} is` : `${failed.length} hosts are`;
  return new NegativeAnswer(`all is applied, but ${what} not served as it should be`, {
    details: failed.map(({ host, path = '', seen }) => `${host}${path}: ${seen}`),
    remedy: `ingress-tls verify ${[...new Set(failed.map(({ service }) => service))].join(' ')}`,
  });
}

function reportSummary(report: Report, { profile }: Project, changes: ClusterChanges | undefined): void {
  if (changes === undefined) return;
  if (profile.applyMethod !== 'server-side')
    report.message(
      'All of manifests/ and secrets/ is sent each time: a cluster this old cannot say what would change.',
    );
  for (const line of summarizeChanges(changes)) report.verbatim(line);
  const left = changes.objects.flatMap(({ object, change, missingKeys }) =>
    missingKeys === undefined || change !== 'unchanged'
      ? []
      : [`${printObjectName(object)} (${missingKeys.join(', ')})`],
  );
  if (left.length > 0)
    report.message(`left as they are, with the certificates of certs/, because keys are not here: ${left.join(', ')}`);
}

function reportLeft(report: Report, left: Orphans): void {
  const names = [
    ...left.releases.map(({ name, namespace }) => `release ${namespace}/${name}`),
    ...left.objects.map(printObjectName),
  ];
  if (names.length === 0) return;
  report.notice({
    level: 'warning',
    code: 'no-longer-wanted',
    message: `on the cluster and no longer in ${places.config}: ${names.join(', ')}`,
    remedy: 'ingress-tls apply --prune removes them',
  });
}
