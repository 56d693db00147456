import type { CertificateFacts, ChainFacts } from '../model/certificate.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import type { ControllerWords, Entry } from '../model/controller-profile.ts';
import type { GatewayBehaviour, NamedObject } from '../model/gateway.ts';
import type { ClientIdentity, Observation, Probe } from '../model/probe.ts';

/** A host of a service, by which probes and results of it are known: the service's name, and for any host but the first that host. */
export function nameSubject({
  service: { name, host },
  isOtherHost,
}: Pick<VerifySubject, 'service' | 'isOtherHost'>): string {
  return isOtherHost === true ? `${name}@${host}` : name;
}

/** A service with everything that is needed to ask for it as a client does, and to know the right answer. */
export interface VerifySubject {
  /** With the host that is asked for. */
  readonly service: PlannedService;
  /** Whether that is another than the first of its hosts. */
  readonly isOtherHost?: boolean;
  /** The certificate that must be shown first; absent: the pod's own, which the project does not have. */
  readonly leaf?: CertificateFacts;
  /** Whether that is a person's own, which `renew` never replaces. */
  readonly isLeafBrought?: boolean;
  /** Where it comes from, in words: `Secret default/ingress-controller-demo-tls-secret`. */
  readonly leafSource: string;
  /** PEM that the chain must lead to. */
  readonly trust: string;
  /** File of `trust`, for remedies: `certs/ca.crt`; or whose they are, in words. */
  readonly trustPath: string;
  /** How the certificate in the project leads to `trust`; absent: the project does not have it. */
  readonly chain?: ChainFacts;
  /** Present where one is asked for, and the project has it. */
  readonly client?: OwnClient;
  /** Why whoever asks for it has to refuse it, as a clause. */
  readonly clientFault?: string;
  /** The Secret by whose authority the controller verifies clients, where it does. */
  readonly clientCa?: NamedObject;
  /** Of another authority: the pod must refuse it. */
  readonly foreignClient?: ClientIdentity;
  /** The words that no other service says, at whatever path; absent: a person's own program, of which nothing is known. */
  readonly greeting?: string;
  /** What a right answer is; body absent: any, but another service's greeting. */
  readonly answer: ExpectedAnswer;
  /** What holds the authority by which the hop is verified: `Secret default/x`; absent: nothing does. */
  readonly upstreamCaSource?: string;
  /** File of the certificate that the controller shows to the pod; absent: none. */
  readonly shownToPod?: string;
}

/** A client to try with. */
export interface OwnClient extends ClientIdentity {
  /** Where its certificate lies. */
  readonly path: string;
  /** Made by this project, so that `renew` makes it anew. */
  readonly isOurs?: boolean;
}

export interface ExpectedAnswer {
  readonly path: string;
  readonly status: number;
  readonly body?: string;
}

export interface VerifyContext {
  readonly config: Config;
  readonly entry: Entry;
  readonly behaviour: GatewayBehaviour;
  readonly words: ControllerWords;
  /** Every service of the project, verified in this run or not. */
  readonly subjects: readonly VerifySubject[];
  readonly now: Date;
}

/** An id stands for one connection: probes of the same id are the same, so that services can share what was seen. */
export interface NamedProbe {
  readonly id: string;
  readonly probe: Probe;
}

/** What was seen, by the id of the probe. */
export type Observations = ReadonlyMap<string, Observation>;
