import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/model/probe.ts';
import { judgeService, planServiceProbes } from '../../../src/verify/service-checks.ts';
import type { VerifyContext, VerifySubject } from '../../../src/verify/subject.ts';
import { showCertificate } from '../../../src/verify/words.ts';
import {
  page,
  answered,
  behaviour,
  contextOf,
  edgeLeaf,
  ended,
  everyTry,
  facts,
  fakeLeaf,
  greeting,
  observe,
  podComplaint,
  podLeaf,
  reencryptPodLeaf,
  serverHello,
  strangeLeaf,
  svc7,
  svc8,
  svc9,
  svc9WithoutIdentities,
  threeServices,
  untrusted,
  verdictsOf,
  without,
  withOwnImage,
  type Verdicts,
} from './samples.ts';
import { nginxWords } from '../../../src/controllers/ingress/words.ts';

const withoutAuthority = { ...nginxWords, lacksAuthority: { what: 'Secret', otherProfile: 'ingress-nginx' } };

type Row = readonly [
  title: string,
  subject: VerifySubject,
  changes: Readonly<Record<string, Observation>>,
  verdicts: Verdicts,
  words?: RegExp,
];

const untrustedIssuer = { isTrusted: false, trustProblem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } as const;

/** The same for the client's connection and for both versions. */
function everyTime(name: string, observation: Observation): Readonly<Record<string, Observation>> {
  const isAgreed = observation.version !== undefined;
  return {
    [`${name}/client`]: observation,
    [`${name}/TLSv1.2`]: isAgreed ? { ...observation, version: 'TLSv1.2' } : observation,
    [`${name}/TLSv1.3`]: isAgreed ? { ...observation, version: 'TLSv1.3' } : observation,
  };
}

function everyHello(observation: Observation): Readonly<Record<string, Observation>> {
  const names = ['none', 'foreign'].flatMap((identity) => [`svc9/${identity}-TLSv1.2`, `svc9/${identity}-TLSv1.3`]);
  return {
    ...everyTime('svc9', observation),
    ...Object.fromEntries([...names, 'svc9/TLSv1.1'].map((id) => [id, observation])),
    ...everyTry('svc9/split-hello', observation),
    ...everyTry('svc9/large-hello', observation),
  };
}

/** Of every reencrypt service, as long as --deep has not looked. */
const unseenHop = { 'upstream-verification': 'skipped' } as const;

/** Rows of live-evidence.md, sections 1 and 2, that can be seen on the TLS port. */
const liveRows: readonly Row[] = [
  ['terminate', svc7, {}, {}],
  ['reencrypt', svc8, {}, unseenHop],
  ['passthrough', svc9, {}, {}],
  [
    'reencrypt, foreign authority: 502',
    svc8,
    everyTime('svc8', answered(edgeLeaf, 502, behaviour.upstreamRefused.body)),
    { answer: 'failed', ...unseenHop },
    /not issued by the authority in Secret default\/ic3-svc8-upstream-ca/,
  ],
  [
    'reencrypt, Traefik, foreign authority: 500',
    svc8,
    everyTime('svc8', answered(edgeLeaf, 500, 'Internal Server Error')),
    { answer: 'failed', ...unseenHop },
    /no proper answer from the pod/,
  ],
  [
    'reencrypt, Secret missing: 503',
    svc8,
    everyTime('svc8', answered(edgeLeaf, 503, behaviour.upstreamMissing.body)),
    { answer: 'failed', ...unseenHop },
    /Secret default\/ic3-svc8-upstream-ca is missing/,
  ],
  [
    'reencrypt, backend-protocol missing: the pod says 400',
    svc8,
    everyTime('svc8', answered(edgeLeaf, 400, podComplaint)),
    { answer: 'failed', ...unseenHop },
    /backend-protocol/,
  ],
  [
    'terminate, no ready pod: 503',
    svc7,
    everyTime('svc7', answered(edgeLeaf, 503, behaviour.upstreamMissing.body)),
    { answer: 'failed' },
    /no pod of ic3-svc7 is ready/,
  ],
  [
    'TLS Secret missing, SAN mismatch, authority before leaf: fake, as routed',
    svc7,
    everyTime('svc7', answered(fakeLeaf, 200, greeting('svc7'), untrusted)),
    { certificate: 'failed', trust: 'failed' },
    /cannot use Secret default\/demo-tls/,
  ],
  [
    'unknown name: fake, 404',
    svc7,
    everyTime('svc7', answered(fakeLeaf, 404, behaviour.unknownHost.body, untrusted)),
    { certificate: 'failed', trust: 'failed', answer: 'failed' },
    /no route for svc7\.example\.test/,
  ],
  [
    'Traefik, another ingressClassName: 404',
    svc7,
    everyTime('svc7', answered(edgeLeaf, 404, '404 page not found\n')),
    { answer: 'failed' },
    /of another class than ic3/,
  ],
  [
    'Traefik, Secret missing: its default certificate',
    svc7,
    everyTime(
      'svc7',
      answered(
        facts({
          subject: 'CN=TRAEFIK DEFAULT CERT',
          issuer: 'CN=TRAEFIK DEFAULT CERT',
          dnsNames: ['x.y.traefik.default'],
          fingerprint: '7'.repeat(64),
        }),
        200,
        greeting('svc7'),
        untrusted,
      ),
    ),
    { certificate: 'failed', trust: 'failed' },
    /another program or another project/,
  ],
  [
    'auth-tls at the controller: 400',
    svc7,
    everyTime('svc7', answered(edgeLeaf, 400, '<title>400 No required SSL certificate was sent</title>')),
    { answer: 'failed' },
    /demands a client certificate itself/,
  ],
  [
    'Traefik, auth-tls: the handshake fails',
    svc7,
    everyTime('svc7', ended('response', 'alert', 116, { leaf: edgeLeaf, isTrusted: true, version: 'TLSv1.3' })),
    { answer: 'failed' },
    /demands a client certificate, which ingress-tls\.yaml does not say/,
  ],
  [
    'passthrough, hello cut after 60 bytes: fake',
    svc9,
    { 'svc9/split-hello': answered(fakeLeaf, 400, podComplaint, untrusted) },
    { 'split-hello': 'limit' },
    /kubernetes\/ingress-nginx#11424/,
  ],
  [
    'passthrough, name beyond the segment: fake',
    svc9,
    { 'svc9/large-hello': serverHello(fakeLeaf) },
    { 'large-hello': 'limit' },
    /kubernetes\/ingress-nginx#11424/,
  ],
  [
    'passthrough, hello cut, the edge certificate',
    svc9,
    { 'svc9/split-hello': answered(edgeLeaf, 400, podComplaint, untrusted) },
    { 'split-hello': 'limit' },
    /kubernetes\/ingress-nginx#11424/,
  ],
  [
    'passthrough, hello cut, closed',
    svc9,
    { 'svc9/split-hello': ended('handshake', 'closed') },
    { 'split-hello': 'failed' },
    /in the first piece/,
  ],
  [
    'passthrough, annotation or flag missing: fake, the pod says 400',
    svc9,
    {
      ...everyHello(answered(fakeLeaf, 400, podComplaint, untrusted)),
      'svc9/TLSv1.1': ended('handshake', 'alert', 70),
    },
    {
      certificate: 'failed',
      trust: 'failed',
      answer: 'failed',
      'client-certificate-none': 'failed',
      'client-certificate-foreign': 'failed',
      'client-certificate-right': 'failed',
      'split-hello': 'failed',
      'large-hello': 'failed',
    },
    /speaks plain HTTP to the pod: the annotation ssl-passthrough/,
  ],
  [
    'passthrough, the controller terminates with the wildcard',
    svc9,
    {
      ...everyHello(answered(edgeLeaf, 400, podComplaint, untrusted)),
      'svc9/TLSv1.1': ended('handshake', 'alert', 70),
    },
    {
      certificate: 'failed',
      trust: 'failed',
      answer: 'failed',
      'client-certificate-none': 'failed',
      'client-certificate-foreign': 'failed',
      'client-certificate-right': 'failed',
      'split-hello': 'failed',
      'large-hello': 'failed',
    },
    /instead of passing it through/,
  ],
  [
    'passthrough, only path /app, headless Service or no pod: closed',
    svc9,
    everyHello(ended('handshake', 'closed')),
    // A close is a refusal only where the right client gets in.
    {
      certificate: 'failed',
      trust: 'skipped',
      validity: 'skipped',
      answer: 'failed',
      'tls-versions': 'failed',
      'client-certificate-none': 'skipped',
      'client-certificate-foreign': 'skipped',
      'client-certificate-right': 'failed',
      'split-hello': 'failed',
      'large-hello': 'failed',
    },
    /no ready pod or a dead backend/,
  ],
  [
    'passthrough, no ready pod: hang',
    svc9,
    everyHello(ended('handshake', 'timeout')),
    {
      certificate: 'failed',
      trust: 'skipped',
      validity: 'skipped',
      answer: 'failed',
      'tls-versions': 'failed',
      'client-certificate-none': 'failed',
      'client-certificate-foreign': 'failed',
      'client-certificate-right': 'failed',
      'split-hello': 'failed',
      'large-hello': 'failed',
    },
    /no ready pod or a dead backend/,
  ],
  [
    'passthrough with backend-protocol HTTPS: 502 from nginx by fallback',
    svc9,
    { 'svc9/without-name': answered(fakeLeaf, 502, behaviour.upstreamRefused.body, untrusted) },
    {},
  ],
  [
    'passthrough with backend-protocol HTTPS, no client certificates: 200 by fallback',
    svc9,
    { 'svc9/without-name': answered(fakeLeaf, 200, greeting('svc9'), untrusted) },
    { 'foreign-host': 'failed' },
    /past the pod's own TLS and without a client certificate/,
  ],
  [
    'SNI of terminate, Host of passthrough: the application',
    svc9,
    { 'svc9/by-svc7': answered(edgeLeaf, 200, greeting('svc9')) },
    { 'foreign-host': 'failed' },
    /connects by svc7\.example\.test/,
  ],
  ['421 for a foreign host', svc9, { 'svc9/by-svc7': answered(edgeLeaf, 421, 'Misdirected Request') }, {}],
  [
    'Go client without a certificate in both versions',
    svc9,
    { 'svc9/foreign-TLSv1.3': ended('response', 'alert', 116, { leaf: podLeaf, version: 'TLSv1.3' }) },
    {},
  ],
  [
    'TLS 1.1 accepted',
    svc7,
    { 'svc7/TLSv1.1': { leaf: edgeLeaf, version: 'TLSv1.1', durationMs: 5 } },
    { 'tls-versions': 'failed' },
    /outdated version/,
  ],
  [
    'Traefik, plain HTTP: 404',
    svc7,
    { 'svc7/plain-http': answered(undefined, 404, '404 page not found\n') },
    { 'plain-http': 'warning' },
    /it is not ingress-nginx v1\.15\.1/,
  ],
  ['Traefik, plain HTTP: 308', svc7, { 'svc7/plain-http': answered(undefined, 308, '') }, { 'plain-http': 'warning' }],
];

const faultRows: readonly Row[] = [
  [
    'nothing listens',
    svc7,
    { 'svc7/client': ended('connect', 'ECONNREFUSED') },
    {
      certificate: 'failed',
      trust: 'skipped',
      validity: 'skipped',
      answer: 'skipped',
      'tls-versions': 'skipped',
      'plain-http': 'skipped',
    },
    /nothing listens at the address/,
  ],
  [
    'reset after accept',
    svc7,
    { ...everyTime('svc7', ended('handshake', 'ECONNRESET')), 'svc7/plain-http': ended('response', 'ECONNRESET') },
    {
      certificate: 'failed',
      trust: 'skipped',
      validity: 'skipped',
      answer: 'failed',
      'tls-versions': 'failed',
      'plain-http': 'warning',
    },
    /ends the connection/,
  ],
  [
    'garbage',
    svc7,
    { ...everyTime('svc7', ended('handshake', 'protocol')), 'svc7/TLSv1.1': ended('handshake', 'protocol') },
    { certificate: 'failed', trust: 'skipped', validity: 'skipped', answer: 'failed', 'tls-versions': 'failed' },
    /not the TLS port/,
  ],
  [
    'the name is refused',
    svc7,
    everyTime('svc7', ended('handshake', 'alert', 112)),
    { certificate: 'failed', trust: 'skipped', validity: 'skipped', answer: 'failed', 'tls-versions': 'failed' },
    /no route for svc7/,
  ],
  [
    'the reencrypt pod is passed through',
    svc8,
    everyTime(
      'svc8',
      answered(reencryptPodLeaf, 200, greeting('svc8'), {
        isTrusted: false,
        trustProblem: 'ERR_TLS_CERT_ALTNAME_INVALID',
      }),
    ),
    { certificate: 'failed', trust: 'failed', ...unseenHop },
    /the pod's own certificate/,
  ],
  [
    'terminate is passed through to another pod',
    svc7,
    everyTime(
      'svc7',
      answered(podLeaf, 200, greeting('svc9'), { isTrusted: false, trustProblem: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
    ),
    { certificate: 'failed', trust: 'failed', answer: 'failed' },
    /the certificate of the pod of svc9/,
  ],
  [
    'an older certificate',
    svc7,
    everyTime(
      'svc7',
      answered(
        facts({ fingerprint: 'd'.repeat(64), notBefore: new Date('2026-06-01'), notAfter: new Date('2027-06-01') }),
        200,
        greeting('svc7'),
        untrusted,
      ),
    ),
    { certificate: 'failed', trust: 'failed' },
    /an older certificate of the same names, of 2026-06-01: what is in certs\/wildcard\.crt was not applied/,
  ],
  [
    'an older pod certificate',
    svc9,
    { 'svc9/client': answered({ ...podLeaf, fingerprint: 'd'.repeat(64) }, 200, greeting('svc9')) },
    { certificate: 'failed' },
    /kubectl rollout restart deployment\/ic3-svc9/,
  ],
  [
    'replicas that do not agree',
    svc7,
    { 'svc7/TLSv1.2': answered(fakeLeaf, 200, greeting('svc7'), { version: 'TLSv1.2' }) },
    { certificate: 'failed' },
    /not every connection reaches the same server/,
  ],
  [
    'somebody else',
    svc7,
    everyTime(
      'svc7',
      answered(strangeLeaf, 200, 'Welcome', { isTrusted: false, trustProblem: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
    ),
    { certificate: 'failed', trust: 'failed', answer: 'failed' },
    /another program or another project/,
  ],
  [
    'the expected certificate, another authority',
    { ...svc9, chain: { beginsWithLeaf: true, lacks: { certificate: 'CN=svc9', issuer: 'CN=another' } } },
    { 'svc9/client': answered(podLeaf, 200, greeting('svc9'), untrustedIssuer) },
    { trust: 'failed' },
    /certs\/svc9\.crt lacks that of CN=another, who signed CN=svc9/,
  ],
  [
    'the authority was made anew',
    svc9,
    {
      'svc9/client': answered({ ...podLeaf, fingerprint: 'd'.repeat(64) }, 200, greeting('svc9'), {
        isTrusted: false,
        trustProblem: 'CERT_SIGNATURE_FAILURE',
      }),
    },
    { certificate: 'failed', trust: 'failed' },
    /somebody else's certificate of the same names, not issued by certs\/ca\.crt/,
  ],
  [
    'the authority expired',
    svc9,
    { 'svc9/client': answered(podLeaf, 200, greeting('svc9'), { isTrusted: false, trustProblem: 'CERT_HAS_EXPIRED' }) },
    { trust: 'failed' },
    /so certs\/ca\.crt or a certificate between is not/,
  ],
  [
    'the wrong backend',
    svc7,
    everyTime('svc7', answered(edgeLeaf, 200, greeting('svc8'))),
    { answer: 'failed' },
    /leads to svc8/,
  ],
  [
    'a redirect',
    svc7,
    everyTime(
      'svc7',
      answered(edgeLeaf, 308, '', {
        answer: { status: 308, headers: { location: 'https://evil.test/\u001b[2J' }, body: '', httpVersion: '1.1' },
      }),
    ),
    { answer: 'failed' },
    /to https:\/\/evil\.test\/ \[2J/,
  ],
  [
    'plain HTTP is answered by the application',
    svc7,
    { 'svc7/plain-http': answered(undefined, 200, greeting('svc7')) },
    { 'plain-http': 'failed' },
    /the application of svc7 answers plain HTTP/,
  ],
  [
    'plain HTTP is answered by somebody',
    svc9,
    { 'svc9/plain-http': answered(undefined, 200, 'It works!') },
    { 'plain-http': 'failed' },
    /something answers plain HTTP/,
  ],
  ['plain HTTP hangs', svc7, { 'svc7/plain-http': ended('response', 'timeout') }, { 'plain-http': 'failed' }],
  ['another 400', svc7, { 'svc7/plain-http': answered(undefined, 400, 'Bad Request') }, { 'plain-http': 'warning' }],
  [
    'the pod demands nothing',
    svc9,
    {
      'svc9/none-TLSv1.2': answered(podLeaf, 200, greeting('svc9')),
      'svc9/none-TLSv1.3': answered(podLeaf, 200, greeting('svc9')),
    },
    { 'client-certificate-none': 'failed' },
    /everybody gets in/,
  ],
  [
    'the pod demands it in TLS 1.3 alone',
    svc9,
    { 'svc9/none-TLSv1.2': answered(podLeaf, 200, greeting('svc9')) },
    { 'client-certificate-none': 'failed' },
    /everybody gets in/,
  ],
  [
    'any certificate gets in',
    svc9,
    {
      'svc9/foreign-TLSv1.2': answered(podLeaf, 200, greeting('svc9')),
      'svc9/foreign-TLSv1.3': answered(podLeaf, 200, greeting('svc9')),
    },
    { 'client-certificate-foreign': 'failed' },
    /whoever makes one gets in/,
  ],
  [
    'refused by HTTP',
    svc9,
    { 'svc9/none-TLSv1.3': answered(podLeaf, 403, 'no') },
    { 'client-certificate-none': 'failed' },
    /refuses by HTTP at best/,
  ],
  [
    'a proxy asks for the certificate',
    svc9,
    { 'svc9/none-TLSv1.3': answered(edgeLeaf, 400, '<title>400 No required SSL certificate was sent</title>') },
    { 'client-certificate-none': 'failed' },
    /a proxy before the pod ended TLS/,
  ],
  [
    'a proxy refuses in TLS',
    svc9,
    { 'svc9/none-TLSv1.3': ended('response', 'alert', 116, { leaf: edgeLeaf }) },
    { 'client-certificate-none': 'failed' },
    /a proxy before the pod ended TLS/,
  ],
  [
    'the alert is lost in a reset',
    svc9,
    {
      'svc9/none-TLSv1.3': ended('response', 'ECONNRESET', undefined, { leaf: podLeaf }),
      'svc9/foreign-TLSv1.2': ended('handshake', 'closed'),
    },
    {},
  ],
  [
    'the right client is refused',
    svc9,
    everyTime('svc9', ended('response', 'alert', 48, { leaf: podLeaf, isTrusted: true, version: 'TLSv1.3' })),
    { answer: 'failed', 'client-certificate-right': 'failed' },
    /refuses the client certificate certs\/svc9-client\.crt/,
  ],
  [
    'a slow application',
    svc9,
    everyTime('svc9', ended('response', 'timeout', undefined, { leaf: podLeaf, isTrusted: true, version: 'TLSv1.3' })),
    { answer: 'failed', 'client-certificate-right': 'failed' },
    /does not answer in time/,
  ],
  [
    'control characters and a wrong body',
    svc7,
    everyTime('svc7', answered(edgeLeaf, 200, '\u001b]0;x\u0007Hello')),
    { answer: 'failed' },
    /another program than the demo backend/,
  ],
  [
    'an endless body of the right words',
    svc7,
    everyTime(
      'svc7',
      answered(edgeLeaf, 200, greeting('svc7').repeat(170), {
        failure: { stage: 'response', code: 'timeout', message: '' },
      }),
    ),
    { answer: 'failed' },
    /it is svc7 that speaks/,
  ],
  [
    'the authority was made anew, and the certificate expired',
    svc9,
    {
      'svc9/client': answered(
        { ...podLeaf, fingerprint: 'd'.repeat(64), notAfter: new Date('2026-11-20') },
        200,
        greeting('svc9'),
        { isTrusted: false, trustProblem: 'CERT_HAS_EXPIRED' },
      ),
    },
    { certificate: 'failed', validity: 'failed' },
    /another certificate of the same names, of 2026-11-01: .*pods still hold the one they started with/,
  ],
  [
    'an older one of our authority',
    svc9,
    {
      'svc9/client': answered(
        { ...podLeaf, fingerprint: 'd'.repeat(64), notBefore: new Date('2026-10-01') },
        200,
        greeting('svc9'),
      ),
    },
    { certificate: 'failed' },
    /^an older certificate of the same names, of 2026-10-01: what is in certs\/svc9\.crt was not applied, or the pods/,
  ],
  [
    'an older self-signed one',
    svc7,
    everyTime(
      'svc7',
      answered(
        facts({ fingerprint: 'd'.repeat(64), notBefore: new Date('2026-10-01') }),
        200,
        greeting('svc7'),
        untrusted,
      ),
    ),
    { certificate: 'failed', trust: 'failed' },
    /^an older certificate of the same names, .* was not applied; or it is somebody else's/,
  ],
  [
    'neither name nor Host is answered',
    svc9,
    { 'svc9/by-svc7': ended('response', 'timeout') },
    { 'foreign-host': 'skipped' },
  ],
];

const versionRows: readonly Row[] = [
  [
    'the controller lacks TLS 1.3',
    svc7,
    { 'svc7/TLSv1.3': ended('handshake', 'alert', 70) },
    { 'tls-versions': 'failed' },
    /ssl-protocols: "TLSv1.2 TLSv1.3"/,
  ],
  [
    'the demo pod lacks TLS 1.3',
    svc9,
    {
      'svc9/TLSv1.3': ended('handshake', 'alert', 70),
      'svc9/none-TLSv1.3': ended('handshake', 'alert', 70),
      'svc9/foreign-TLSv1.3': ended('handshake', 'alert', 70),
    },
    { 'tls-versions': 'failed' },
  ],
  [
    'the demo pod answers a 1.3 hello in 1.2, at which OpenSSL complains here',
    svc9,
    Object.fromEntries(
      ['TLSv1.3', 'none-TLSv1.3', 'foreign-TLSv1.3'].map((id) => [
        `svc9/${id}`,
        { failure: { stage: 'handshake', code: 'protocol', message: 'unsupported protocol' }, durationMs: 5 },
      ]),
    ),
    { 'tls-versions': 'failed' },
  ],
];

describe('judgeService', () => {
  for (const [title, subject, changes, verdicts, words] of [...liveRows, ...faultRows, ...versionRows]) {
    it(`${subject.service.name}: ${title}`, () => {
      expect(verdictsOf(threeServices, subject, changes)).toEqual(verdicts);
      const texts = judgeService(threeServices, subject, observe(threeServices, subject, changes)).map(
        ({ cause, remedy }) => `${cause ?? ''} ${remedy ?? ''}`,
      );
      expect(texts.join('\n')).toMatch(words ?? /^/);
    });
  }

  it('gives a cause and a remedy with everything that does not hold, and with nothing else', () => {
    for (const [, subject, changes] of [...liveRows, ...faultRows, ...versionRows]) {
      for (const { status, cause, remedy, seen, expected } of judgeService(
        threeServices,
        subject,
        observe(threeServices, subject, changes),
      )) {
        const isTrouble = status === 'failed' || status === 'warning' || status === 'limit';
        expect([cause !== undefined, remedy !== undefined, seen !== '', expected !== '']).toEqual([
          isTrouble,
          isTrouble,
          true,
          true,
        ]);
      }
    }
  });

  it('throws for a connection that was not made', () => {
    const seen = new Map([...observe(threeServices, svc9)].filter(([id]) => id !== 'svc9/none-TLSv1.3'));
    expect(() => judgeService(threeServices, svc9, seen)).toThrow(/svc9\/none-TLSv1\.3/);
  });

  it('takes the versions of the controller from its profile', () => {
    const old: VerifyContext = { ...threeServices, behaviour: { ...behaviour, tlsVersions: ['TLSv1.2'] } };
    expect(verdictsOf(old, svc7, { 'svc7/TLSv1.3': ended('handshake', 'alert', 70) })).toEqual({});
  });

  it('calls nothing a known limit that the profile does not name', () => {
    const fork: VerifyContext = { ...threeServices, behaviour: { ...behaviour, knownLimits: [] } };
    expect(verdictsOf(fork, svc9, { 'svc9/split-hello': answered(fakeLeaf, 400, podComplaint, untrusted) })).toEqual({
      'split-hello': 'failed',
    });
  });

  it('says what is wrong with a certificate of ours that does not name the host', () => {
    const subject = { ...svc7, leaf: facts({ dnsNames: ['*.other.test'] }) };
    const context = contextOf(subject);
    const results = judgeService(
      context,
      subject,
      observe(context, subject, everyTime('svc7', answered(fakeLeaf, 200, greeting('svc7'), untrusted))),
    );
    expect(results[0]?.cause).toBe(
      'the certificate of Secret default/demo-tls has no subject alternative name for svc7.example.test: it names *.other.test',
    );
  });

  it('excuses a way past the TLS of a pod where the controller is known for it, and no demand for a certificate is passed by', () => {
    const second = { issue: 'i', meaning: 'M.', remedy: 'R.', check: 'foreign-host' } as const;
    const known: VerifyContext = { ...threeServices, behaviour: { ...behaviour, knownLimits: [second] } };
    const past = { 'svc9/without-name': answered(fakeLeaf, 200, greeting('svc9'), untrusted) };
    expect(verdictsOf(known, svc9, past)).toEqual({ 'foreign-host': 'failed' });
    const open = { ...svc9, service: { ...svc9.service, clientAuth: false } };
    expect(verdictsOf(known, open, past)).toMatchObject({ 'foreign-host': 'limit' });
    expect(verdictsOf(threeServices, open, past)).toMatchObject({ 'foreign-host': 'failed' });
  });

  it("names the Secret of a person's own clients with its namespace", () => {
    const asked = { ...svc7.service, clientAuth: true, clientAuthDetails: { authority: 'Secret web/mine' } };
    const subject = { ...svc7, service: asked, clientCa: { namespace: 'web', name: 'mine' } };
    const context: VerifyContext = {
      ...contextOf(subject),
      behaviour: {
        ...behaviour,
        clientAuth: {
          refusesBy: 'page',
          missing: page(400, '400 missing'),
          wrong: page(400, '400 wrong'),
          unreadable: page(403, '403 Forbidden'),
          misdirected: page(421, '421'),
        },
      },
    };
    const closed = answered(edgeLeaf, 403, page(403, '403 Forbidden').body);
    const seen = new Map(planServiceProbes(context, subject).map(({ id }) => [id, closed]));
    const results = judgeService(context, subject, seen);
    const said = results.find(({ check }) => check === 'answer');
    expect(said?.cause).toContain('cannot read Secret web/mine');
    expect(said?.remedy).toContain('kubectl describe secret mine --namespace web');
  });

  it('names that Secret too where the controller makes no route without it', () => {
    const asked = { ...svc7.service, clientAuth: true, clientAuthDetails: { authority: 'Secret default/mine' } };
    const subject = { ...svc7, service: asked, clientCa: { namespace: 'default', name: 'mine' } };
    const unknown = answered(fakeLeaf, 404, behaviour.unknownHost.body, untrusted);
    const explain = (clientAuth: VerifyContext['behaviour']['clientAuth'], judged: VerifySubject) => {
      const context = { ...contextOf(judged), behaviour: { ...behaviour, ...(clientAuth && { clientAuth }) } };
      const seen = new Map(planServiceProbes(context, judged).map(({ id }) => [id, unknown]));
      return judgeService(context, judged, seen).find(({ check }) => check === 'certificate');
    };
    const byHandshake = { refusesBy: 'handshake', misdirected: page(421, '421') } as const;
    expect(explain(byHandshake, subject)).toMatchObject({
      cause: expect.stringMatching(
        /has no route for svc7\.example\.test: .*; or it cannot read Secret default\/mine/,
      ) as string,
      remedy: expect.stringContaining('kubectl describe secret mine --namespace default') as string,
    });
    expect(explain(byHandshake, svc7)?.cause).not.toContain('Secret');
    expect(explain(undefined, subject)?.cause).not.toContain('Secret');
  });

  it('takes an end for a refusal only where somebody is served', () => {
    const strangers = {
      'svc9/by-svc7': ended('handshake', 'closed'),
      'svc9/without-name': ended('handshake', 'ECONNRESET'),
    };
    expect(verdictsOf(threeServices, svc9, strangers)).toEqual({});
    const everybody = { ...everyHello(ended('handshake', 'closed')), ...strangers };
    expect(
      verdictsOf(threeServices, svc9, { ...everybody, 'svc7/client': ended('handshake', 'closed') }),
    ).toMatchObject({ 'foreign-host': 'skipped' });
    expect(verdictsOf(threeServices, svc9, everybody)).not.toHaveProperty('foreign-host');
  });

  it.each(Object.keys(everyTry('svc9/split-hello', '')))(
    'takes one hello in pieces with another end for proof: %s',
    (id) => {
      expect(verdictsOf(threeServices, svc9, { [id]: answered(fakeLeaf, 400, podComplaint, untrusted) })).toEqual({
        'split-hello': 'limit',
      });
      // Whoever was not seen at work between the pieces may have read them at once: a right end shows nothing, another one does.
      const unseen = { isReadApart: false } as const;
      expect(
        verdictsOf(threeServices, svc9, { [id]: { ...answered(podLeaf, 200, greeting('svc9')), ...unseen } }),
      ).toEqual({ 'split-hello': 'skipped' });
      expect(
        verdictsOf(threeServices, svc9, { [id]: { ...answered(fakeLeaf, 400, podComplaint, untrusted), ...unseen } }),
      ).toEqual({ 'split-hello': 'limit' });
      expect(verdictsOf(threeServices, svc9, { [id]: { ...ended('handshake', 'timeout'), ...unseen } })).toEqual({
        'split-hello': 'skipped',
      });
      expect(
        verdictsOf(threeServices, svc9, { [id]: { ...ended('handshake', 'timeout'), isReadApart: true } }),
      ).toEqual({ 'split-hello': 'failed' });
      // Where not even a whole hello is answered there is nothing to tell apart.
      const silent = everyHello({ ...ended('handshake', 'timeout'), ...unseen });
      expect(verdictsOf(threeServices, svc9, silent)).toMatchObject({
        certificate: 'failed',
        'split-hello': 'failed',
        'large-hello': 'failed',
      });
    },
  );

  it('puts a known limit behind its number as a clause', () => {
    const seen = observe(threeServices, svc9, { 'svc9/split-hello': answered(fakeLeaf, 400, podComplaint, untrusted) });
    expect(judgeService(threeServices, svc9, seen).find(({ status }) => status === 'limit')).toMatchObject({
      cause:
        'known limit of ingress-nginx v1.15.1 (kubernetes/ingress-nginx#11424): clients whose hello comes in pieces get an error',
      remedy: 'take a fork',
    });
  });

  it('says that nobody has looked at the hop, and how to; or that there is nothing to look at', () => {
    const context = { ...threeServices, words: withoutAuthority };
    const see = (subject: VerifySubject) =>
      judgeService(context, subject, observe(context, subject)).find(({ check }) => check === 'upstream-verification');
    expect(see(svc8)).toMatchObject({
      status: 'skipped',
      seen: expect.stringMatching(/^only --deep looks at it/) as string,
    });
    const unverified: VerifySubject = { ...svc7, service: svc8.service, answer: svc8.answer };
    expect(see(unverified)?.seen).toBe('profile ingress-nginx has no Secret by which the hop is verified');
    expect(see(svc7)).toBeUndefined();
  });

  it('tells what is as it should be in half a line of 80 columns, whatever is said at length elsewhere', () => {
    const seen = [svc7, svc9].flatMap((subject) =>
      judgeService(threeServices, subject, observe(threeServices, subject)),
    );
    const wordOf = (id: string): string | undefined => seen.findLast(({ check }) => check === id)?.seen;
    expect(wordOf('certificate')).toBe('svc9.example.test, SHA-256 999999999999...');
    expect(wordOf('client-certificate-none')).toBe('TLS 1.2: alert 40; TLS 1.3: alert 116');
    expect(wordOf('client-certificate-foreign')).toBe('TLS 1.2 and TLS 1.3: alert 48');
    expect(wordOf('client-certificate-right')).toBe(
      'TLS 1.2 and TLS 1.3: status 200, "Hello, I am svc9 for ingress-controller demo!"',
    );
    expect(wordOf('foreign-host')).toBe('status 400, "Client sent an HTTP request to an HTTPS server." both ways');
    expect(wordOf('plain-http')).toBe('status 400, "The plain HTTP request was sent to HTTPS port"');
  });

  it.each([
    [podLeaf, 'CN=svc9.example.test (SHA-256 999999999999...)'],
    [
      facts({ dnsNames: ['*.example.test', 'a.test', 'b.test', 'c.test', 'd.test'] }),
      'O=example.test, CN=*.example.test, also for a.test, b.test, c.test and 1 more (SHA-256 eeeeeeeeeeee...)',
    ],
    [reencryptPodLeaf, 'no subject, for ic3-svc8.default.svc (SHA-256 888888888888...)'],
    [
      facts({ subject: 'CN=TRAEFIK DEFAULT CERT', dnsNames: [`${'a'.repeat(63)}.traefik.default`] }),
      `CN=TRAEFIK DEFAULT CERT for ${'a'.repeat(40)}... (SHA-256 eeeeeeeeeeee...)`,
    ],
    [facts({ subject: 'CN=old', dnsNames: [] }), 'CN=old for no DNS name (SHA-256 eeeeeeeeeeee...)'],
  ])('makes a certificate out: %#', (leaf, words) => {
    expect(showCertificate(leaf)).toBe(words);
  });

  it('shows expected and seen as people compare them', () => {
    const [first] = judgeService(threeServices, svc7, observe(threeServices, svc7));
    expect(first).toEqual({
      check: 'certificate',
      status: 'ok',
      expected: 'the certificate of Secret default/demo-tls (SHA-256 eeeeeeeeeeee...)',
      seen: '*.example.test, SHA-256 eeeeeeeeeeee...',
    });
  });
});

describe('dates', () => {
  const dated = (notBefore: string, notAfter: string) => ({
    ...edgeLeaf,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
  });
  it.each([
    // 22.5 days after the first moment.
    ['more than a third', dated('2026-11-01', '2026-12-04T18:00:03Z'), true, undefined, {}],
    ['a third is left', dated('2026-11-01', '2026-12-04T18:00:00Z'), true, undefined, { validity: 'warning' }],
    ['the last second', dated('2026-11-01', '2026-11-23T12:00:00Z'), true, undefined, { validity: 'warning' }],
    ['expired', dated('2025-11-01', '2026-11-23T11:59:59Z'), false, 'CERT_HAS_EXPIRED', { validity: 'failed' }],
    ['not valid yet', dated('2026-11-24', '2027-11-24'), false, 'CERT_NOT_YET_VALID', { validity: 'failed' }],
    [
      'expired, and of another name',
      { ...dated('2025-11-01', '2026-11-22'), dnsNames: ['x.test'] },
      false,
      'CERT_HAS_EXPIRED',
      { validity: 'failed', trust: 'failed' },
    ],
    [
      'expired, and of another issuer',
      { ...dated('2025-11-01', '2026-11-22'), issuer: 'CN=X' },
      false,
      'CERT_HAS_EXPIRED',
      { validity: 'failed', trust: 'failed' },
    ],
    ['no dates at all', dated('x', 'x'), true, undefined, { validity: 'failed' }],
  ] as const)('%s', (_, leaf, isTrusted, trustProblem, verdicts) => {
    const subject = { ...svc7, leaf: { ...leaf, issuer: edgeLeaf.issuer } };
    const observation = answered(leaf, 200, greeting('svc7'), {
      isTrusted,
      ...(trustProblem === undefined ? {} : { trustProblem }),
    });
    expect(verdictsOf(contextOf(subject), subject, everyTime('svc7', observation))).toEqual(verdicts);
  });

  it.each([
    ['2026-11-01', '2026-11-24T13:00:00Z', 'valid until 2026-11-24, 1 day left'],
    ['2026-11-01', '2026-11-23T13:00:00Z', 'valid until 2026-11-23 at 13:00:00 UTC, 0 days left'],
    ['2026-11-01', '2026-11-23T11:00:00Z', 'expired on 2026-11-23 at 11:00:00 UTC'],
    ['2026-11-23T12:00:01Z', '2027-11-23', 'not valid before 2026-11-23 at 12:00:01 UTC'],
  ])('tells days left and the date, on the day itself the time too: %s to %s', (notBefore, notAfter, words) => {
    const leaf = dated(notBefore, notAfter);
    const subject = { ...svc7, leaf };
    const context = contextOf(subject);
    const results = judgeService(
      context,
      subject,
      observe(context, subject, everyTime('svc7', answered(leaf, 200, greeting('svc7')))),
    );
    expect(results.find(({ check }) => check === 'validity')?.seen).toBe(words);
  });
});

describe('what this client takes and others do not', () => {
  it('is a warning, whoever vouches for the certificate', () => {
    const leaf = { ...edgeLeaf, limits: [{ fact: 'its key is Ed25519', refusedBy: 'Chrome', reach: 'some' as const }] };
    const subject = { ...svc7, leaf };
    const context = contextOf(subject);
    const seen = everyTime('svc7', answered(leaf, 200, greeting('svc7')));
    expect(verdictsOf(context, subject, seen)).toEqual({ trust: 'warning' });
    expect(
      judgeService(context, subject, observe(context, subject, seen)).find(({ check }) => check === 'trust'),
    ).toMatchObject({ seen: 'trusted here, and refused by Chrome', cause: 'its key is Ed25519' });
  });
});

describe("a program of one's own", () => {
  const shop = withOwnImage(svc9);
  const context = contextOf(svc7, shop);
  const lacks13 = {
    'svc9/TLSv1.3': ended('handshake', 'alert', 70),
    'svc9/none-TLSv1.3': ended('handshake', 'alert', 70),
    'svc9/foreign-TLSv1.3': ended('handshake', 'alert', 70),
  };
  const lacks12 = {
    'svc9/TLSv1.2': ended('handshake', 'alert', 70),
    'svc9/none-TLSv1.2': ended('handshake', 'alert', 70),
    'svc9/foreign-TLSv1.2': ended('handshake', 'alert', 70),
    ...everyTry('svc9/large-hello', ended('handshake', 'alert', 70)),
  };

  it('may lack a version, which is a warning', () => {
    expect(verdictsOf(context, shop, lacks13)).toEqual({ 'tls-versions': 'warning' });
  });

  it('of TLS 1.3 alone cannot be asked with a hello of 1.2', () => {
    expect(verdictsOf(context, shop, lacks12)).toEqual({ 'tls-versions': 'warning', 'large-hello': 'skipped' });
  });

  it('may not lack both', () => {
    expect(verdictsOf(context, shop, { ...lacks12, ...lacks13 })).toMatchObject({
      'tls-versions': 'failed',
      'client-certificate-right': 'failed',
      'client-certificate-none': 'skipped',
    });
  });

  it('is not taken for one that demands a certificate because it refuses a version', () => {
    const open = { ...lacks12, 'svc9/none-TLSv1.3': answered(podLeaf, 200, 'shop') };
    expect(verdictsOf(context, shop, open)).toMatchObject({ 'client-certificate-none': 'failed' });
  });

  it('is known by its status; an answer past its TLS is certain when it is the same', () => {
    const own = { 'svc9/client': answered(podLeaf, 200, 'shop') };
    expect(verdictsOf(context, shop, { ...own, 'svc9/by-svc7': answered(edgeLeaf, 200, 'shop') })).toEqual({
      'foreign-host': 'failed',
    });
    expect(verdictsOf(context, shop, { ...own, 'svc9/by-svc7': answered(edgeLeaf, 200, 'other') })).toEqual({
      'foreign-host': 'warning',
    });
    expect(verdictsOf(context, shop, { ...own, 'svc9/by-svc7': answered(edgeLeaf, 200, greeting('svc7')) })).toEqual(
      {},
    );
  });

  it('is not taken for one that is known, at whatever path either was asked', () => {
    const subject = withOwnImage(svc7);
    const asked = { ...svc8, answer: { path: '/health', status: 200 } };
    const own = contextOf(subject, asked);
    expect(verdictsOf(own, subject, everyTime('svc7', answered(edgeLeaf, 200, greeting('svc8'))))).toEqual({
      answer: 'failed',
    });
    expect(verdictsOf(own, subject, everyTime('svc7', answered(edgeLeaf, 200, 'shop')))).toEqual({});
    expect(verdictsOf(own, asked)).toEqual(unseenHop);
  });

  it('that answers 404 by itself is told how to say so', () => {
    const subject = withOwnImage(svc7);
    const own = contextOf(subject);
    const changes = everyTime('svc7', answered(edgeLeaf, 404, 'nothing here'));
    expect(verdictsOf(own, subject, changes)).toEqual({ answer: 'failed' });
    const results = judgeService(own, subject, observe(own, subject, changes));
    expect(results.find(({ check }) => check === 'answer')?.remedy).toBe(
      'say what a right answer is: ingress-tls verify svc7 --path PATH --status 404',
    );
  });
});

describe('what is not here to try with', () => {
  it('skips the foreign certificate', () => {
    const subject = {
      ...svc9WithoutIdentities,
      client: { certificate: 'RIGHT', key: 'RIGHT KEY', path: 'certs/svc9-client.crt' },
    };
    expect(verdictsOf(threeServices, subject)).toEqual({ 'client-certificate-foreign': 'skipped' });
  });

  it('skips the right one, and takes the refusal for the answer', () => {
    const refused = everyTime(
      'svc9',
      ended('response', 'alert', 116, { leaf: podLeaf, isTrusted: true, version: 'TLSv1.3' }),
    );
    expect(verdictsOf(threeServices, svc9WithoutIdentities, refused)).toMatchObject({
      answer: 'skipped',
      'client-certificate-right': 'skipped',
    });
  });
});

describe('a hop that the profile cannot verify', () => {
  it('is a known limit, and no gap that --deep would fill', () => {
    const subject = without(svc8, 'upstreamCaSource');
    const context = { ...contextOf(subject), words: withoutAuthority };
    const result = judgeService(context, subject, observe(context, subject)).find(
      ({ check }) => check === 'upstream-verification',
    );
    expect(result).toMatchObject({ status: 'limit', expected: 'the hop to the pod of svc8 is verified' });
    expect(`${result?.cause ?? ''} ${result?.remedy ?? ''}`).toMatch(
      /does not check who it is.*controller\.profile: ingress-nginx.*mode: passthrough for svc8/,
    );
  });
});

describe('coalescing', () => {
  const h2 = { 'svc7/client': answered(edgeLeaf, 200, greeting('svc7'), { protocol: 'h2' }) };

  it('warns of HTTP/2 with a certificate that covers the passthrough host, and names both hosts and the cures', () => {
    expect(verdictsOf(threeServices, svc9, h2)).toEqual({ coalescing: 'warning' });
    const result = judgeService(threeServices, svc9, observe(threeServices, svc9, h2)).find(
      ({ check }) => check === 'coalescing',
    );
    expect(`${result?.seen ?? ''} ${result?.remedy ?? ''}`).toMatch(
      /svc7\.example\.test .*svc9\.example\.test .*use-http2: "false".*svc9\.direct\.example\.test/,
    );
  });

  it('warns of HTTP/2 in the pod with a certificate that covers another host, and of no other pod', () => {
    const wide = { ...podLeaf, dnsNames: ['svc9.example.test', 'svc7.example.test'] };
    const pod = { ...svc9, leaf: wide };
    const context = contextOf(svc7, pod);
    const over = (protocol: string) => everyTime('svc9', answered(wide, 200, greeting('svc9'), { protocol }));
    const seen = observe(context, pod, {
      ...over('h2'),
      ...everyTry('svc9/split-hello', answered(wide, 200, greeting('svc9'))),
      ...everyTry('svc9/large-hello', serverHello(wide)),
    });
    const result = judgeService(context, pod, seen).find(({ check }) => check === 'coalescing');
    expect(result).toMatchObject({
      status: 'warning',
      seen: 'svc9.example.test offers HTTP/2, and its certificate covers svc7.example.test too',
    });
    expect(result?.remedy).toMatch(/certs\/svc9\.crt.*then run ingress-tls apply\. To keep/);
    expect(verdictsOf(context, pod, over('http/1.1'))).not.toHaveProperty('coalescing');
    expect(verdictsOf(contextOf(pod), pod, over('h2'))).toMatchObject({ coalescing: 'skipped' });
    expect(
      verdictsOf(contextOf(pod, { ...svc7, service: { ...svc7.service, mode: 'passthrough' } }), pod, over('h2')),
    ).toMatchObject({ coalescing: 'warning' });
  });

  it('is content with a host that a wildcard does not reach', () => {
    const direct = {
      ...svc9,
      service: { ...svc9.service, host: 'svc9.direct.example.test' },
      leaf: { ...podLeaf, dnsNames: ['svc9.direct.example.test'] },
    };
    expect(verdictsOf(contextOf(svc7, direct), direct, h2)).toEqual({});
  });

  it('asks once for each certificate, not for each host', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      ...svc7,
      service: { ...svc7.service, name: `t${index}`, host: `t${index}.example.test` },
    }));
    const ids = observe(contextOf(...many, svc9), svc9, {
      't0/client': h2['svc7/client'],
      'svc9/by-t0': answered(edgeLeaf, 400, podComplaint),
    });
    expect([...ids.keys()].filter((id) => id.endsWith('/client'))).toEqual(['svc9/client', 't0/client']);
  });

  it('has nothing to look at where nothing is terminated', () => {
    expect(verdictsOf(contextOf(svc9), svc9)).toEqual({ coalescing: 'skipped' });
  });
});
