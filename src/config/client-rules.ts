import type { Mode } from '../model/mode.ts';
import { quote } from '../text/escape.ts';
import { toList, toRecord, type Breach } from './trusted.ts';
import type { Path } from './wording.ts';

/** What of a service decides how its clients are asked, and which certificates it has; each absent where its own schema refuses it. */
interface ServiceOfClients {
  readonly path: Path;
  readonly name: string | undefined;
  readonly mode: Mode | undefined;
  /** Keys that are given. */
  readonly given: ReadonlySet<string>;
  readonly clientAuth: unknown;
  /** Whether clients are asked for a certificate. */
  readonly asks: boolean;
}

/** What would be taken in silence and do nothing. */
export function checkClientAuth({ path, mode, clientAuth }: ServiceOfClients): Breach[] {
  const fields = toRecord(clientAuth);
  const given = ['authority', 'depth', 'forward', 'clients'].filter((key) => isGiven(fields[key]));
  const refuse = (key: string, message: string): Breach => ({
    path: [...path, 'clientAuth', key],
    message,
    role: 'key',
  });
  if (fields['mode'] === 'off') return given.map((key) => refuse(key, 'does nothing beside mode: "off"'));
  const whys: Readonly<Record<string, string>> = {
    ...(given.includes('authority') && {
      clients:
        'does nothing beside authority: whoever has its key issues the certificates of clients; leave clients out',
    }),
    ...(mode === 'passthrough' && {
      depth:
        'does nothing in passthrough: it is the pod that reads the chain, as far as its program does; leave depth out',
      forward: 'does nothing in passthrough: the client shows its certificate to the pod itself; leave forward out',
    }),
  };
  return given.flatMap((key) => (whys[key] === undefined ? [] : [refuse(key, whys[key])]));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

/**
 * A service x with client certificates has certs/x, certs/x-client and certs/x-client-ca, and certs/x-controller and certs/x-controller-ca
 * where the controller both asks for one and shows one; another service may not be called so.
 */
export function checkCertificateFiles(
  services: readonly ServiceOfClients[],
  nameOwners: ReadonlyMap<string, string>,
): Breach[] {
  const breaches: Breach[] = [];
  for (const { name, mode, path, given, asks } of services) {
    if (name === undefined) continue;
    const isShown = given.has('upstreamClientCertificate');
    const files = [
      ...(mode === 'passthrough' || isShown || asks ? [`${name}-client`, `${name}-client-ca`] : []),
      ...(isShown && asks ? [`${name}-controller`, `${name}-controller-ca`] : []),
    ];
    for (const taken of files) {
      const owner = nameOwners.get(taken);
      if (owner === undefined) continue;
      const message =
        `its client certificate certs/${taken}.crt would clash with the files of ${owner}, ` +
        `which is called ${taken}; rename one of the two`;
      breaches.push({ path: [...path, 'name'], message });
    }
  }
  return breaches;
}

/** Each person has a file of their own. */
export function checkPersons(services: readonly ServiceOfClients[]): Breach[] {
  return services.flatMap((service) =>
    listPersons(service).flatMap((person, index, persons): readonly Breach[] => {
      const refuse = (message: string): readonly Breach[] => [
        { path: [...service.path, 'clientAuth', 'clients', index], message },
      ];
      if (service.name === undefined || typeof person !== 'string') return [];
      if (persons.indexOf(person) < index) return refuse(`${quote(person)} is named twice`);
      const file = personFile(service.name, person);
      if (person === 'ca') return refuse(`${file} is the authority of the clients; choose another name`);
      const owner = services.find((other) => other !== service && listPlaces(other).includes(file));
      if (owner?.name === undefined) return [];
      return refuse(
        `${quote(person)} would have ${file}, the place of a certificate of ${owner.name}; choose another name`,
      );
    }),
  );
}

/** Every place that a certificate of the service may have in certs/, in whatever mode. */
export function listPlaces({ name, clientAuth }: Pick<ServiceOfClients, 'name' | 'clientAuth'>): readonly string[] {
  if (name === undefined) return [];
  return [
    ...['', '-client', '-client-ca', '-controller', '-controller-ca'].map((suffix) => `certs/${name}${suffix}.crt`),
    ...listPersons({ clientAuth }).flatMap((person) => (typeof person === 'string' ? [personFile(name, person)] : [])),
  ];
}

function listPersons({ clientAuth }: Pick<ServiceOfClients, 'clientAuth'>): readonly unknown[] {
  return toList(toRecord(clientAuth)['clients']);
}

function personFile(service: string, person: string): string {
  return `certs/${service}-client-${person}.crt`;
}
