import type { CertificateFacts } from '../../../src/model/certificate.ts';
import type { PlannedService } from '../../../src/model/chart.ts';
import type { Config } from '../../../src/model/config.ts';
import type { GatewayBehaviour } from '../../../src/model/gateway.ts';
import type { Observation, ProbeFailure } from '../../../src/model/probe.ts';
import type { CheckId, CheckStatus } from '../../../src/model/verification.ts';
import { judgeService, planServiceProbes } from '../../../src/verify/service-checks.ts';
import type { VerifyContext, VerifySubject } from '../../../src/verify/subject.ts';
import { nginxWords } from '../../../src/controllers/ingress/words.ts';

const now = new Date('2026-11-23T12:00:00Z');

export function facts(changes: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: 'O=example.test, CN=*.example.test',
    issuer: 'O=example.test, CN=*.example.test',
    dnsNames: ['*.example.test', 'example.test'],
    isAuthority: false,
    serialNumber: '0a',
    fingerprint: 'e'.repeat(64),
    notBefore: new Date('2026-11-01T00:00:00Z'),
    notAfter: new Date('2027-11-01T00:00:00Z'),
    limits: [],
    permittedDnsNames: [],
    ...changes,
  };
}

export const edgeLeaf = facts();
const authorityName = 'CN=example.test services';
export const podLeaf = facts({
  subject: 'CN=svc9.example.test',
  issuer: authorityName,
  dnsNames: ['svc9.example.test'],
  fingerprint: '9'.repeat(64),
});
export const reencryptPodLeaf = facts({
  subject: '',
  issuer: authorityName,
  dnsNames: ['ic3-svc8.default.svc'],
  fingerprint: '8'.repeat(64),
});
/** ingress-nginx.md, section 7. */
export const fakeLeaf = facts({
  subject: 'O=Acme Co, CN=Kubernetes Ingress Controller Fake Certificate',
  issuer: 'O=Acme Co, CN=Kubernetes Ingress Controller Fake Certificate',
  dnsNames: ['ingress.local'],
  fingerprint: 'f'.repeat(64),
});
export const strangeLeaf = facts({
  subject: 'CN=elsewhere.test',
  issuer: 'CN=Another Authority',
  dnsNames: ['elsewhere.test'],
  fingerprint: '1'.repeat(64),
});

export const page = (status: number, title: string) => ({
  status,
  contentType: 'text/html',
  body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
});

const split = {
  issue: 'kubernetes/ingress-nginx#11424',
  meaning: 'Clients whose hello comes in pieces get an error.',
  remedy: 'Take a fork.',
};

export const behaviour: GatewayBehaviour = {
  product: 'ingress-nginx v1.15.1',
  fallbackCertificate: {
    commonName: 'Kubernetes Ingress Controller Fake Certificate',
    organization: 'Acme Co',
    dnsNames: ['ingress.local'],
  },
  plainHttp: {
    ...page(400, '400 The plain HTTP request was sent to HTTPS port'),
    text: 'The plain HTTP request was sent to HTTPS port',
  },
  unknownHost: page(404, '404 Not Found'),
  upstreamRefused: page(502, '502 Bad Gateway'),
  upstreamMissing: page(503, '503 Service Temporarily Unavailable'),
  tlsVersions: ['TLSv1.2', 'TLSv1.3'],
  helloReading: 'first-read',
  strictTransportSecurity: 'max-age=31536000',
  knownLimits: [
    { check: 'split-hello', ...split },
    { check: 'large-hello', ...split },
  ],
};

export const config: Config = {
  domain: 'example.test',
  namespace: 'default',
  controller: {
    profile: 'ingress-nginx',
    name: 'ic3',
    namespace: 'ingress-nginx-demo',
    nodePort: 30092,
    sharedWith: [],
  },
  certificate: { secretName: 'demo-tls', days: 365, keyType: 'rsa-2048' },
  services: [],
};

export function greeting(name: string): string {
  return `Hello, I am ${name} for ingress-controller demo!\n`;
}

function service(name: string, mode: PlannedService['mode'], changes: Partial<PlannedService> = {}): PlannedService {
  return {
    name,
    mode,
    host: `${name}.example.test`,
    port: mode === 'terminate' ? 8080 : 8443,
    replicas: 1,
    clientAuth: false,
    annotations: {},
    release: `ic3-${name}`,
    namespace: 'default',
    servicePort: mode === 'terminate' ? { name: 'http', number: 80 } : { name: 'https', number: 443 },
    ...changes,
  };
}

const edge = {
  leaf: edgeLeaf,
  leafSource: 'Secret default/demo-tls',
  trust: 'WILDCARD',
  trustPath: 'certs/wildcard.crt',
};
const speakingAs = (name: string) => ({
  greeting: greeting(name),
  answer: { path: '/', status: 200, body: greeting(name) },
});

export const svc7: VerifySubject = { ...edge, service: service('svc7', 'terminate'), ...speakingAs('svc7') };
export const svc8: VerifySubject = {
  ...edge,
  service: service('svc8', 'reencrypt', { podTlsSecret: 'ic3-svc8-tls', upstreamName: 'ic3-svc8.default.svc' }),
  ...speakingAs('svc8'),
  upstreamCaSource: 'Secret default/ic3-svc8-upstream-ca',
};
export const svc9WithoutIdentities: VerifySubject = {
  service: service('svc9', 'passthrough', {
    clientAuth: true,
    podTlsSecret: 'ic3-svc9-tls',
    clientCaSecret: 'ic3-svc9-client-ca',
  }),
  leaf: podLeaf,
  leafSource: 'Secret default/ic3-svc9-tls',
  trust: 'AUTHORITY',
  trustPath: 'certs/ca.crt',
  ...speakingAs('svc9'),
};
export const svc9: VerifySubject = {
  ...svc9WithoutIdentities,
  client: { certificate: 'RIGHT', key: 'RIGHT KEY', path: 'certs/svc9-client.crt' },
  foreignClient: { certificate: 'FOREIGN', key: 'FOREIGN KEY' },
};

export function without(subject: VerifySubject, field: 'greeting' | 'upstreamCaSource'): VerifySubject {
  return Object.fromEntries(Object.entries(subject).filter(([name]) => name !== field)) as unknown as VerifySubject;
}

/** The same with a program of one's own, of which nothing but a status is known. */
export function withOwnImage(subject: VerifySubject, changes: Partial<PlannedService> = {}): VerifySubject {
  return {
    ...without(subject, 'greeting'),
    service: { ...subject.service, image: 'registry.example.org/shop:1.4', ...changes },
    answer: { path: '/', status: 200 },
  };
}

export function contextOf(...subjects: readonly VerifySubject[]): VerifyContext {
  return {
    config,
    entry: { kind: 'node-port', service: { namespace: 'ingress-nginx-demo', name: 'ingress-nginx-ic3' }, port: 30092 },
    behaviour,
    words: nginxWords,
    subjects,
    now,
  };
}

export const threeServices = contextOf(svc7, svc8, svc9);

export function answered(
  leaf: CertificateFacts | undefined,
  status: number,
  body: string,
  changes: Partial<Observation> = {},
): Observation {
  return {
    ...(leaf === undefined ? {} : { leaf, chainLength: 1, isTrusted: true, version: 'TLSv1.3' as const }),
    answer: { status, headers: {}, body, httpVersion: '1.1' },
    durationMs: 5,
    ...changes,
  };
}

export function ended(
  stage: ProbeFailure['stage'],
  code: string,
  alert?: number,
  changes: Partial<Observation> = {},
): Observation {
  return {
    failure: { stage, code, message: code, ...(alert === undefined ? {} : { alert }) },
    durationMs: 5,
    ...changes,
  };
}

/** live-evidence.md: `fake` beside our own trust. */
export const untrusted = { isTrusted: false, trustProblem: 'DEPTH_ZERO_SELF_SIGNED_CERT' } as const;

export const podComplaint = 'Client sent an HTTP request to an HTTPS server.\n';
const plainHttpPage = answered(undefined, 400, behaviour.plainHttp.body);
export const serverHello = (leaf: CertificateFacts): Observation => ({
  leaf,
  chainLength: 1,
  version: 'TLSv1.2',
  durationMs: 5,
});
const oldRefused = ended('handshake', 'alert', 70);

function healthyEdge(name: string): Readonly<Record<string, Observation>> {
  return {
    [`${name}/client`]: answered(edgeLeaf, 200, greeting(name)),
    [`${name}/TLSv1.1`]: oldRefused,
    [`${name}/TLSv1.2`]: answered(edgeLeaf, 200, greeting(name), { version: 'TLSv1.2' }),
    [`${name}/TLSv1.3`]: answered(edgeLeaf, 200, greeting(name)),
    [`${name}/plain-http`]: plainHttpPage,
  };
}

/** The same for each time that a hello is sent in pieces. */
export function everyTry<Value>(id: string, value: Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(['', '-again', '-at-last'].map((which) => [`${id}${which}`, value]));
}

/** What a right ingress-nginx shows, by live-evidence.md; the split hello as Traefik does. */
const healthy: Readonly<Record<string, Observation>> = {
  ...healthyEdge('svc7'),
  ...healthyEdge('svc8'),
  'svc9/client': answered(podLeaf, 200, greeting('svc9'), { protocol: 'h2' }),
  'svc9/TLSv1.1': oldRefused,
  'svc9/TLSv1.2': answered(podLeaf, 200, greeting('svc9'), { version: 'TLSv1.2' }),
  'svc9/TLSv1.3': answered(podLeaf, 200, greeting('svc9')),
  'svc9/plain-http': plainHttpPage,
  'svc9/none-TLSv1.2': ended('handshake', 'alert', 40),
  'svc9/none-TLSv1.3': ended('response', 'alert', 116, { leaf: podLeaf, isTrusted: true, version: 'TLSv1.3' }),
  'svc9/foreign-TLSv1.2': ended('handshake', 'alert', 48, { leaf: podLeaf }),
  'svc9/foreign-TLSv1.3': ended('response', 'alert', 48, { leaf: podLeaf, isTrusted: true, version: 'TLSv1.3' }),
  ...everyTry('svc9/split-hello', { ...answered(podLeaf, 200, greeting('svc9')), isReadApart: true }),
  ...everyTry('svc9/large-hello', { ...serverHello(podLeaf), isReadApart: true }),
  'svc9/by-svc7': answered(edgeLeaf, 400, podComplaint),
  'svc9/without-name': answered(fakeLeaf, 400, podComplaint, untrusted),
};

export type Verdicts = Partial<Record<CheckId, CheckStatus>>;

/** Observations for everything that is planned: healthy ones, but for the changes. Fails on an id that nobody asks for. */
export function observe(
  context: VerifyContext,
  subject: VerifySubject,
  changes: Readonly<Record<string, Observation>> = {},
): ReadonlyMap<string, Observation> {
  const ids = planServiceProbes(context, subject).map(({ id }) => id);
  const unknown = Object.keys(changes).filter((id) => !ids.includes(id));
  if (unknown.length > 0) throw new Error(`no probe is called ${unknown.join(', ')}: there are ${ids.join(', ')}`);
  return new Map(ids.map((id) => [id, changes[id] ?? healthy[id] ?? fail(id)]));
}

function fail(id: string): never {
  throw new Error(`no healthy observation was typed for ${id}`);
}

/** Every check that is not ok. */
export function verdictsOf(
  context: VerifyContext,
  subject: VerifySubject,
  changes: Readonly<Record<string, Observation>> = {},
): Verdicts {
  const results = judgeService(context, subject, observe(context, subject, changes));
  return Object.fromEntries(
    results.filter(({ status }) => status !== 'ok').map(({ check, status }) => [check, status]),
  );
}
