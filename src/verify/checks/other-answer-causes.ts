import type { HttpAnswer } from '../../model/probe.ts';
import { asksAtController } from '../../model/client-auth.ts';
import { clientAuthority, podAuthority, restartPods } from '../../project/places.ts';
import {
  findSpeaker,
  isClientRefusal,
  isLoop,
  isMissingCertificate,
  isPage,
  isPlainHttpComplaint,
  isUnreadableAuthority,
} from '../answers.ts';
import type { Explanation, Rule, Situation } from '../finding.ts';
import {
  describeRoute,
  listObjects,
  mendClient,
  mendClientAuth,
  nameClientCa,
  missingRoute,
  nameProgram,
  nameWorkload,
  readPodLog,
} from '../remedies.ts';
import { showText } from '../words.ts';
import { backendOf, hasOwnCertificate, podPort } from '../../model/backend.ts';
import { hasTlsHop } from '../../model/mode.ts';

interface Evidence extends Situation {
  readonly answer: HttpAnswer;
}

/** What it means that another answer came than the right one. */
export const otherAnswerRules: readonly Rule<Evidence>[] = [
  explainOtherService,
  explainComplaint,
  explainClosedHost,
  explainClientFault,
  explainClientCertificatesAtController,
  explainRefusedUpstream,
  explainMissingUpstream,
  explainMissingRoute,
  explainLoop,
  explainRedirect,
  explainGrpc,
  explainServerError,
  explainNoGrpc,
  explainOwnImage,
];

export function otherAnswer({ context, subject: { service } }: Evidence): Explanation {
  return {
    cause: `another program than the demo backend of ${service.name} answered`,
    remedy: listObjects(context, service),
  };
}

function explainOtherService({ context, subject, answer }: Evidence): Explanation | undefined {
  const speaker = findSpeaker(context.subjects, answer);
  if (speaker === undefined) return undefined;
  const { service } = subject;
  return speaker.service.name === service.name
    ? {
        cause: `it is ${service.name} that speaks, but something on the way changed the answer or its status`,
        remedy: listObjects(context, service),
      }
    : {
        cause: `wrong backend: the route of ${service.host}${service.entryPath ?? ''} leads to ${speaker.service.name}`,
        remedy: `ingress-tls apply; then ${listObjects(context, service)}`,
      };
}

/** A pod that speaks TLS was asked in plain HTTP: somebody decrypted the request who was to encrypt it again or leave it alone. */
function explainComplaint({ context, subject: { service }, answer }: Evidence): Explanation | undefined {
  if (!isPlainHttpComplaint(answer)) return undefined;
  switch (service.mode) {
    case 'terminate':
      return {
        cause: `the pod speaks TLS on port ${podPort(service)}, but in mode terminate the controller sends it plain HTTP`,
        remedy: `let the pod speak plain HTTP, or set mode: reencrypt for ${service.name} in ingress-tls.yaml, then run ingress-tls apply`,
      };
    case 'reencrypt':
      return {
        cause: `the controller sends plain HTTP to the pod: ${context.words.whyPlainToPod}`,
        remedy: `ingress-tls apply; then ${describeRoute(context, service)}`,
      };
    case 'passthrough':
      return {
        cause:
          'the controller read the request and sent it to the pod in plain HTTP: the connection was not passed through',
        remedy: `ingress-tls apply; then ${describeRoute(context, service)}`,
      };
  }
}

function explainClosedHost({ context, subject, answer }: Evidence): Explanation | undefined {
  const { service } = subject;
  if (!asksAtController(service) || !isUnreadableAuthority(context.behaviour, answer)) return undefined;
  return {
    cause: `the controller cannot read ${nameClientCa(subject)}, by which clients are verified, and serves nobody${isPage(context.behaviour.upstreamMissing, answer) ? `; or no pod of ${nameWorkload(service)} is ready` : ''}`,
    remedy: mendClientAuth(context, subject),
  };
}

/** Whoever refuses it is right. */
function explainClientFault({ context, subject, answer }: Evidence): Explanation | undefined {
  const { clientFault } = subject;
  return clientFault === undefined || !isClientRefusal(context.behaviour, answer)
    ? undefined
    : mendClient(subject, clientFault);
}

function explainClientCertificatesAtController({ context, subject, answer }: Evidence): Explanation | undefined {
  const { service, client } = subject;
  if (asksAtController(service) && isClientRefusal(context.behaviour, answer)) {
    return {
      cause:
        `the controller refuses the client certificate ${client?.path ?? ''}: the authority in ` +
        `${nameClientCa(subject)} is not ${clientAuthority(service)}`,
      remedy: mendClientAuth(context, subject),
    };
  }
  if (!isMissingCertificate(answer)) return undefined;
  return {
    cause: 'the controller terminates TLS and demands a client certificate itself',
    remedy: `${context.words.undoClientAuth} of ${service.host}: ingress-tls apply`,
  };
}

function explainRefusedUpstream({
  context,
  subject: { service, upstreamCaSource, shownToPod },
  answer,
}: Evidence): Explanation | undefined {
  if (!hasTlsHop(service.mode) || answer.status !== context.behaviour.upstreamRefused.status) return undefined;
  const file = podAuthority(service) ?? 'certificate.authority';
  const authority = upstreamCaSource ?? file;
  return {
    cause:
      `the controller refused the hop to the pod: the pod's certificate was not issued by the authority in ${authority}, ` +
      `or does not name ${service.upstreamName ?? 'the pod'}` +
      (shownToPod === undefined ? '' : `; or the pod refuses ${shownToPod}, which the controller shows`),
    // An edited Secret is kept by apply as well.
    remedy: hasOwnCertificate(service)
      ? `ingress-tls render, which names edited files and with --force puts them right; then ingress-tls apply, and ${restartPods(service)}`
      : service.service === undefined
        ? `${restartPods(service)}: it may hold the certificate it started with; where it stays, compare the issuer of what is in Secret ${service.podTlsSecret ?? ''} with ${authority}`
        : `put the authority of the pod's certificate into ${file} and the name that it bears into service.serverName of ${service.name}, then ingress-tls apply`,
  };
}

function explainMissingUpstream({
  context,
  subject: { service, upstreamCaSource },
  answer,
}: Evidence): Explanation | undefined {
  if (answer.status !== context.behaviour.upstreamMissing.status) return undefined;
  const authority = hasTlsHop(service.mode)
    ? `, or ${upstreamCaSource ?? 'the Secret with the authority of the hop'} is missing or may not be read`
    : '';
  return {
    cause: `no pod of ${nameWorkload(service)} is ready${authority}`,
    remedy: `ingress-tls apply; then ${listObjects(context, service)}`,
  };
}

/** The demo backend answers every path with 200, so a 404 is the controller's; a person's own image may mean it. */
function explainMissingRoute({ context, subject, answer }: Evidence): Explanation | undefined {
  if (answer.status !== context.behaviour.unknownHost.status) return undefined;
  if (backendOf(subject.service) !== 'demo' && !isPage(context.behaviour.unknownHost, answer)) return undefined;
  return missingRoute(context, subject);
}

function explainRedirect({
  context,
  subject: { service, answer: expected },
  answer,
}: Evidence): Explanation | undefined {
  if (answer.status < 300 || answer.status > 399) return undefined;
  const target = answer.headers['location'];
  const sent = target === undefined ? 'somewhere else' : `to ${showText(target)}`;
  return {
    cause: `${backendOf(service) === 'demo' ? 'something on the way' : 'the application'} sends clients of ${showText(expected.path)} ${sent}`,
    remedy:
      backendOf(service) === 'demo'
        ? `${context.words.undoRedirect}: ${describeRoute(context, service)}`
        : `name a path that is answered: ingress-tls verify ${service.name} --path PATH; or the status: --status ${answer.status}`,
  };
}

/** A redirect to what was asked for: whoever follows it asks the same again. */
function explainLoop({ context, subject, answer }: Evidence): Explanation | undefined {
  if (!isLoop(subject, answer)) return undefined;
  const { service } = subject;
  const { name, mode } = service;
  const cause = `a loop: clients are sent to the URL that they asked for, again and again`;
  if (backendOf(service) === 'demo')
    return { cause, remedy: `${context.words.undoRedirect}: ${describeRoute(context, service)}` };
  return mode === 'terminate'
    ? {
        cause: `${cause}; most likely ${nameProgram(service)} sends everybody to https who comes by plain HTTP, as the controller does in mode terminate`,
        remedy: `let it trust X-Forwarded-Proto, or take its redirect to https off; or set mode: reencrypt for ${name} in ingress-tls.yaml, if it speaks TLS too`,
      }
    : {
        cause: `${cause}; most likely ${nameProgram(service)} takes itself for another scheme, host or port than ${service.host}`,
        remedy: `tell it the URL under which clients see it; ${readPodLog(service)}`,
      };
}

/** Nobody else finds fault with the content type of a request without content (RFC 9110, 15.5.16). */
function explainGrpc({ subject: { service }, answer }: Evidence): Explanation | undefined {
  if (service.protocol === 'grpc' || (answer.grpcStatus === undefined && answer.status !== 415)) return undefined;
  return {
    cause: `${nameProgram(service)} speaks gRPC, and was asked for a page`,
    remedy: `set protocol: grpc for ${service.name} in ingress-tls.yaml, then run ingress-tls apply`,
  };
}

function explainNoGrpc({ subject: { service } }: Evidence): Explanation | undefined {
  if (service.protocol !== 'grpc') return undefined;
  return {
    cause: `whoever answered speaks HTTP and no gRPC: ${nameProgram(service)}, or another program in its place`,
    remedy: `${readPodLog(service)}; where it serves pages, take protocol: grpc off ${service.name} in ingress-tls.yaml`,
  };
}

function explainServerError({ context, subject: { service }, answer }: Evidence): Explanation | undefined {
  if (answer.status < 500) return undefined;
  return {
    cause: `the controller got no proper answer from the pod: it does not listen on port ${podPort(service)}, speaks another protocol, or fails`,
    remedy: `${readPodLog(service)}; then ${listObjects(context, service)}`,
  };
}

function explainOwnImage({ subject: { service }, answer }: Evidence): Explanation | undefined {
  if (backendOf(service) === 'demo') return undefined;
  return {
    cause: `${nameProgram(service)} answers so at this path, or another program answers in its place`,
    remedy: `say what a right answer is: ingress-tls verify ${service.name} --path PATH --status ${answer.status}`,
  };
}
