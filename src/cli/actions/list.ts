import { describeDate } from '../../certs/validity.ts';
import { exitCodes } from '../../errors.ts';
import type { ObservedPair } from '../../model/observed.ts';
import { observeProject } from '../../world/files/observe.ts';
import { chartFolder } from '../../project/places.ts';
import type { WantedPair } from '../../project/wanted-pairs.ts';
import { loadProject, type Project } from '../../app/project.ts';
import type { CommandSession } from '../session.ts';
import { printTable } from '../../text/table.ts';

const millisecondsOfDay = 24 * 60 * 60 * 1000;

/** Lists what the project holds. Reads only. */
export function list(session: CommandSession): Promise<number> {
  const project = loadProject(session);
  const observed = observeProject(session.files, {
    paths: [],
    gitFiles: [],
    objects: [],
    pairs: project.desired.pairs.map(({ paths }) => paths),
  });
  const now = session.world.now();
  const certificates = project.desired.pairs.map((pair) => describePair(pair, observed.pairs.get(pair.paths.certificate), now));
  session.report.say({
    json: () => describeForPrograms(project, certificates),
    text: () => { printProject(session, project, certificates, now); },
  });
  return Promise.resolve(exitCodes.done);
}

interface ListedCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly names: readonly string[];
  /** ISO date and time, as `expires`; null where the certificate is not there. */
  readonly validFrom: string | null;
  readonly expires: string | null;
  readonly daysLeft: number | null;
}

function describePair(pair: WantedPair, found: ObservedPair | undefined, now: Date): ListedCertificate {
  const facts = found?.certificate;
  return {
    certificate: pair.paths.certificate,
    key: pair.paths.key,
    names: facts?.dnsNames ?? [],
    validFrom: facts?.notBefore.toISOString() ?? null,
    expires: facts?.notAfter.toISOString() ?? null,
    // What has not begun has no days left.
    daysLeft: facts === undefined || facts.notBefore > now ? null : Math.floor((facts.notAfter.getTime() - now.getTime()) / millisecondsOfDay),
  };
}

function describeForPrograms({ config, desired }: Project, certificates: readonly ListedCertificate[]): unknown {
  return {
    domain: config.domain,
    namespace: config.namespace,
    controller: config.controller,
    services: desired.services.map((service) => ({
      name: service.name,
      mode: service.mode,
      host: service.host,
      url: `https://${service.host}:${config.controller.nodePort}/`,
      release: service.release,
      containerPort: service.port,
      servicePort: service.servicePort.number,
      replicas: service.replicas ?? null,
      clientAuth: service.clientAuth,
      image: service.image ?? null,
      chart: chartFolder(service.name),
      secrets: desired.objects.filter((object) => object.service === service.name).map(({ path }) => path),
    })),
    certificates,
  };
}

function printProject({ report }: CommandSession, { config, desired }: Project, certificates: readonly ListedCertificate[], now: Date): void {
  const { style } = report;
  report.result(
    `${style.strong(config.domain)}: controller ${config.controller.name} (${config.controller.profile}) in namespace ${config.controller.namespace}, node port ${config.controller.nodePort}`,
  );
  report.result('');
  if (desired.services.length === 0) report.result('no services yet: ingress-tls add-service');
  else {
    const rows = desired.services.map((service) => [
      service.name,
      service.mode,
      service.host,
      `${service.servicePort.number} -> ${service.port}`,
      chartFolder(service.name),
    ]);
    report.results(printTable(['SERVICE', 'MODE', 'HOST', 'PORT', 'CHART'], rows));
  }
  report.result('');
  const rows = certificates.map(({ certificate, validFrom, expires, daysLeft }) => [
    certificate,
    expires === null ? 'missing' : describeDate(new Date(expires), now),
    validFrom === null ? '' : daysLeft === null ? `valid from ${describeDate(new Date(validFrom), now)}` : daysLeft < 0 ? 'expired' : `${daysLeft} days`,
  ]);
  report.results(printTable(['CERTIFICATE', 'EXPIRES', 'LEFT'], rows));
}
