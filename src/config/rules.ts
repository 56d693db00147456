import type { Mode } from '../model/mode.ts';
import { defaults } from './defaults.ts';
import { certificateSchema, domainSchema, hostSchema, serviceSchema } from './schema.ts';
import type { ControllerSchema } from './schema.ts';
import { checkPodCertificate, checkSource, decidesHosts, isBrought } from './certificate-rules.ts';
import { checkCertificateFiles, checkClientAuth, checkPersons, listPlaces } from './client-rules.ts';
import {
  checkHostCertificates,
  checkNamedCertificate,
  refuseUncoveredHost,
  trustHostCertificates,
  type TrustedHostCertificate,
} from './host-certificate-rules.ts';
import { checkExposure } from './exposure-rules.ts';
import { checkInstall } from './install-rules.ts';
import { checkPaths, createHostClaims, trustPaths, type TrustedPath } from './path-rules.ts';
import { hostName } from './text-rules.ts';
import { quote } from '../text/escape.ts';
import { accepted, refuseOverlong, toList, toRecord, type Breach } from './trusted.ts';
import { checkValueTexts } from './value-texts.ts';
import type { Path } from './wording.ts';

/** helm@3 pkg/chartutil/validate_name.go: a release has at most 53 characters, which leaves room for suffixes. */
const longestRelease = 53;
/** File names in certs/ that are not a service's. */
const reservedNames: Readonly<Record<string, string>> = {
  wildcard: 'certs/wildcard.crt is the wildcard certificate',
  ca: "certs/ca.crt is the project's authority",
};
/** Behind a release's name these name the Secrets of a service. All are kept in every mode, so that a mode can change. */
const secretSuffixes = ['tls', 'client-ca', 'controller-ca', 'upstream-ca'];

/** What can be trusted of a file in which other fields may be wrong: each is absent when its own schema refuses it. */
interface TrustedService {
  readonly path: Path;
  readonly name: string | undefined;
  readonly mode: Mode | undefined;
  readonly host: string | undefined;
  readonly hosts: readonly (string | undefined)[];
  readonly protocol: string | undefined;
  readonly paths: readonly TrustedPath[];
  /** Keys that are given. */
  readonly given: ReadonlySet<string>;
  /** Absent, or of the wrong form: empty. */
  readonly existing: Readonly<Record<string, unknown>>;
  readonly clientAuth: unknown;
  /** Of the pods; absent, or of the wrong form: empty. */
  readonly certificate: Readonly<Record<string, unknown>>;
  /** Name of the certificate that the controller shows; absent: the wildcard. */
  readonly hostCertificate: unknown;
  /** Whether clients are asked for a certificate. */
  readonly asks: boolean;
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly values: unknown;
}

/**
 * Checks what concerns several fields at once. Goes in: the file's data, valid or not. Comes out: every breach among the
 * fields that are valid by themselves, so that one wrong field does not hide what is wrong elsewhere.
 */
export function findBreaches(data: unknown, controllerSchema: ControllerSchema): Breach[] {
  const root = toRecord(data);
  const domain = accepted(domainSchema, root['domain'])?.toLowerCase();
  const controller = toRecord(root['controller']);
  const certificate = toRecord(root['certificate']);
  const controllerName = accepted(controllerSchema.shape.name, controller['name']);
  const services = toList(root['services']).map((service, index) => trust(service, index));
  const certificates = trustHostCertificates(root['hostCertificates']);
  const secretName = accepted(certificateSchema.shape.secretName, certificate['secretName']);
  return [
    ...checkSharedWith(toList(controller['sharedWith']), controllerName ?? defaults.controller.name),
    ...checkInstall(controller),
    ...checkExposure(controller),
    ...checkSource(certificate, ['certificate']),
    ...checkHostCertificates(certificates, services, secretName),
    ...[{ fields: certificate, path: ['certificate'] }, ...certificates].flatMap(({ fields, path }) =>
      checkOwnAuthority(fields['authority'], [...path, 'authority'], services, certificates),
    ),
    ...checkNames(services, controllerName),
    ...[{ secretName, path: ['certificate'] }, ...certificates].flatMap((each) =>
      checkSecretName(each.secretName, [...each.path, 'secretName'], services, controllerName),
    ),
    ...checkHosts(services, domain, decidesHosts(certificate), certificates),
    ...services.flatMap((service) => [
      ...checkClientAuth(service),
      ...checkProtocol(service),
      ...checkNamedCertificate(service, certificates),
      ...checkUpstreamClientCertificate(service),
      ...checkAnnotationSize(service),
      ...checkExisting(service, domain),
      ...(service.given.has('certificate')
        ? checkPodCertificate(service.certificate, {
            ...service,
            isShown: service.given.has('upstreamClientCertificate'),
          })
        : []),
      ...checkPaths(service),
      ...checkOwnPlaces(service, services, controllerName, certificates),
      ...checkValueTexts(service.values, [...service.path, 'values']),
    ]),
  ];
}

/** The host of a service that names none. */
export function defaultHost(name: string, domain: string): string {
  return `${name}.${domain}`;
}

function trust(value: unknown, index: number): TrustedService {
  const fields = toRecord(value);
  const { name, mode, host, protocol } = serviceSchema.shape;
  const path = ['services', index];
  const { clientAuth } = fields;
  return {
    path,
    name: accepted(name, fields['name']),
    mode: accepted(mode, fields['mode']),
    host: accepted(host, fields['host'])?.toLowerCase(),
    hosts: toList(fields['hosts']).map((each) => accepted(hostSchema, each)?.toLowerCase()),
    protocol: accepted(protocol, fields['protocol']),
    paths: trustPaths(fields['paths'], path),
    given: new Set(Object.keys(fields).filter((key) => fields[key] !== undefined)),
    existing: toRecord(fields['service']),
    clientAuth,
    hostCertificate: fields['hostCertificate'],
    certificate: toRecord(fields['certificate']),
    asks: clientAuth === true || (typeof clientAuth === 'object' && toRecord(clientAuth)['mode'] !== 'off'),
    annotations: toRecord(fields['annotations']),
    values: fields['values'],
  };
}

function checkSharedWith(names: readonly unknown[], own: string): Breach[] {
  return names.flatMap((name, index): Breach[] => {
    const path = ['controller', 'sharedWith', index];
    if (name === own) return [{ path, message: `${quote(own)} is this controller itself; name the others only` }];
    return names.indexOf(name) < index ? [{ path, message: `${quote(String(name))} is named twice` }] : [];
  });
}

function checkNames(services: readonly TrustedService[], controllerName: string | undefined): Breach[] {
  const breaches: Breach[] = [];
  const nameOwners = new Map<string, string>();
  for (const { name, path } of services) {
    if (name === undefined) continue;
    const namePath = [...path, 'name'];
    const owner = nameOwners.get(name);
    if (owner === undefined) nameOwners.set(name, `services[${path[1] ?? 0}]`);
    else breaches.push({ path: namePath, message: `${quote(name)} is the name of ${owner} already` });
    const reserved = Object.hasOwn(reservedNames, name) ? reservedNames[name] : undefined;
    if (reserved !== undefined) {
      breaches.push({ path: namePath, message: `${quote(name)} is reserved: ${reserved}; choose another name` });
    }
    const release = `${controllerName ?? ''}-${name}`;
    if (controllerName !== undefined && release.length > longestRelease) {
      const message =
        `its Helm release ${quote(release)} has ${release.length} characters, ` +
        `Helm takes at most ${longestRelease}; shorten the name`;
      breaches.push({ path: namePath, message });
    }
  }
  return [...breaches, ...checkCertificateFiles(services, nameOwners), ...checkPersons(services)];
}

/** Every Secret has one file in secrets/, named after it alone. */
function checkSecretName(
  secretName: string | undefined,
  path: Path,
  services: readonly TrustedService[],
  controllerName: string | undefined,
): Breach[] {
  if (secretName === undefined || controllerName === undefined) return [];
  const owner = services.find(
    ({ name }) =>
      name !== undefined && secretSuffixes.some((suffix) => secretName === `${controllerName}-${name}-${suffix}`),
  );
  if (owner?.name === undefined) return [];
  const message =
    `${quote(secretName)} is kept for a Secret of the service ${quote(owner.name)}: the two would share one file in secrets/, ` +
    'and one private key or authority would be lost; choose another name';
  return [{ path, message }];
}

/** @param isWildcardBrought whether a person's own certificate is shown in terminate and reencrypt: it decides then, and the plan judges it. */
function checkHosts(
  services: readonly TrustedService[],
  domain: string | undefined,
  isWildcardBrought: boolean,
  certificates: readonly TrustedHostCertificate[],
): Breach[] {
  const breaches: Breach[] = [];
  const claim = createHostClaims();
  for (const service of services) {
    if (service.given.has('host') && service.given.has('hosts')) {
      const message = 'a service has host or hosts; name all of them in hosts';
      breaches.push({ path: [...service.path, 'host'], message, role: 'key' });
    }
    for (const { path, host, isDefault } of listTrustedHosts(service, domain)) {
      if (isDefault && !isHost(host)) {
        const message =
          `its host ${quote(host)} would have ${host.length} characters, ` +
          `a DNS name has at most ${hostName.maxLength}`;
        breaches.push({ path, message });
      }
      const breach = claim(host, path, service);
      if (breach !== undefined) breaches.push(breach);
      const named =
        service.mode === 'passthrough' ? undefined : certificates.find(({ name }) => name === service.hostCertificate);
      const uncovered = named && refuseUncoveredHost(named, host, path);
      if (uncovered !== undefined) breaches.push(uncovered);
      const isCovered =
        service.mode === 'passthrough'
          ? isBrought(service.certificate)
          : isWildcardBrought || service.hostCertificate !== undefined;
      if (domain !== undefined && !isDefault && !isCovered)
        breaches.push(...checkHostInDomain(service, host, domain, path));
    }
  }
  return breaches;
}

function listTrustedHosts(
  { path, name, host, hosts, given }: TrustedService,
  domain: string | undefined,
): readonly { readonly path: Path; readonly host: string; readonly isDefault: boolean }[] {
  const named = hosts.flatMap((each, index) =>
    each === undefined ? [] : [{ path: [...path, 'hosts', index], host: each, isDefault: false }],
  );
  if (host !== undefined) return [{ path: [...path, 'host'], host, isDefault: false }, ...named];
  if (given.has('host') || given.has('hosts') || name === undefined || domain === undefined) return named;
  return [{ path: [...path, 'name'], host: defaultHost(name, domain), isDefault: true }];
}

function checkHostInDomain({ mode }: TrustedService, host: string, domain: string, path: Path): Breach[] {
  if (host !== domain && !host.endsWith(`.${domain}`)) {
    const why =
      mode === 'passthrough'
        ? "the project's authority may issue certificates for this domain only; for a certificate of your own write certificate: {source: files} here"
        : `the wildcard certificate is for *.${domain} and ${domain}; name another one for it (hostCertificate), or for one of your own write certificate: {source: files} at the top of the file`;
    return [{ path, message: `${quote(host)} is outside the domain ${domain}; ${why}` }];
  }
  const depth = host === domain ? 0 : host.slice(0, -domain.length - 1).split('.').length;
  if (mode === undefined || mode === 'passthrough' || depth <= 1) return [];
  // RFC 6125, 6.4.3: a wildcard stands for one label.
  const flat = `${host.slice(0, -domain.length - 1).replaceAll('.', '-')}.${domain}`;
  const message =
    `the wildcard *.${domain} covers one label, ${quote(host)} has ${depth} below the domain; ` +
    `in ${mode} use for instance ${flat}, or name a certificate for it (hostCertificate)`;
  return [{ path, message }];
}

/** Beside a Service that is there already, what makes pods does nothing. */
function checkExisting({ path, mode, given, existing }: TrustedService, domain: string | undefined): Breach[] {
  if (!given.has('service')) return [];
  const useless = ['image', 'port', 'replicas']
    .filter((key) => given.has(key))
    .map((key): Breach => {
      const message = "does nothing beside service: the pods are somebody else's";
      return {
        path: [...path, key],
        message: key === 'port' ? `${message}; the Service's port is service.port` : message,
        role: 'key',
      };
    });
  const { authority, serverName } = existing;
  const at = (key: string): Pick<Breach, 'path' | 'role'> => ({ path: [...path, 'service', key], role: 'key' });
  const breaches = [...useless];
  if (authority !== undefined && mode === 'terminate')
    breaches.push({ ...at('authority'), message: 'does nothing in terminate: the pod gets plain HTTP' });
  if (serverName !== undefined && mode !== undefined && mode !== 'reencrypt')
    breaches.push({ ...at('serverName'), message: `does nothing in ${mode}: only reencrypt has a hop to verify` });
  if (typeof serverName === 'string' && authority === undefined && mode === 'reencrypt' && domain !== undefined) {
    const name = serverName.toLowerCase();
    const permitted = [domain, 'svc', 'svc.cluster.local'];
    if (!permitted.some((each) => name === each || name.endsWith(`.${each}`)))
      breaches.push({
        ...at('serverName'),
        message: `${quote(serverName)} is none of the names that the project's authority may sign (${permitted.join(', ')} and below); name the authority that did`,
      });
  }
  return breaches;
}

/** A name that the project gives to what it makes itself: apply would lead to it, and take it away at the same time. */
function checkOwnPlaces(
  { path, existing, paths, clientAuth, certificate }: TrustedService,
  services: readonly TrustedService[],
  controllerName: string | undefined,
  certificates: readonly TrustedHostCertificate[],
): Breach[] {
  const named = [{ at: path, service: existing['name'] }, ...paths];
  const breaches = named.flatMap(({ at, service: name }): readonly Breach[] => {
    const maker = services.find(
      (other) => other.name !== undefined && name === `${controllerName ?? ''}-${other.name}`,
    );
    if (controllerName === undefined || maker?.name === undefined) return [];
    const message = `${quote(String(name))} is the name of what the chart of ${maker.name} makes; a Service that is there already has another`;
    return [{ path: [...at, 'service', 'name'], message }];
  });
  return [
    ...breaches,
    ...Object.entries({ service: existing, certificate, clientAuth: toRecord(clientAuth) }).flatMap(
      ([field, { authority }]) => checkOwnAuthority(authority, [...path, field, 'authority'], services, certificates),
    ),
  ];
}

function checkOwnAuthority(
  authority: unknown,
  path: Path,
  services: readonly TrustedService[],
  certificates: readonly TrustedHostCertificate[],
): Breach[] {
  if (authority === 'certs/ca.crt') {
    const message =
      path[0] !== 'services'
        ? "certs/ca.crt is the project's own authority; for a certificate of it use source: project, without authority"
        : path.includes('clientAuth')
          ? "certs/ca.crt is the project's own authority, which signs pods and no clients; name your clients' own, or leave authority out"
          : "certs/ca.crt is the project's own authority, which signs where none is named; leave authority out";
    return [{ path, message }];
  }
  if (authority === 'certs/wildcard.crt')
    return [
      { path, message: 'certs/wildcard.crt is the wildcard certificate, and no authority; give the file another name' },
    ];
  const shown = certificates.find(({ name }) => name !== undefined && authority === `certs/${name}.crt`);
  if (shown?.name !== undefined)
    return [
      {
        path,
        message: `certs/${shown.name}.crt is the certificate of hostCertificates, and no authority; give the file another name`,
      },
    ];
  const owner = services.find((service) => listPlaces(service).some((file) => file === authority));
  if (owner?.name === undefined) return [];
  return [
    {
      path,
      message: `${quote(String(authority))} is the place of a certificate of ${owner.name}; give the file another name`,
    },
  ];
}

function checkProtocol({ path, mode, protocol, given }: TrustedService): Breach[] {
  if (protocol === undefined || protocol === 'http') return [];
  const at = [...path, 'protocol'];
  if (protocol === 'tcp' && mode !== undefined && mode !== 'passthrough') {
    const message = `in ${mode} the controller reads HTTP; what else there is it can only pass through: use mode: passthrough`;
    return [{ path: at, message }];
  }
  if (given.has('image') || given.has('service')) return [];
  return [{ path: at, message: 'the demo backend speaks HTTP; name the image or the service that speaks it' }];
}

function checkUpstreamClientCertificate({ path, mode, given }: TrustedService): Breach[] {
  if (!given.has('upstreamClientCertificate') || mode === undefined || mode === 'reencrypt') return [];
  const message =
    mode === 'terminate'
      ? 'does nothing in terminate: the pod gets plain HTTP'
      : "does nothing in passthrough: the pod sees the client's own certificate";
  return [{ path: [...path, 'upstreamClientCertificate'], message, role: 'key' }];
}

function checkAnnotationSize({ path, annotations }: TrustedService): Breach[] {
  return refuseOverlong([...path, 'annotations'], annotations);
}

function isHost(host: string): boolean {
  return host.length <= hostName.maxLength && hostName.pattern.test(host);
}
