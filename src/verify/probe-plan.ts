import { nameSubject } from './subject.ts';
import type { PlannedService } from '../model/chart.ts';
import { endsInPod } from '../model/mode.ts';
import type { ClientIdentity, Probe } from '../model/probe.ts';
import { endsAtController } from './leaves.ts';
import type { NamedProbe, VerifyContext, VerifySubject } from './subject.ts';

type Https = Extract<Probe, { kind: 'https' }>;
export type PinnedVersion = NonNullable<Https['version']>;
export const pinnedVersions: readonly PinnedVersion[] = ['TLSv1.2', 'TLSv1.3'];

/**
 * Before the server name in the hello of every TLS library: what follows a cut here comes in a segment of its own. A cut at the
 * size of a segment proves nothing (kubernetes/ingress-nginx#11424).
 */
const beforeServerName = 60;
/** More than an Ethernet segment holds. */
const beyondSegment = 1500;
/** How often a hello is sent in pieces: on a busy machine both may still be read at once, and such a try shows nothing. */
const tries = ['', '-again', '-at-last'];

const browsers: Https['protocols'] = ['h2', 'http/1.1'];

/** As a browser or curl asks, with the client certificate where one is asked for. */
export function probeAsClient(subject: VerifySubject): NamedProbe {
  return { id: `${nameSubject(subject)}/client`, probe: ask(subject, { protocols: browsers }) };
}

/** The same in one version of TLS. */
export function probeVersion(subject: VerifySubject, version: PinnedVersion): NamedProbe {
  return { id: `${nameSubject(subject)}/${version}`, probe: ask(subject, { version }) };
}

/** In one version of TLS, with another certificate than the right one or none. */
export function probeIdentity(
  subject: VerifySubject,
  version: PinnedVersion,
  identity: 'none' | 'foreign',
): NamedProbe {
  const client = identity === 'none' ? undefined : subject.foreignClient;
  return { id: `${nameSubject(subject)}/${identity}-${version}`, probe: ask(subject, { version, client }) };
}

/** A hello of TLS 1.1 alone. */
export function probeOldVersion(subject: VerifySubject): NamedProbe {
  const { service } = subject;
  return {
    id: `${nameSubject(subject)}/TLSv1.1`,
    probe: { kind: 'hello', serverName: service.host, version: 'TLSv1.1', padding: 0 },
  };
}

export function probePlainHttp(subject: VerifySubject): NamedProbe {
  const { service, answer } = subject;
  return {
    id: `${nameSubject(subject)}/plain-http`,
    probe: { kind: 'plain-http', host: service.host, path: answer.path },
  };
}

/** To the controller's port for plain HTTP, at the service's own path. */
export function probePort80(subject: VerifySubject): NamedProbe {
  return { ...probePlainHttp(subject), id: `${nameSubject(subject)}/port-80` };
}

/** A handshake of TLS 1.2, whose request for a client certificate can be read on the wire. */
export function probeRequestForCertificate(subject: VerifySubject): NamedProbe {
  const { service } = subject;
  return {
    id: `${nameSubject(subject)}/request`,
    probe: { kind: 'hello', serverName: service.host, version: 'TLSv1.2', padding: 0, readsRequest: true },
  };
}

/** The hello in two segments, the first of which ends before the server name; several times. */
export function probeSplitHello(subject: VerifySubject): readonly NamedProbe[] {
  return tries.map((which) => ({
    id: `${nameSubject(subject)}/split-hello${which}`,
    probe: ask(subject, { splitAfter: beforeServerName }),
  }));
}

/** A hello whose server name lies beyond the first segment; several times. */
export function probeLargeHello(subject: VerifySubject): readonly NamedProbe[] {
  const { service } = subject;
  const probe = { kind: 'hello', serverName: service.host, version: 'TLSv1.2', padding: beyondSegment } as const;
  return tries.map((which) => ({ id: `${nameSubject(subject)}/large-hello${which}`, probe }));
}

/** TLS for one service or for no name, the request for another, and no client certificate. */
export function probeForeignHost(subject: VerifySubject, terminated: VerifySubject | undefined): NamedProbe {
  const { host, path } = ask(subject, {});
  const protocols = ['http/1.1'] as const;
  const request = { kind: 'https', host, path, protocols, trust: (terminated ?? subject).trust } as const;
  return terminated === undefined
    ? { id: `${nameSubject(subject)}/without-name`, probe: request }
    : {
        id: `${nameSubject(subject)}/by-${nameSubject(terminated)}`,
        probe: { ...request, serverName: terminated.service.host },
      };
}

/** For `--deep`, while another authority than the pod's lies where the controller reads it: an ordinary request, over a connection of its own. */
export function probeHop(subject: VerifySubject): NamedProbe {
  return { id: `${nameSubject(subject)}/hop`, probe: ask(subject, {}) };
}

/** A host under the domain that no service has. */
export function probeUnknownName(context: VerifyContext, isNameSent: boolean): NamedProbe {
  const host = inventHost(context);
  return {
    id: isNameSent ? 'unknown-name' : 'no-name',
    probe: {
      kind: 'https',
      ...(isNameSent ? { serverName: host } : {}),
      host,
      path: '/',
      trust: context.subjects[0]?.trust ?? '',
      protocols: ['http/1.1'],
    },
  };
}

/** Of the services that end at the controller, one for each certificate: they share port, settings and certificate. */
export function findTerminated({ subjects }: VerifyContext): readonly VerifySubject[] {
  const byFingerprint = new Map<string, VerifySubject>();
  for (const subject of subjects) {
    if (!endsAtController(subject) || subject.leaf === undefined) continue;
    if (!byFingerprint.has(subject.leaf.fingerprint)) byFingerprint.set(subject.leaf.fingerprint, subject);
  }
  return [...byFingerprint.values()];
}

function ask(
  { service, answer, trust, client }: VerifySubject,
  choices: {
    readonly version?: PinnedVersion;
    readonly client?: ClientIdentity | undefined;
    readonly protocols?: Https['protocols'];
    readonly splitAfter?: number;
  },
): Https {
  const { version, splitAfter } = choices;
  const identity = 'client' in choices ? choices.client : client;
  return {
    kind: 'https',
    serverName: service.host,
    host: service.host,
    path: answer.path,
    trust,
    ...(identity === undefined ? {} : { client: identity }),
    ...(version === undefined ? {} : { version }),
    ...speak(service, choices.protocols),
    ...(splitAfter === undefined ? {} : { splitAfter }),
  };
}

/** What is offered and asked inside TLS. A pod may speak HTTP/2 alone; the controller always speaks HTTP/1.1 too. */
function speak(
  { mode, protocol }: PlannedService,
  wanted: Https['protocols'] = endsInPod(mode) ? browsers : ['http/1.1'],
): Pick<Https, 'protocols' | 'asks'> {
  if (protocol === undefined) return { protocols: wanted };
  return protocol === 'grpc' ? { protocols: ['h2'], asks: 'grpc' } : { protocols: [], asks: 'nothing' };
}

/** Fixed, so that the same project is asked the same; lengthened until it is nobody's. */
function inventHost({ config: { domain }, subjects }: VerifyContext): string {
  let label = 'no-such-service';
  while (subjects.some(({ service }) => service.host === `${label}.${domain}`)) label += '-x';
  return `${label}.${domain}`;
}
