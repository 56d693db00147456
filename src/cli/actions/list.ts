import { listHosts } from '../../model/hosts.ts';
import { listPaths } from '../../model/paths.ts';
import type { DesiredService } from '../../project/desired-services.ts';
import { listProject, type ListedCertificate, type ProjectList } from '../../app/list.ts';
import { formatDate, formatTimeLeft } from '../../certs/validity.ts';
import { exitCodes } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import type { Entry } from '../../model/controller-profile.ts';
import { asksAtController } from '../../model/client-auth.ts';
import { namePort, printUrl } from '../../project/desired-project.ts';
import { chartFolder } from '../../project/places.ts';
import { escapeControls } from '../../text/escape.ts';
import { printTable } from '../../text/columns.ts';
import type { Report } from '../output/report.ts';
import type { CommandSession } from '../session.ts';

export interface ListOptions {
  /** Seconds; true: as the rule for what expires soon says. */
  readonly expiring?: number | true;
}

/** Says what the project holds, or which certificates expire: then exit 1 where there is one. */
export async function list(session: CommandSession, { expiring }: ListOptions): Promise<number> {
  const found = await listProject(session, expiring === true ? undefined : expiring);
  const isAsked = expiring !== undefined;
  session.report.say({
    json: () => ({
      ...listToJson(found),
      ...(isAsked && { expiring: found.expiring.map(({ certificate }) => certificate) }),
    }),
    text: () => {
      if (isAsked) reportExpiring(session, found);
      else reportList(session, found);
    },
  });
  return isAsked && found.expiring.length > 0 ? exitCodes.no : exitCodes.done;
}

function reportExpiring({ report }: CommandSession, { expiring, now }: ProjectList): void {
  if (expiring.length === 0) report.message('No certificate expires within that time.');
  else reportCertificates(report, expiring, now);
}

function listToJson({ project: { config, desired }, certificates }: ProjectList): object {
  return {
    domain: config.domain,
    namespace: config.namespace,
    ...(config.context !== undefined && { context: config.context }),
    controller: controllerToJson(config, desired.entry),
    services: desired.services.map((service) => ({
      name: service.name,
      mode: service.mode,
      host: service.host,
      hosts: listHosts(service),
      paths: listPaths(service),
      url: printUrl(desired.entry, service),
      release: service.release,
      namespace: service.namespace,
      existingService: service.service ?? null,
      protocol: service.protocol ?? 'http',
      containerPort: service.service === undefined ? service.port : null,
      servicePort: service.service?.port ?? service.servicePort.number,
      replicas: service.replicas ?? null,
      clientAuth: service.clientAuth,
      ...(service.clientAuthDetails !== undefined && { clientAuthDetails: service.clientAuthDetails }),
      upstreamClientCertificate: service.upstreamClientCertificate ?? false,
      image: service.image ?? null,
      chart: chartFolder(service.name),
      secrets: desired.objects.filter((object) => object.service === service.name).map(({ path }) => path),
    })),
    certificates,
  };
}

/** With what is seen in no other column: that the controller asks for certificates. */
function showMode(service: DesiredService): string {
  return asksAtController(service) ? `${service.mode}, client certificate` : service.mode;
}

/** The first, with the path at which the service is asked where that is not the root, and how many more. */
function showHosts({ host, entryPath = '', moreHosts = [] }: DesiredService): string {
  return `${host}${entryPath}${moreHosts.length === 0 ? '' : ` +${moreHosts.length}`}`;
}

/** From the Service's to the container's; of a Service that is there already its own. */
function showPort({ service, servicePort, port, namespace }: DesiredService): string {
  return service === undefined ? `${servicePort.number} -> ${port}` : `${namespace}/${service.name}:${service.port}`;
}

/** A node port that nothing opens is none. */
function controllerToJson({ controller }: Config, { kind }: Entry): unknown {
  if (kind === 'node-port' || kind === 'elsewhere') return controller;
  return Object.fromEntries(Object.entries(controller).filter(([field]) => field !== 'nodePort'));
}

function reportList(
  { report }: CommandSession,
  { project: { config, desired }, certificates, now }: ProjectList,
): void {
  const { style } = report;
  report.result(
    `${style.strong(config.domain)}: controller ${config.controller.name} (${config.controller.profile}) in namespace ${config.controller.namespace}, ${namePort(desired.entry)}${config.context === undefined ? '' : `; context ${escapeControls(config.context)}`}`,
  );
  report.result('');
  if (desired.services.length === 0) report.result('no services yet: ingress-tls add-service');
  else {
    const rows = desired.services.map((service) => [
      service.name,
      showMode(service),
      showHosts(service),
      showPort(service),
      chartFolder(service.name),
    ]);
    report.results(printTable(['SERVICE', 'MODE', 'HOST', 'PORT', 'CHART'], rows));
  }
  report.result('');
  reportCertificates(report, certificates, now);
}

function reportCertificates(report: Report, certificates: readonly ListedCertificate[], now: Date): void {
  // Where all are together, as where they were made, there is nothing to tell.
  const isKeyApart = certificates.some(({ expires, hasKey }) => hasKey !== null && (expires !== null) !== hasKey);
  const rows = certificates.map((listed) => [
    listed.certificate,
    listed.expires === null ? 'missing' : formatDate(new Date(listed.expires), now),
    formatLeft(listed, now),
    ...(isKeyApart ? [listed.hasKey === null ? '' : listed.hasKey ? 'here' : 'not here'] : []),
  ]);
  report.results(printTable(['CERTIFICATE', 'EXPIRES', 'LEFT', ...(isKeyApart ? ['KEY'] : [])], rows));
}

/** What is left of its time, and that it is a person's own. */
export function formatLeft({ state, source, validFrom, daysLeft, rotation }: ListedCertificate, now: Date): string {
  if (state === 'missing') return '';
  const left =
    daysLeft === null ? `valid from ${formatDate(new Date(validFrom ?? 0), now)}` : formatTimeLeft(state, daysLeft);
  if (rotation !== undefined) return `${left}, being replaced`;
  return source === 'files' ? `${left}, your own` : left;
}
