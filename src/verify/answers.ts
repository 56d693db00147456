import type { GatewayBehaviour, PageAnswer } from '../model/gateway.ts';
import type { HttpAnswer, Observation } from '../model/probe.ts';
import type { VerifyContext, VerifySubject } from './subject.ts';

/**
 * What a TLS server says to plain HTTP, and so the sign that somebody decrypted the request and sent it on in clear: Go and
 * Caddy (go@1.26 src/net/http/server.go), then nginx (nginx@1.27.1 src/http/ngx_http_special_response.c).
 */
const plainHttpComplaints = [
  'client sent an http request to an https server',
  'the plain http request was sent to https port',
];

/** nginx where client certificates are checked at the controller (ngx_http_special_response.c, 496 and 495). */
const missingCertificate = 'no required ssl certificate was sent';
const wrongCertificate = 'the ssl certificate error';

/** Whether what came of a connection is what should: of a service that speaks no HTTP, that it is let be. */
export function isRightOutcome(
  context: Pick<VerifyContext, 'subjects'>,
  subject: VerifySubject,
  { answer, isKept }: Observation,
): boolean {
  if (subject.service.protocol === 'tcp') return isKept === true;
  return answer !== undefined && isRightAnswer(context, subject, answer);
}

/** Whether the client was let in by TLS, whatever it was told then. */
export function isLetIn({ answer, isKept }: Observation): boolean {
  return answer !== undefined || isKept === true;
}

/**
 * Whether an answer is the one that a service is asked for; where any body will do, any but one in which another service speaks. Of gRPC any
 * status will do: that there is no such method is what the server itself says.
 */
export function isRightAnswer(
  { subjects }: Pick<VerifyContext, 'subjects'>,
  subject: VerifySubject,
  answer: HttpAnswer,
): boolean {
  const { service, answer: expected } = subject;
  if (service.protocol === 'grpc') return answer.grpcStatus !== undefined;
  if (answer.status !== expected.status || isLoop(subject, answer)) return false;
  if (expected.body !== undefined) return answer.body === expected.body;
  return (
    findSpeaker(
      subjects.filter((other) => other.service.name !== service.name),
      answer,
    ) === undefined
  );
}

/** Whether the text that a service is known by is in an answer, whatever its status. */
function isFrom({ greeting = '' }: VerifySubject, { body }: HttpAnswer): boolean {
  const text = greeting.trim();
  return text !== '' && body.includes(text);
}

/** The service whose known text is in an answer. */
export function findSpeaker(subjects: readonly VerifySubject[], answer: HttpAnswer): VerifySubject | undefined {
  return subjects.find((subject) => isFrom(subject, answer));
}

/**
 * Whether a request reached a service: by its text where that is known, else by its status, as long as no one else is known to
 * have given the answer.
 */
export function isReached({ behaviour, subjects }: VerifyContext, subject: VerifySubject, answer: HttpAnswer): boolean {
  if (subject.greeting !== undefined) return isFrom(subject, answer);
  // What speaks no HTTP, or gRPC alone, says nothing that is known: whatever is nobody else's may be its answer.
  if (subject.service.protocol === undefined && answer.status !== subject.answer.status) return false;
  return (
    !isControllerPage(behaviour, answer) && !isPlainHttpComplaint(answer) && findSpeaker(subjects, answer) === undefined
  );
}

/**
 * Whether clients are sent to the very URL that they asked for. The port may be another: they see that of a node or of a load balancer, and
 * a program leaves it out or knows another. One that sets a cookie may answer otherwise to whoever comes back with it.
 */
export function isLoop(
  { service: { host }, answer: { path } }: VerifySubject,
  { status, headers }: HttpAnswer,
): boolean {
  const asked = new URL(path, `https://${host}`);
  const { location = '' } = headers;
  if (status < 300 || status > 399 || location === '' || headers['set-cookie'] !== undefined) return false;
  if (!URL.canParse(location, asked.href)) return false;
  const { protocol, hostname, pathname, search } = new URL(location, asked);
  return (
    protocol === asked.protocol && hostname === asked.hostname && pathname === asked.pathname && search === asked.search
  );
}

export function isPlainHttpComplaint({ body }: HttpAnswer): boolean {
  const text = body.toLowerCase();
  return plainHttpComplaints.some((complaint) => text.includes(complaint));
}

/** Whether an answer is the controller's to a client without the right certificate. */
export function isClientRefusal({ clientAuth }: GatewayBehaviour, answer: HttpAnswer): boolean {
  if (clientAuth?.refusesBy !== 'page' || answer.status !== clientAuth.missing.status) return false;
  return isMissingCertificate(answer) || answer.body.toLowerCase().includes(wrongCertificate);
}

/** Whether an answer is the controller's to everybody, where it cannot read by which authority clients are to be verified. */
export function isUnreadableAuthority({ clientAuth }: GatewayBehaviour, answer: HttpAnswer): boolean {
  return clientAuth?.refusesBy === 'page' && isPage(clientAuth.unreadable, answer);
}

export function isMissingCertificate({ body }: HttpAnswer): boolean {
  return body.toLowerCase().includes(missingCertificate);
}

/** Whether an answer is this page of the controller's own. */
export function isPage(page: PageAnswer, answer: HttpAnswer): boolean {
  return answer.status === page.status && answer.body.trim() === page.body.trim();
}

/** Whether an answer is any page that the controller makes itself. */
export function isControllerPage(behaviour: GatewayBehaviour, answer: HttpAnswer): boolean {
  const { clientAuth } = behaviour;
  const pages = [
    ...[behaviour.plainHttp, behaviour.unknownHost, behaviour.upstreamRefused, behaviour.upstreamMissing],
    ...(clientAuth === undefined ? [] : [clientAuth.misdirected]),
  ];
  return (
    pages.some((page) => isPage(page, answer)) ||
    isClientRefusal(behaviour, answer) ||
    isUnreadableAuthority(behaviour, answer)
  );
}
