import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildGeneratedChart } from '../../../src/app/cluster/chart-objects.ts';
import type { ControllerProfile } from '../../../src/model/controller-profile.ts';
import type { GatewayTable } from '../../../src/model/gateway.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { indexHosts } from '../../../src/preview/gateway/hosts.ts';
import { routeRequest } from '../../../src/preview/gateway/routing.ts';
import { prepareClientAuthority } from '../../../src/preview/gateway/client-auth.ts';
import { prepareUpstreams } from '../../../src/preview/gateway/upstreams.ts';
import { buildStandIns } from '../../../src/preview/stand-ins.ts';
import { createGatewayInput } from '../../../src/preview/input.ts';
import { buildDesiredProject, type DesiredProject } from '../../../src/project/desired-project.ts';
import { UsageError } from '../../../src/errors.ts';
import { load, withServices } from '../config/refusal.ts';
import { profiles } from '../../support/profiles.ts';

// --- services as a person writes them

interface WrittenPath {
  readonly path: string;
  readonly type?: string;
  readonly port?: number;
  readonly service?: { readonly name: string; readonly port: number };
}
interface Written {
  readonly name: string;
  readonly mode: string;
  readonly hosts?: readonly string[];
  readonly paths?: readonly WrittenPath[];
  readonly service?: { readonly name: string; readonly port: number };
}

const element = fc.constantFrom('a', 'b', 'ab', 'long-enough', 'a.b');
const path = fc
  .tuple(fc.array(element, { maxLength: 3 }), fc.constantFrom('', '', '', '/'))
  .map(([elements, end]) => `/${elements.join('/')}${elements.length === 0 ? '' : end}`);
const otherService = fc.record({ name: fc.constantFrom('x', 'y'), port: fc.constantFrom(80, 81) });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 3 });
const given = <Fields extends object>(fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
const writtenPath = fc
  .record({
    path,
    type: maybe(fc.constantFrom('Prefix', 'Exact')),
    port: maybe(fc.constant(81)),
    service: maybe(otherService),
  })
  .map(given);
const written = fc
  .record({
    mode: fc.constantFrom('terminate', 'terminate', 'reencrypt', 'passthrough'),
    hosts: maybe(fc.uniqueArray(fc.constantFrom('x.example.test', 'Y.example.test', 'example.test'), { minLength: 1 })),
    paths: maybe(fc.array(writtenPath, { minLength: 1, maxLength: 4 })),
    service: maybe(otherService),
  })
  .map(given);

/** As many of them as ingress-tls.yaml takes together. */
const accepted = fc.array(written, { minLength: 1, maxLength: 6 }).map((services) => {
  const taken: Written[] = [];
  for (const [index, each] of services.entries()) {
    // A path that is refused takes the service with it, so that others are tried in its place.
    const candidates = [
      each,
      ...(each.paths ?? []).map((only) => ({ ...each, paths: [only] })),
      { ...each, paths: undefined },
    ];
    const fits = candidates
      .map((candidate): Written => given({ name: `s${index}`, ...candidate }) as Written)
      .find((candidate) => isTaken([...taken, candidate]));
    if (fits !== undefined) taken.push(fits);
  }
  return taken;
});

function write(services: readonly Written[]): string {
  return withServices(...services.map((service) => JSON.stringify(service)));
}

function isTaken(services: readonly Written[]): boolean {
  try {
    load(write(services));
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

// --- what the program makes of them

interface Made {
  readonly project: DesiredProject;
  readonly objects: readonly KubeObject[];
  readonly table: GatewayTable;
}

/** Undefined where the profile refuses them. */
function make(services: readonly Written[], profile: ControllerProfile): Made | undefined {
  const project = buildDesiredProject(load(write(services)), profile);
  if (project.notices.some(({ level }) => level === 'error')) return undefined;
  const { before, after } = project.manifests;
  const secrets = project.objects.map(({ content: { object, data } }) => ({
    ...object,
    data: Object.fromEntries(
      Object.keys(data).map((key) => [key, Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64')]),
    ),
  }));
  const ours = [
    ...[...before, ...after].flatMap(({ objects }) => objects),
    ...secrets,
    ...project.services.flatMap((service) => buildGeneratedChart(profile.workload, service)),
  ];
  const objects = [...ours, ...buildStandIns(project.services, ours).objects];
  return { project, objects, table: profile.readRoutes(objects, project.config) };
}

/** The Service port that a request ends at, `namespace/name:port`, or undefined where none has it. */
function ask({ table, objects, project }: Made, host: string, requested: string): string | undefined {
  const found = table.hosts.find(({ name }) => name === host);
  const behaviour = project.profile.behaviour(project.config);
  const input = createGatewayInput({ behaviour, table, objects, findPod: () => 1 });
  const hosts = indexHosts(table.hosts);
  const route = routeRequest(
    { input, hosts, upstreams: prepareUpstreams(input), clients: prepareClientAuthority(input, hosts) },
    host,
    { method: 'GET', target: { authority: host, path: requested } },
    undefined,
  );
  const backend = found?.connection === 'passed-through' ? found.backend : route.backend;
  return backend && `${backend.service.namespace}/${backend.service.name}:${backend.port}`;
}

// --- what it should be, by Kubernetes' words alone: https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types

const split = (text: string): readonly string[] => text.split('/').filter((each) => each !== '');

/** How well a path fits; an exact one before all. By characters for what knows no elements. */
function rank(rule: WrittenPath, requested: string, byCharacters: boolean): number {
  if (rule.type === 'Exact') return rule.path === requested ? Infinity : -1;
  if (byCharacters) return requested.startsWith(rule.path) ? rule.path.length : -1;
  const [wanted, found] = [split(rule.path), split(requested)];
  return wanted.every((each, index) => found[index] === each) ? wanted.length : -1;
}

/** Names of ports in an Ingress, numbers in a route of the Gateway API. */
function printOwnPort({ mode }: Written, profile: string): string {
  const port = mode === 'terminate' ? { name: 'http', number: '80' } : { name: 'https', number: '443' };
  return profile === 'traefik-gateway' ? port.number : port.name;
}

function expectPod(services: readonly Written[], host: string, requested: string, profile: string): string | undefined {
  const candidates = services
    .filter(({ name, hosts = [`${name}.example.test`] }) => hosts.some((each) => each.toLowerCase() === host))
    .flatMap((service) => (service.paths ?? [{ path: '/' }]).map((rule: WrittenPath) => ({ service, rule })))
    .map((each) => ({ ...each, rank: rank(each.rule, requested, profile === 'ingress-nginx-0.15') }))
    .filter((each) => each.rank >= 0)
    .sort((one, other) => other.rank - one.rank);
  const [best] = candidates;
  if (best === undefined) return undefined;
  const { service, rule } = best;
  const other = rule.service ?? (service.service && { ...service.service, ...(rule.port && { port: rule.port }) });
  return other === undefined
    ? `default/ic3-${service.name}:${printOwnPort(service, profile)}`
    : `default/${other.name}:${other.port}`;
}

const listHosts = (services: readonly Written[]): readonly string[] => [
  ...new Set(services.flatMap(({ name, hosts = [`${name}.example.test`] }) => hosts.map((each) => each.toLowerCase()))),
];

function listRequests(services: readonly Written[]): readonly string[] {
  const paths = services.flatMap(({ paths: rules = [] }) => rules.map((rule) => rule.path));
  return [...new Set(['/', '/zz', ...paths.flatMap((each) => [each, `${each}/`, `${each}/x`, `${each}x`])])].map(
    (each) => each.replaceAll(/\/+/g, '/'),
  );
}

/** `host type path` of each rule of the routes, with the elements alone of a prefix. */
function listClaims({ objects }: Made): readonly string[] {
  interface Spec {
    readonly rules: readonly {
      readonly host: string;
      readonly http: { readonly paths: readonly { readonly path: string; readonly pathType?: string }[] };
    }[];
  }
  interface GatewaySpec {
    readonly hostnames: readonly string[];
    readonly rules: readonly { readonly matches?: readonly { readonly path: { type: string; value: string } }[] }[];
  }
  const print = (host: string, type: string, claimed: string): string =>
    [host.toLowerCase(), type, type === 'Prefix' ? split(claimed).join('/') : claimed].join(' ');
  const ofIngresses = objects
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap(({ spec }) => (spec as unknown as Spec).rules)
    .flatMap(({ host, http }) =>
      http.paths.map(({ path: claimed, pathType = 'Prefix' }) => print(host, pathType, claimed)),
    );
  const ofGateways = objects
    .filter(({ kind }) => kind === 'HTTPRoute' || kind === 'TLSRoute')
    .flatMap(({ spec }) => {
      const { hostnames, rules } = spec as unknown as GatewaySpec;
      const paths = rules.flatMap(({ matches = [{ path: { type: 'PathPrefix', value: '/' } }] }) => matches);
      return hostnames.flatMap((host) =>
        paths.map(({ path: { type, value } }) => print(host, type.replace('Path', ''), value)),
      );
    });
  return [...ofIngresses, ...ofGateways];
}

it.each(Object.keys(profiles))(
  'with profile %s no two routes claim one path of a host, and preview answers each with the pod that the file names',
  (name) => {
    const profile = profiles[name]!;
    const tried = { shared: 0, exact: 0 };
    fc.assert(
      fc.property(accepted, (services) => {
        const made = make(services, profile);
        if (made === undefined) return;
        const claims = listClaims(made);
        expect(new Set(claims).size).toBe(claims.length);
        expect(claims.length).toBeGreaterThanOrEqual(services.length);
        const hosts = listHosts(services);
        tried.shared += hosts.some((host) => services.filter((each) => listHosts([each]).includes(host)).length > 1)
          ? 1
          : 0;
        tried.exact += claims.some((claim) => claim.includes(' Exact ')) ? 1 : 0;
        for (const host of hosts) {
          for (const requested of listRequests(services))
            expect([host, requested, ask(made, host, requested)]).toEqual([
              host,
              requested,
              expectPod(services, host, requested, name),
            ]);
        }
        for (const [index, { name: own, service, entryPath = '/' }] of made.project.services.entries()) {
          const asked = listHosts([services[index]!]).map((host) => ask(made, host, entryPath)?.replace(/:.*/, ''));
          expect([own, entryPath, ...new Set(asked)]).toEqual([
            own,
            entryPath,
            `default/${service?.name ?? `ic3-${own}`}`,
          ]);
        }
      }),
      { numRuns: 100 },
    );
    expect(tried.shared).toBeGreaterThan(0);
    if (name !== 'ingress-nginx-0.15') expect(tried.exact).toBeGreaterThan(0);
  },
);
