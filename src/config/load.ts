import type * as z from 'zod/mini';
import { UsageError } from '../errors.ts';
import type { ClientAuthDetails, Config, ExistingService, ExposureIntent, ServiceIntent } from '../model/config.ts';
import { apiVersion } from './defaults.ts';
import { isBrought } from './certificate-rules.ts';
import { selectGiven } from './given-fields.ts';
import { defaultHost, findBreaches } from './rules.ts';
import {
  certificateSchema,
  clientAuthSchema,
  createSchema,
  existingServiceSchema,
  exposureSchema,
  hostCertificateSchema,
  pathSchema,
  pathServiceSchema,
  plainPortSchema,
  serviceSchema,
} from './schema.ts';
import type { Intent } from './schema.ts';
import { formatProblem, isAmbiguous, readSource } from './source.ts';
import type { Problem, Source } from './source.ts';
import { nearest } from '../text/nearest.ts';
import { quote } from '../text/escape.ts';
import { alternatives } from './wording.ts';
import type { Path } from './wording.ts';
import type { JsonObject } from '../model/json.ts';
import { endsInPod } from '../model/mode.ts';

const mostDetails = 50;

/**
 * Reads a text as ingress-tls.yaml. Goes in: the text, the name to print for it, the names of the controller profiles. Comes
 * out: what the person wants, defaults filled in, host names in lower case.
 * @throws UsageError with every problem at once in `details`, each `FILE:LINE:COLUMN: path: message`, in the file's order.
 */
export function parseConfig(text: string, fileName: string, profileNames: readonly string[]): Config {
  const source = readSource(text);
  if (!source.readable) throw refuse(source, fileName, source.problems);
  if (source.data === null || source.data === undefined) {
    throw new UsageError(`${fileName} is refused: it is empty`, {
      details: [`${fileName}:1:1: nothing but comments; expected apiVersion: ${apiVersion}, domain and services`],
      remedy: `remove the file and run ingress-tls init, or restore it from your version control`,
    });
  }
  const { schema, controllerSchema } = createSchema(profileNames);
  const keys = { '': Object.keys(schema.shape), controller: Object.keys(controllerSchema.shape), ...ownKeys };
  const result = schema.safeParse(source.data, { reportInput: true });
  const problems = [
    ...source.problems,
    ...(result.error?.issues ?? []).flatMap((issue) => explainIssue(issue, source, keys)),
    ...findBreaches(source.data, controllerSchema).map(({ path, message, role }) => ({
      path,
      message,
      offset: source.offsetOf(path, role),
    })),
    ...findMisreadScalars(source),
  ];
  if (!result.success || problems.length > 0) throw refuse(source, fileName, problems);
  return toConfig(result.data);
}

/**
 * Finds places of ingress-tls.yaml for notices. Goes in: the text and the name to print. Comes out: a function from a
 * Notice's path to `FILE:LINE:COLUMN`; of a path that the file does not have, the nearest part above. Never throws.
 */
export function createLocator(text: string, fileName: string): (path: Path) => string {
  const source = readSource(text);
  return (path) => `${fileName}:${source.position(source.offsetOf(path))}`;
}

/** Of each section, by the names on the way to it: `services.service`. */
type Keys = Readonly<Record<'' | 'controller' | keyof typeof ownKeys, readonly string[]>>;

const ownKeys = {
  'controller.service': Object.keys(exposureSchema.shape),
  'controller.service.http': Object.keys(plainPortSchema.shape),
  certificate: Object.keys(certificateSchema.shape),
  hostCertificates: Object.keys(hostCertificateSchema.shape),
  services: Object.keys(serviceSchema.shape),
  'services.service': Object.keys(existingServiceSchema.shape),
  'services.paths': Object.keys(pathSchema.shape),
  'services.paths.service': Object.keys(pathServiceSchema.shape),
  'services.clientAuth': Object.keys(clientAuthSchema.shape),
};

function refuse(source: Source, fileName: string, problems: readonly Problem[]): UsageError {
  // One problem for each place: the first is the plainest, the rest follow from it.
  const byPlace = new Map<string, Problem>();
  for (const problem of problems) {
    const place = problem.path.length === 0 ? `${problem.offset}` : JSON.stringify(problem.path);
    if (!byPlace.has(place)) byPlace.set(place, problem);
  }
  const sorted = [...byPlace.values()].sort((left, right) => left.offset - right.offset);
  const details = sorted.slice(0, mostDetails).map((problem) => formatProblem(source, fileName, problem));
  if (sorted.length > mostDetails) details.push(`and ${sorted.length - mostDetails} more`);
  return new UsageError(`${fileName} is refused: ${sorted.length === 1 ? '1 problem' : `${sorted.length} problems`}`, {
    details,
    remedy: `correct ${fileName} and run the command again; ingress-tls schema prints what the file may hold`,
  });
}

function explainIssue(issue: z.core.$ZodIssue, source: Source, keys: Keys): Problem[] {
  const path = issue.path.filter((segment) => typeof segment !== 'symbol');
  const report = (message: string, role: 'key' | 'value' = 'value', at: Path = path): Problem => ({
    path: at,
    message,
    offset: source.offsetOf(at, role),
  });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => report(explainUnknownKey(key, path, keys), 'key', [...path, key]));
    case 'invalid_key':
      return [report(issue.issues[0]?.message ?? issue.message, 'key')];
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (issue.input === undefined) return [report(`missing; expected ${alternatives(values)}`)];
      const suggestion = typeof issue.input === 'string' ? nearest(issue.input, values) : undefined;
      const found = typeof issue.input === 'string' ? quote(issue.input) : describe(issue.input);
      const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
      return [report(`unknown ${String(path.at(-1) ?? 'value')} ${found}; expected ${alternatives(values)}${hint}`)];
    }
    case 'invalid_type':
      return [report(explainType(issue.expected, issue.input, source.writtenAt(path)))];
    case 'invalid_union': {
      const isSwitch = issue.errors.some(([first]) => first?.code === 'invalid_type' && first.expected === 'boolean');
      if (!isSwitch) return [report(issue.message)];
      // Of a mapping is said what is wrong in it, and not that it might have been something else.
      const inner = describe(issue.input) === 'a mapping' ? issue.errors.at(-1) : undefined;
      if (inner === undefined) return [report(explainType('boolean', issue.input, source.writtenAt(path)))];
      return inner.flatMap((each) => explainIssue({ ...each, path: [...issue.path, ...each.path] }, source, keys));
    }
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
      return [report(issue.message)];
  }
}

function explainUnknownKey(key: string, path: Path, keys: Keys): string {
  const place = path.filter((segment) => typeof segment === 'string').join('.');
  const section = isSection(place, keys) ? place : '';
  const known = nearest(key, keys[section]);
  if (known !== undefined) return `unknown key; did you mean ${known}?`;
  const home = homes.find((name) => keys[name].includes(key));
  if (home !== undefined && !section.startsWith('services.')) return `unknown key; it belongs below ${home}`;
  return `unknown key; expected ${alternatives(keys[section])}`;
}

/** Where a key that stands elsewhere may belong. */
const homes = ['controller', 'certificate', 'controller.service'] as const;

function isSection(place: string, keys: Keys): place is keyof Keys {
  return Object.hasOwn(keys, place);
}

function explainType(expected: string, found: unknown, written: string | undefined): string {
  const wanted = typeNames[expected] ?? expected;
  if (found === undefined) return `missing; expected ${wanted}`;
  const message = `expected ${wanted}, found ${describe(found)}`;
  const isBare = typeof found === 'boolean' || typeof found === 'number' || typeof found === 'bigint';
  if (expected === 'string' && isBare) return `${message}; quote it: ${quote(written ?? String(found))}`;
  if (expected === 'boolean' && typeof found === 'string') {
    const meant = /^(?:y|yes|on|true)$/i.test(found)
      ? 'true'
      : /^(?:n|no|off|false)$/i.test(found)
        ? 'false'
        : undefined;
    return meant === undefined ? message : `${message}; write ${meant}`;
  }
  const isNumberExpected = expected === 'number' || expected === 'int';
  if (isNumberExpected && typeof found === 'string' && /^\d+$/.test(found)) return `${message}; leave out the quotes`;
  return message;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return `the string ${quote(value)}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (typeof value === 'boolean') return `the boolean ${String(value)}`;
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

/**
 * Words that YAML 1.2 and Kubernetes' YAML 1.1 readers take differently, and numbers in a form that they do. They are
 * refused although this program reads them in one way only: a person copies them from one kind of file to the other.
 */
function findMisreadScalars(source: Source): Problem[] {
  return source.scalars.flatMap(({ path, role, scalar }): Problem[] => {
    const offset = scalar.range?.[0] ?? source.offsetOf(path, role);
    const written = scalar.source ?? '';
    if (isAmbiguous(scalar) || (role === 'key' && typeof scalar.value !== 'string')) {
      const word = quote(written);
      const message = `a bare ${word.slice(1, -1)} is no string in YAML 1.1, which Kubernetes' tools read; quote it: ${word}`;
      return [{ path, message, offset }];
    }
    // Also outside the schema's reach: zod@4.6.7 skips this key in records without a word.
    if (role === 'key' && scalar.value === '__proto__') return [{ path, message: 'unknown key', offset }];
    if (role === 'key' || typeof scalar.value !== 'number') return [];
    const message = path[0] === 'services' && path[2] === 'values' ? explainChartNumber : explainNumber;
    return message(written, scalar.value).map((each) => ({ path, message: each, offset }));
  });
}

function explainNumber(written: string, value: number): readonly string[] {
  return /^-?(?:0|[1-9]\d*)$/.test(written) ? [] : [`write the number in decimal digits: ${value}`];
}

/** Kubernetes takes fractions too; helm must read the same number as is written here. */
function explainChartNumber(written: string, value: number): readonly string[] {
  if (String(value) === written) return [];
  const octal = /^0[0-7]+$/.test(written) ? ` and as ${parseInt(written, 8)} in YAML 1.1` : '';
  return [`${written} is read as ${value}${octal}; write the number that is meant in decimal digits, or quote text`];
}

function toConfig(intent: Intent): Config {
  const domain = intent.domain.toLowerCase();
  const { service: exposure, install, ...controller } = intent.controller;
  return {
    domain,
    namespace: intent.namespace,
    ...(intent.context !== undefined && { context: intent.context }),
    controller: {
      ...selectGiven(controller),
      ...(!install && { install }),
      ...(exposure !== undefined && { service: toExposure(exposure) }),
    },
    certificate: toCertificate(intent.certificate),
    ...(intent.hostCertificates.length > 0 && { hostCertificates: toHostCertificates(intent) }),
    ...(intent.acknowledged.length > 0 && { acknowledged: intent.acknowledged }),
    services: intent.services.map((given) => toService(given, domain)),
  };
}

function toCertificate({ source, ...certificate }: Intent['certificate']): Config['certificate'] {
  const brought = isBrought({ source, authority: certificate.authority });
  return {
    ...selectGiven(certificate),
    ...(source === undefined || source === 'self-signed' || source === 'files'
      ? brought && { source: 'files' }
      : { source }),
  };
}

/** What one does not say for itself, it has as the wildcard. */
function toHostCertificates({
  hostCertificates,
  certificate: { days, keyType, issuerRef },
}: Intent): NonNullable<Config['hostCertificates']> {
  return hostCertificates.map(({ name, names, secretName = `${name}-tls`, ...given }) => ({
    ...toCertificate({
      ...{ days, keyType, secretName },
      ...given,
      issuerRef: given.issuerRef ?? (given.source === 'cert-manager' ? issuerRef : undefined),
    }),
    name,
    ...(names !== undefined && { names: names.map((each) => each.toLowerCase()) }),
  }));
}

function toService(
  {
    service: existing,
    certificate,
    hosts,
    paths,
    protocol,
    upstreamClientCertificate,
    clientAuth,
    values,
    ...service
  }: Intent['services'][number],
  domain: string,
): ServiceIntent {
  // Routes lie where their Service does, unless the file says otherwise.
  const namespace = service.namespace ?? existing?.namespace;
  const [host = defaultHost(service.name, domain), ...moreHosts] = (
    hosts ?? [service.host].flatMap((each) => each ?? [])
  ).map((each) => each.toLowerCase());
  return {
    ...selectGiven(service),
    ...(moreHosts.length > 0 && { moreHosts }),
    ...(paths !== undefined && { paths: paths.map(selectGiven) }),
    ...(namespace !== undefined && { namespace }),
    ...(existing !== undefined && { service: toExisting(existing) }),
    ...(protocol !== undefined && protocol !== 'http' && { protocol }),
    ...(upstreamClientCertificate === true && { upstreamClientCertificate }),
    ...(certificate !== undefined &&
      isBrought(certificate) && {
        certificate: {
          ...selectGiven({ ...certificate, source: undefined }),
          ...(certificate.source === 'cert-manager' && { source: certificate.source }),
        },
      }),
    // YAML without tags is JSON, but for the numbers that findMisreadScalars refuses.
    ...(values !== undefined && values !== null && Object.keys(values).length > 0 && { values: values as JsonObject }),
    host,
    ...toClientAuth(clientAuth ?? (endsInPod(service.mode) && existing === undefined)),
  };
}

function toClientAuth(
  given: NonNullable<Intent['services'][number]['clientAuth']>,
): Pick<ServiceIntent, 'clientAuth' | 'clientAuthDetails'> {
  if (typeof given === 'boolean') return { clientAuth: given };
  const { mode, authority, depth, forward, clients = [] } = given;
  if (mode === 'off') return { clientAuth: false };
  const details: ClientAuthDetails = {
    ...(mode === 'optional' && { isOptional: true }),
    ...selectGiven({ authority, depth }),
    ...(forward === true && { forward }),
    ...(clients.length > 0 && { clients }),
  };
  return { clientAuth: true, ...(Object.keys(details).length > 0 && { clientAuthDetails: details }) };
}

function toExisting({ serverName, ...existing }: NonNullable<Intent['services'][number]['service']>): ExistingService {
  return { ...selectGiven(existing), ...(serverName !== undefined && { serverName: serverName.toLowerCase() }) };
}

function toExposure({ http, ...exposure }: NonNullable<Intent['controller']['service']>): ExposureIntent {
  return {
    ...selectGiven(exposure),
    ...(http !== undefined && {
      http: { port: http.port, ...(http.nodePort !== undefined && { nodePort: http.nodePort }) },
    }),
  };
}
