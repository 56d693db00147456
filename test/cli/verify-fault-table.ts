import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pour, writeManyHeaders, writeText } from '../support/reference-answers.ts';
import type { CertificateMaker, KeyPair } from '../support/reference-certificates.ts';
import type { Quirks, ServiceName } from '../support/reference-quirks.ts';

/** Where a fault is made: a rendered project, and openssl. */
interface Workshop {
  readonly project: string;
  readonly maker: CertificateMaker;
  /** A pair out of certs/. */
  readonly pair: (name: string) => KeyPair;
}

export type Status = 'failed' | 'warning' | 'limit' | 'skipped' | 'ok';

/** check -> status, of each service and of the controller. */
export type Statuses = Readonly<Record<ServiceName | 'controller', Readonly<Record<string, Status>>>>;

/** One fault, and every check whose status it changes; all others stand as they do at a right gateway. */
export interface Row {
  readonly fault: string;
  /** What is wrong with the gateway; it may change the project first. Absent: nothing. */
  readonly make?: (workshop: Workshop) => Quirks;
  readonly options?: readonly string[];
  /** The gateway is found as a running preview: then --deep may change its Secret. */
  readonly asPreview?: true;
  readonly changes: Partial<Statuses> | 'nothing holds';
  readonly exitCode: number | readonly number[];
  /** A hello sent in two segments is read in one where the machine is busy: then the fault is not there to be found. */
  readonly needsSegments?: true;
  /** What a person must read somewhere in what is said of the checks that do not hold. */
  readonly words?: RegExp;
}

const edgeChecks = {
  certificate: 'ok',
  trust: 'ok',
  validity: 'ok',
  answer: 'ok',
  'tls-versions': 'ok',
  'plain-http': 'ok',
} as const;

/** What verify finds at a right gateway. */
export const healthy: Statuses = {
  svc7: edgeChecks,
  // Nobody has looked at the hop.
  svc8: { ...edgeChecks, 'upstream-verification': 'skipped' },
  svc9: {
    ...edgeChecks,
    'client-certificate-none': 'ok',
    'client-certificate-foreign': 'ok',
    'client-certificate-right': 'ok',
    'split-hello': 'ok',
    'large-hello': 'ok',
    'foreign-host': 'ok',
    coalescing: 'ok',
  },
  controller: { 'unknown-name': 'ok', 'no-name': 'ok' },
};

const wildcard = { subject: '/CN=*.example.test/O=example.test', dnsNames: ['*.example.test', 'example.test'] };
const svc9 = { subject: '/CN=svc9.example.test', dnsNames: ['svc9.example.test'] };

/** Puts another certificate for the same key into certs/, before the gateway starts. */
function replace({ project }: Workshop, name: string, { certificate }: KeyPair): Quirks {
  writeFileSync(join(project, 'certs', `${name}.crt`), certificate);
  return {};
}

/** Brings a certificate of the person's own, by an authority between. Returns the leaf alone. */
function bringOwnChain({ project, maker }: Workshop, withRoot = true): KeyPair {
  const root = maker.makeAuthority('/CN=Company Root');
  const between = maker.makeAuthority('/CN=Company Server CA', root);
  const leaf = maker.makeIssued({ ...wildcard, subject: '/CN=*.example.test' }, between);
  writeFileSync(
    join(project, 'certs/wildcard.crt'),
    leaf.certificate + between.certificate + (withRoot ? root.certificate : ''),
  );
  writeFileSync(join(project, 'certs/wildcard.key'), leaf.key);
  return leaf;
}

const keyOf = ({ project }: Workshop, name: string): string => join(project, 'certs', `${name}.key`);

const refusedClients = { 'client-certificate-none': 'failed', 'client-certificate-foreign': 'failed' } as const;
const allClients = { ...refusedClients, 'client-certificate-right': 'failed' } as const;
const hellos = { 'split-hello': 'failed', 'large-hello': 'failed' } as const;
/** Short for what must time out, long enough for all else on a busy machine. */
const hanging = ['--timeout', '6s'];

const certificateRows: readonly Row[] = [
  {
    fault: 'the fake certificate for a terminated host',
    make: () => ({ edgeCertificates: { svc7: 'fake' } }),
    changes: { svc7: { certificate: 'failed', trust: 'failed' } },
    exitCode: 1,
    words: /ingress-controller-demo-tls-secret/,
  },
  {
    fault: 'the fake certificate for every terminated host',
    make: () => ({ edgeCertificates: { svc7: 'fake', svc8: 'fake' } }),
    changes: { svc7: { certificate: 'failed', trust: 'failed' }, svc8: { certificate: 'failed', trust: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'an older self-signed certificate of the same names',
    make: ({ maker }) => ({ edgeCertificates: { svc7: maker.makeSelfSigned(wildcard) } }),
    changes: { svc7: { certificate: 'failed', trust: 'failed' } },
    exitCode: 1,
    words: /ingress-tls apply/,
  },
  {
    fault: "an older certificate in the pod, of the project's own authority",
    make: ({ maker, pair }) => ({ passthroughPod: { identity: maker.makeIssued(svc9, pair('ca')) } }),
    changes: { svc9: { certificate: 'failed', ...hellos } },
    exitCode: 1,
  },
  {
    fault: 'a certificate of another authority in the pod',
    make: ({ maker }) => ({
      passthroughPod: { identity: maker.makeIssued(svc9, maker.makeAuthority('/CN=example.test ingress-tls CA')) },
    }),
    changes: { svc9: { certificate: 'failed', trust: 'failed', ...hellos } },
    exitCode: 1,
    words: /somebody else's certificate of the same names/,
  },
  {
    fault: 'a certificate in the pod that does not name the host',
    make: ({ maker, pair }) => ({
      passthroughPod: {
        identity: maker.makeIssued({ subject: '/CN=other', dnsNames: ['other.example.test'] }, pair('ca')),
      },
    }),
    // Who refuses the clients cannot be known to be the pod.
    changes: { svc9: { certificate: 'failed', trust: 'failed', ...refusedClients, ...hellos } },
    exitCode: 1,
  },
  {
    fault: 'an expired certificate at the edge',
    make: (workshop) =>
      replace(
        workshop,
        'wildcard',
        workshop.maker.makeSelfSigned({ ...wildcard, from: -30, until: -1 }, keyOf(workshop, 'wildcard')),
      ),
    changes: { svc7: { validity: 'failed' }, svc8: { validity: 'failed' } },
    exitCode: 1,
    words: /expired/,
  },
  {
    fault: 'an expired certificate in the pod',
    make: (workshop) =>
      replace(
        workshop,
        'svc9',
        workshop.maker.makeIssued({ ...svc9, from: -30, until: -1 }, workshop.pair('ca'), keyOf(workshop, 'svc9')),
      ),
    changes: { svc9: { validity: 'failed' } },
    exitCode: 1,
    words: /expired/,
  },
  {
    fault: 'a certificate in the pod that is not valid yet',
    make: (workshop) =>
      replace(
        workshop,
        'svc9',
        workshop.maker.makeIssued({ ...svc9, from: 1, until: 100 }, workshop.pair('ca'), keyOf(workshop, 'svc9')),
      ),
    changes: { svc9: { validity: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'a certificate at the edge that ends in ten days',
    make: (workshop) =>
      replace(
        workshop,
        'wildcard',
        workshop.maker.makeSelfSigned({ ...wildcard, from: -80, until: 10 }, keyOf(workshop, 'wildcard')),
      ),
    changes: { svc7: { validity: 'warning' }, svc8: { validity: 'warning' } },
    exitCode: 0,
  },
  {
    fault: "nothing, with a chain of the person's own at the edge",
    make: (workshop) => {
      bringOwnChain(workshop);
      return {};
    },
    changes: {},
    exitCode: 0,
  },
  {
    fault: "a chain of the person's own whose root is not in the project: nobody can say who believes it",
    make: (workshop) => {
      bringOwnChain(workshop, false);
      return {};
    },
    changes: { svc7: { trust: 'failed' }, svc8: { trust: 'failed' } },
    exitCode: 1,
    words: /where clients trust another root than the public authorities, name its file in certificate\.authority/,
  },
  {
    fault: "the leaf alone of a chain of the person's own: who trusts the root cannot get there",
    make: (workshop) => ({ edgeCertificates: { svc7: bringOwnChain(workshop) } }),
    changes: { svc7: { trust: 'failed' } },
    exitCode: 1,
  },
];

const passthroughRows: readonly Row[] = [
  {
    fault: 'the controller terminates instead of passing through',
    make: () => ({ passedThrough: {} }),
    changes: { svc9: { certificate: 'failed', trust: 'failed', answer: 'failed', ...allClients, ...hellos } },
    exitCode: 1,
    words: /passthrough/,
  },
  {
    fault: 'the controller terminates and shows its fake certificate',
    make: () => ({ passedThrough: {}, edgeCertificates: { svc9: 'fake' } }),
    changes: { svc9: { certificate: 'failed', trust: 'failed', answer: 'failed', ...allClients, ...hellos } },
    exitCode: 1,
  },
  {
    fault: 'the controller terminates, and goes to the pod with a client certificate of its own',
    make: () => ({ passedThrough: {}, leaks: 'under-its-name' }),
    // The right client is answered, as everybody is.
    changes: { svc9: { certificate: 'failed', trust: 'failed', ...refusedClients, ...hellos } },
    exitCode: 1,
  },
  {
    fault: 'the controller terminates, and demands the client certificate itself',
    make: () => ({
      passedThrough: {},
      answers: { svc9: writeText(400, '<center>No required SSL certificate was sent</center>\n') },
    }),
    changes: { svc9: { certificate: 'failed', trust: 'failed', answer: 'failed', ...allClients, ...hellos } },
    exitCode: 1,
  },
  {
    fault: 'the controller passes a reencrypt host through',
    make: () => ({ passedThrough: { svc8: 'svc8', svc9: 'svc9' } }),
    changes: { svc8: { certificate: 'failed', trust: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'the name is looked for in the first segment alone: ingress-nginx 1.15.1',
    make: () => ({ helloReading: 'first-segment' }),
    needsSegments: true,
    changes: { svc9: { 'split-hello': 'limit', 'large-hello': 'limit' } },
    exitCode: 0,
    words: /11424/,
  },
  {
    fault: 'connections whose hello comes in two segments are ended',
    make: () => ({ helloReading: 'first-segment-or-nothing' }),
    needsSegments: true,
    changes: { svc9: hellos },
    exitCode: 1,
  },
  {
    fault: 'the pod accepts any client certificate',
    make: () => ({ passthroughPod: { clients: 'any' } }),
    changes: { svc9: { 'client-certificate-foreign': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'the pod demands no client certificate',
    make: () => ({ passthroughPod: { clients: 'unasked' } }),
    changes: { svc9: refusedClients },
    exitCode: 1,
  },
  {
    fault: 'the pod accepts clients of another authority only',
    make: ({ maker }) => ({
      passthroughPod: { clientAuthority: maker.makeAuthority('/CN=svc9 client CA').certificate },
    }),
    changes: { svc9: { answer: 'failed', 'client-certificate-right': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'the passthrough application answers under the name of another host',
    make: () => ({ leaks: 'under-another-name' }),
    changes: { svc9: { 'foreign-host': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'the passthrough application answers without a name',
    make: () => ({ leaks: 'without-name' }),
    changes: { svc9: { 'foreign-host': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'HTTP/2 for terminated hosts under a certificate that names the passthrough host',
    make: () => ({ offersHttp2: true }),
    changes: { svc9: { coalescing: 'warning' } },
    exitCode: 0,
    words: /svc9\.example\.test/,
  },
  {
    fault: 'HTTP/2 in the pod under a certificate that names a terminated host too',
    make: (workshop) => {
      const dnsNames = [...svc9.dnsNames, 'svc7.example.test'];
      return replace(
        workshop,
        'svc9',
        workshop.maker.makeIssued({ ...svc9, dnsNames }, workshop.pair('ca'), keyOf(workshop, 'svc9')),
      );
    },
    changes: { svc9: { coalescing: 'warning' } },
    exitCode: 0,
    words: /requests for svc7\.example\.test down the same connection: they end in the pod of svc9/,
  },
];

const greeting = 'Hello, I am svc7 for ingress-controller demo!\n';
const answerRows: readonly Row[] = [
  {
    fault: 'the hop to the pod fails its verification',
    make: ({ maker }) => ({ hopAuthority: maker.makeAuthority('/CN=other').certificate }),
    changes: { svc8: { answer: 'failed' } },
    exitCode: 1,
    words: /upstream-ca/,
  },
  {
    fault: 'the authority of the hop is missing',
    make: () => ({ hop: 'missing' }),
    changes: { svc8: { answer: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'plain HTTP to a pod of TLS',
    make: () => ({ hop: 'plain' }),
    changes: { svc8: { answer: 'failed' } },
    exitCode: 1,
    words: /backend-protocol/,
  },
  {
    fault: "another service's pod answers",
    make: () => ({ backends: { svc7: 'svc8' } }),
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
    words: /svc8/,
  },
  {
    fault: "another service's pod answers, at a path that is asked for",
    make: () => ({ backends: { svc7: 'svc8' } }),
    options: ['--path', '/health', '--timeout', '20s'],
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
    words: /svc8/,
  },
  {
    fault: 'the right body with a wrong status',
    make: () => ({ answers: { svc7: writeText(500, greeting) } }),
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'a redirect',
    make: () => ({ answers: { svc7: writeText(308, '') } }),
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'no answer within the time limit',
    make: () => ({ answers: { svc7: () => undefined } }),
    options: hanging,
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'a body without end',
    make: () => ({ answers: { svc7: pour(greeting) } }),
    options: hanging,
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'five thousand headers',
    make: () => ({ answers: { svc7: writeManyHeaders(greeting) } }),
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
    words: /more headers than a client reads/,
  },
  {
    fault: 'control characters in the body',
    make: () => ({ answers: { svc7: writeText(200, '\u001b]0;title\u0007\u001b[2J\u0000\u009b31m\u202e\r\nHello') } }),
    changes: { svc7: { answer: 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'a default backend for unknown names',
    make: () => ({ backends: { unknown: 'svc7' } }),
    changes: { controller: { 'unknown-name': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'a default backend for connections without a name',
    make: () => ({ backends: { nameless: 'svc7' } }),
    changes: { controller: { 'no-name': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'unknown names and none are passed through to a pod',
    make: () => ({ passedThrough: { svc9: 'svc9', unknown: 'svc9', nameless: 'svc9' } }),
    changes: { controller: { 'unknown-name': 'failed', 'no-name': 'failed' } },
    exitCode: 1,
  },
];

const portRows: readonly Row[] = [
  {
    fault: 'plain HTTP is served on the TLS port',
    make: () => ({ servesPlainHttp: true }),
    // svc9's pod refuses it in words of its own.
    changes: { svc7: { 'plain-http': 'failed' }, svc8: { 'plain-http': 'failed' }, svc9: { 'plain-http': 'warning' } },
    exitCode: 1,
  },
  {
    fault: 'TLS 1.1 is accepted at the edge',
    make: () => ({ edgeTls: { minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } }),
    changes: { svc7: { 'tls-versions': 'failed' }, svc8: { 'tls-versions': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'no TLS 1.3 at the edge',
    make: () => ({ edgeTls: { maxVersion: 'TLSv1.2' } }),
    changes: { svc7: { 'tls-versions': 'failed' }, svc8: { 'tls-versions': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'no TLS 1.3 in the pod',
    make: () => ({ passthroughPod: { tls: { maxVersion: 'TLSv1.2' } } }),
    changes: { svc9: { 'tls-versions': 'failed' } },
    exitCode: 1,
  },
  {
    fault: 'no TLS 1.2 in the pod',
    make: () => ({ passthroughPod: { tls: { minVersion: 'TLSv1.3' } } }),
    changes: { svc9: { 'tls-versions': 'failed', 'large-hello': 'skipped' } },
    exitCode: 1,
  },
];

const brokenRows: readonly Row[] = [
  ...(['hang', 'garbage', 'reset', 'end', 'half-certificate'] as const).map((way): Row => ({
    fault: `${way} after the hello for the passthrough host`,
    make: () => ({ onHello: { svc9: way } }),
    ...(way === 'hang' ? { options: hanging } : {}),
    changes: {
      svc9: {
        certificate: 'failed',
        trust: 'skipped',
        validity: 'skipped',
        answer: 'failed',
        'tls-versions': 'failed',
        'client-certificate-right': 'failed',
        // Where everybody's connection ends, that some end proves nothing; silence and garbage are no refusal.
        'client-certificate-none': way === 'hang' || way === 'garbage' ? 'failed' : 'skipped',
        'client-certificate-foreign': way === 'hang' || way === 'garbage' ? 'failed' : 'skipped',
        ...hellos,
      },
    },
    exitCode: 1,
  })),
  {
    fault: 'end after the hello for a terminated host',
    make: () => ({ onHello: { svc7: 'end' } }),
    // svc7 stands for all hosts of its certificate when HTTP/2 is looked for.
    changes: {
      svc7: {
        certificate: 'failed',
        trust: 'skipped',
        validity: 'skipped',
        answer: 'failed',
        'tls-versions': 'failed',
      },
      svc9: { coalescing: 'skipped' },
    },
    exitCode: 1,
  },
  {
    fault: 'hang after accept',
    make: () => ({ onAccept: 'hang' }),
    options: hanging,
    changes: 'nothing holds',
    exitCode: 1,
  },
  // The reset may come before the client knows that it is connected: then nothing was reached.
  { fault: 'reset after accept', make: () => ({ onAccept: 'reset' }), changes: 'nothing holds', exitCode: [1, 3] },
];

const deepRows: readonly Row[] = [
  {
    fault: 'nothing, looked at in depth',
    asPreview: true,
    options: ['--deep', '--timeout', '20s'],
    changes: { svc8: { 'upstream-verification': 'ok' } },
    exitCode: 0,
  },
  {
    fault: 'the hop is not verified, without --deep',
    asPreview: true,
    make: () => ({ hop: 'unverified' }),
    changes: {},
    exitCode: 0,
  },
  {
    fault: 'the hop is not verified',
    asPreview: true,
    make: () => ({ hop: 'unverified' }),
    options: ['--deep', '--timeout', '20s'],
    changes: { svc8: { 'upstream-verification': 'failed' } },
    exitCode: 1,
  },
];

/** Has the project ask svc7's clients, or those of another service, at the controller, and makes what it would make for them. */
function askClients({ project, maker }: Workshop, field: string, of = 'svc7'): { readonly authority: string } {
  const file = join(project, 'ingress-tls.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(`- name: ${of}\n`, `- name: ${of}\n    ${field}\n`));
  const authority = maker.makeAuthority('/CN=svc7 client CA');
  const client = maker.makeIssued({ subject: '/CN=svc7-client', dnsNames: [] }, authority);
  for (const [name, text] of [
    ['svc7-client-ca.crt', authority.certificate],
    ['mine.crt', authority.certificate],
    ['svc7-client.crt', client.certificate],
    ['svc7-client.key', client.key],
  ] as const)
    writeFileSync(join(project, 'certs', name), text);
  return { authority: authority.certificate };
}

const proved = {
  'client-certificate-none': 'ok',
  'client-certificate-foreign': 'ok',
  'client-certificate-right': 'ok',
} as const;
const unknownClients = { ...proved, answer: 'skipped', 'client-certificate-right': 'skipped' } as const;

const edgeClientRows: readonly Row[] = [
  ...(['page', 'end'] as const).map((refusesBy): Row => ({
    fault: `nothing: svc7's clients are asked at the controller, by ${refusesBy}`,
    make: (workshop) => ({
      edgeClients: { ...askClients(workshop, 'clientAuth: true'), demands: 'required', refusesBy },
    }),
    changes: { svc7: proved },
    exitCode: 0,
  })),
  {
    fault: "nothing: svc7's clients need no certificate",
    make: (workshop) => ({
      edgeClients: {
        ...askClients(workshop, 'clientAuth: { mode: optional }'),
        demands: 'optional',
        refusesBy: 'page',
      },
    }),
    changes: { svc7: proved },
    exitCode: 0,
  },
  {
    fault: 'the Secret with the authority of the clients has no ca.crt: nobody is asked',
    make: (workshop) => {
      askClients(workshop, 'clientAuth: true');
      return {};
    },
    changes: { svc7: { ...proved, ...refusedClients } },
    exitCode: 1,
    words: /everybody gets in.*kubectl describe secret ic3-svc7-client-ca --namespace default, which needs ca\.crt/,
  },
  {
    fault: 'the controller takes a certificate of any authority',
    make: (workshop) => ({
      edgeClients: { ...askClients(workshop, 'clientAuth: true'), demands: 'any', refusesBy: 'page' },
    }),
    changes: { svc7: { ...proved, 'client-certificate-foreign': 'failed' } },
    exitCode: 1,
  },
  ...(['page', 'end'] as const).map((refusesBy): Row => ({
    fault: `the controller takes clients of another authority only, by ${refusesBy}`,
    make: (workshop) => {
      askClients(workshop, 'clientAuth: true');
      const { certificate: authority } = workshop.maker.makeAuthority('/CN=another client CA');
      return { edgeClients: { authority, demands: 'required', refusesBy } };
    },
    changes: { svc7: { ...proved, answer: 'failed', 'client-certificate-right': 'failed' } },
    exitCode: 1,
    words:
      refusesBy === 'page'
        ? /the authority in Secret default\/ic3-svc7-client-ca is not certs\/svc7-client-ca\.crt/
        : /./,
  })),
  {
    fault: 'a certificate is optional where it is to be required',
    make: (workshop) => ({
      edgeClients: { ...askClients(workshop, 'clientAuth: true'), demands: 'optional', refusesBy: 'page' },
    }),
    changes: { svc7: { ...proved, 'client-certificate-none': 'failed' } },
    exitCode: 1,
    words: /does not demand a client certificate for svc7\.example\.test/,
  },
  {
    fault: 'a certificate is required where it is to be optional',
    make: (workshop) => ({
      edgeClients: {
        ...askClients(workshop, 'clientAuth: { mode: optional }'),
        demands: 'required',
        refusesBy: 'page',
      },
    }),
    changes: { svc7: { ...proved, 'client-certificate-none': 'failed' } },
    exitCode: 1,
    words: /refuses clients without a certificate/,
  },
  {
    fault: 'the Secret with the authority of the clients is missing: the host is closed',
    make: (workshop) => {
      askClients(workshop, 'clientAuth: true');
      return { answers: { svc7: writeText(403, forbidden) } };
    },
    changes: {
      svc7: {
        ...{ answer: 'failed', 'client-certificate-right': 'failed' },
        ...{ 'client-certificate-none': 'skipped', 'client-certificate-foreign': 'skipped' },
      },
    },
    exitCode: 1,
    words: /cannot read Secret default\/ic3-svc7-client-ca/,
  },
  ...[
    'clientAuth: { authority: certs/mine.crt }',
    'annotations: { nginx.ingress.kubernetes.io/auth-tls-secret: default/mine }',
  ].map((field): Row => ({
    fault: `nothing: the authority of svc7's clients is a person's own, by ${field}`,
    make: (workshop) => ({ edgeClients: { ...askClients(workshop, field), demands: 'required', refusesBy: 'page' } }),
    changes: { svc7: unknownClients },
    exitCode: 0,
  })),
  {
    fault: "annotations of a person's own ask nobody for a certificate",
    make: (workshop) => {
      askClients(workshop, 'annotations: { nginx.ingress.kubernetes.io/auth-tls-secret: default/mine }');
      return {};
    },
    changes: { svc7: { ...refusedClients, 'client-certificate-right': 'skipped' } },
    exitCode: 1,
    words: /kubectl describe secret mine --namespace default/,
  },
  {
    fault: "the pod refuses the controller's certificate, beside annotations that ask clients for theirs",
    make: (workshop) => {
      const annotations = 'annotations: { nginx.ingress.kubernetes.io/auth-tls-secret: default/mine }';
      askClients(workshop, `upstreamClientCertificate: true\n    ${annotations}`, 'svc8');
      return { answers: { svc8: writeText(502, '<center><h1>502 Bad Gateway</h1></center>') } };
    },
    changes: {
      svc8: { ...refusedClients, 'client-certificate-right': 'skipped', answer: 'failed' },
    },
    exitCode: 1,
    words: /the pod refuses certs\/svc8-client\.crt, which the controller shows/,
  },
  {
    fault: 'a preview that is asked does not know of a guard of svc7',
    make: (workshop) => {
      askClients(workshop, 'annotations: { nginx.ingress.kubernetes.io/auth-url: "https://login.example.test/" }');
      return {};
    },
    asPreview: true,
    changes: { svc7: { imitation: 'failed' } },
    exitCode: 1,
    words: /preview does not imitate nginx\.ingress\.kubernetes\.io\/auth-url[^]*ingress-tls verify svc7 --context/,
  },
  {
    fault: 'nothing: a preview that is asked knows all that decides of svc7',
    make: (workshop) => {
      askClients(
        workshop,
        'annotations: { nginx.ingress.kubernetes.io/proxy-body-size: 8m, example.test/auth-url: x }',
      );
      return {};
    },
    asPreview: true,
    changes: {},
    exitCode: 0,
  },
  {
    fault: 'nothing: a controller is asked itself, with a guard of svc7',
    make: (workshop) => {
      askClients(workshop, 'annotations: { nginx.ingress.kubernetes.io/auth-url: "https://login.example.test/" }');
      return {};
    },
    changes: {},
    exitCode: 0,
  },
];

const forbidden = [
  '<html>',
  '<head><title>403 Forbidden</title></head>',
  '<body>',
  '<center><h1>403 Forbidden</h1></center>',
  '<hr><center>nginx</center>',
  '</body>',
  '</html>',
  '',
].join('\r\n');

/** Those that wait come first, so that the others run beside them. */
export const rows: readonly Row[] = [
  ...deepRows,
  ...brokenRows,
  ...edgeClientRows,
  ...answerRows,
  ...certificateRows,
  ...passthroughRows,
  ...portRows,
];
