import { resolve } from 'node:path';

import { judgeChain } from '../../certs/chain.ts';
import { inspectCertificate } from '../../certs/inspect.ts';
import { isPair } from '../../certs/key-pair.ts';
import { hasOwnForm } from '../../certs/own-form.ts';
import { formatDate } from '../../certs/validity.ts';
import { UsageError } from '../../errors.ts';
import type { PlannedService } from '../../model/chart.ts';
import { hasOwnClients } from '../../model/client-auth.ts';
import type { ClientIdentity } from '../../model/probe.ts';
import { clientAuthority, clientPair, type PairPaths } from '../../project/places.ts';
import type { ProjectFiles } from '../../world/files/files.ts';
import { readPem } from '../../world/files/object-text.ts';
import type { OwnClient } from '../../verify/subject.ts';
import { readPersonalPem } from '../../world/files/personal-files.ts';

/**
 * A certificate and its key that a person named, wherever they lie.
 * @param currentFolder against which their paths are taken. @throws UsageError when one is missing or they do not fit.
 */
export function readOwnClient(paths: PairPaths, currentFolder: string): OwnClient {
  const [certificate, key] = [paths.certificate, paths.key].map((path) => {
    const text = readPersonalPem(resolve(currentFolder, path), path);
    if (text === undefined)
      throw new UsageError(`cannot connect as a client: ${path} is not there`, {
        remedy: 'give the paths of --cert and --key as they are seen from the current folder',
      });
    return text;
  });
  const pair = { certificate: certificate ?? '', key: key ?? '' };
  return { ...checkPair(pair, paths, { remedy: 'bring the right one of the two' }), path: paths.certificate };
}

/** The project's own client of a service. Keys are in no repository: where a colleague's clone has the certificate alone there is none. */
export function readClient(files: ProjectFiles, service: PlannedService): OwnClient | undefined {
  if (!hasOwnClients(service)) return undefined;
  const paths = clientPair(service.name);
  const look = (): ClientIdentity | undefined => {
    const certificate = readPem(files, paths.certificate);
    const key = readPem(files, paths.key);
    return certificate === undefined || key === undefined ? undefined : { certificate, key };
  };
  const first = look();
  // Whoever renews a pair may have replaced it between the two looks.
  const found = first !== undefined && !isPair(first.certificate, first.key, paths.key) ? look() : first;
  const advice = { remedy: 'bring the right one of the two, or move both away and run ingress-tls render' };
  return (
    found && {
      ...checkPair(found, paths, advice),
      ...{ path: paths.certificate, isOurs: hasOwnForm(found.certificate) },
    }
  );
}

/** Why whoever asks the clients of a service has to refuse this one, as a clause; undefined where nothing in the files says so. */
export function findClientFault(
  { certificate, path }: OwnClient,
  files: ProjectFiles,
  service: PlannedService,
  now: Date,
): string | undefined {
  const { notBefore, notAfter } = inspectCertificate(certificate, path);
  if (notAfter <= now) return `${path} expired on ${formatDate(notAfter, now)}`;
  if (notBefore > now) return `${path} is not valid before ${formatDate(notBefore, now)}`;
  const authority = clientAuthority(service);
  const pem = readPem(files, authority);
  if (pem === undefined) return undefined;
  const { lacks, breach, soonest } = judgeChain(certificate, { pem, origin: authority }, 'client');
  if (lacks !== undefined) return `${path} does not lead to ${authority}`;
  if (soonest !== undefined && soonest.notAfter <= now)
    return `${path} leads over ${soonest.subject}, which expired on ${formatDate(soonest.notAfter, now)}`;
  return breach;
}

function checkPair(client: ClientIdentity, paths: PairPaths, advice: { readonly remedy: string }): ClientIdentity {
  if (isPair(client.certificate, client.key, paths.key, paths.certificate)) return client;
  throw new UsageError(
    `cannot connect as a client: ${paths.certificate} and ${paths.key} do not belong together`,
    advice,
  );
}
