import type { ProbeFailure } from '../../model/probe.ts';
import { asksAtController } from '../../model/client-auth.ts';
import { clientAuthority, restartPods } from '../../project/places.ts';
import { backendOf } from '../../model/backend.ts';
import { alerts, isAboutCertificate } from '../alerts.ts';
import type { Explanation, Rule, Situation } from '../finding.ts';
import {
  listObjects,
  mendClient,
  mendCertificateFirst,
  mendClientAuth,
  nameProgram,
  nameWorkload,
  readPodLog,
} from '../remedies.ts';
import { endsInPod } from '../../model/mode.ts';

interface Evidence extends Situation {
  readonly failure: ProbeFailure | undefined;
}

/** Why a request that should be answered was not. */
export const noAnswerRules: readonly Rule<Evidence>[] = [
  explainClientFault,
  explainOtherProtocol,
  explainHandshake,
  explainRefusedClient,
  explainUnaskedClient,
  explainDeadBackend,
];

export function noAnswer({ subject: { service } }: Evidence): Explanation {
  return {
    cause: `what took the request for ${service.host} ended it without an answer`,
    remedy: `${readPodLog(service)}; and the log of the controller`,
  };
}

/** Whoever refuses it is right. */
function explainClientFault({ subject }: Evidence): Explanation | undefined {
  return subject.clientFault === undefined ? undefined : mendClient(subject, subject.clientFault);
}

function explainHandshake({ failure }: Evidence): Explanation | undefined {
  if (failure?.stage !== 'handshake' || isAboutCertificate(failure.alert)) return undefined;
  return { cause: 'no TLS connection came about to ask over', remedy: mendCertificateFirst };
}

function explainRefusedClient({ context, subject, failure }: Evidence): Explanation | undefined {
  const { service, client } = subject;
  if (client === undefined || failure === undefined || !isAboutCertificate(failure.alert)) return undefined;
  const isAsked = asksAtController(service);
  return {
    cause:
      `the ${isAsked ? 'controller' : 'pod'} refuses the client certificate ${client.path}: ` +
      `it trusts another authority than ${clientAuthority(service)}`,
    remedy: isAsked ? mendClientAuth(context, subject) : `ingress-tls apply, then ${restartPods(service)}`,
  };
}

function explainUnaskedClient({ context, subject: { service, client }, failure }: Evidence): Explanation | undefined {
  if (client !== undefined || failure === undefined || !isAboutCertificate(failure.alert)) return undefined;
  return {
    cause: `whoever ends TLS for ${service.host} demands a client certificate, which ingress-tls.yaml does not say`,
    remedy: endsInPod(service.mode)
      ? `set clientAuth: true for ${service.name} in ingress-tls.yaml, then run ingress-tls apply`
      : `${context.words.undoClientAuth}, or set clientAuth for ${service.name} in ingress-tls.yaml`,
  };
}

/** A person's own pod whose TLS is done and that does not answer HTTP, or agrees on no version of it (RFC 7301, 3.2). */
function explainOtherProtocol({ subject: { service }, failure }: Evidence): Explanation | undefined {
  if (!endsInPod(service.mode) || backendOf(service) === 'demo' || failure === undefined) return undefined;
  const { stage, code, alert } = failure;
  const isNoHttp = alert === alerts.noApplicationProtocol || (stage === 'response' && alert === undefined);
  if (!isNoHttp || service.protocol === 'tcp') return undefined;
  const what = code === 'timeout' || code === 'protocol' ? 'does not answer' : 'ends the connection of';
  return {
    cause: `${nameProgram(service)} does its TLS and ${what} whoever speaks ${service.protocol === 'grpc' ? 'gRPC' : 'HTTP'} to it: it speaks another protocol, or fails`,
    remedy: `where it speaks none, set protocol: tcp for ${service.name} in ingress-tls.yaml; else ${readPodLog(service)}`,
  };
}

function explainDeadBackend({ context, subject: { service }, failure }: Evidence): Explanation | undefined {
  if (failure?.code !== 'timeout') return undefined;
  return {
    cause: `no ready pod or a dead backend: ${nameWorkload(service)} does not answer in time`,
    remedy: `${listObjects(context, service)}; or wait longer: --timeout 30s`,
  };
}
