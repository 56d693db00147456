import type { HttpAnswer, Observation } from '../model/probe.ts';
import type { Fact } from '../model/verification.ts';
import type { See } from './finding.ts';
import { probeAsClient, probeRequestForCertificate } from './probe-plan.ts';
import type { NamedProbe, VerifySubject } from './subject.ts';
import { nameVersion, showCertificate, showFailure, showText } from './words.ts';

/** The connections by which they are seen; that of plain HTTP, probePort80, goes to another port. */
export function planFacts(subject: VerifySubject): readonly NamedProbe[] {
  return [probeAsClient(subject), probeRequestForCertificate(subject)];
}

/**
 * What a client sees, without a judgement.
 * @param redirect what the probe probePort80 saw, or why nobody looked, as a clause.
 */
export function listFacts(subject: VerifySubject, see: See, redirect: Observation | string): readonly Fact[] {
  const asClient = see(probeAsClient(subject));
  return [
    { fact: 'chain', seen: tellChain(asClient) },
    { fact: 'tls', seen: tellTls(asClient) },
    { fact: 'http', seen: tellHttp(asClient) },
    { fact: 'hsts', seen: tellHeader(asClient.answer, 'strict-transport-security') },
    { fact: 'client-certificates', seen: tellRequest(see(probeRequestForCertificate(subject))) },
    { fact: 'redirect', seen: typeof redirect === 'string' ? redirect : tellRedirect(redirect) },
  ];
}

function tellChain({ leaf, chainLength = 0, failure }: Observation): string {
  if (leaf === undefined) return `no certificate: ${showFailure(failure)}`;
  const issuer = leaf.issuer === leaf.subject ? 'itself' : showText(leaf.issuer) || 'nobody by name';
  return `${showCertificate(leaf)}, issued by ${issuer}; ${chainLength} certificate${chainLength === 1 ? '' : 's'} shown`;
}

function tellTls({ version, cipher, group, failure }: Observation): string {
  if (version === undefined) return `no handshake: ${showFailure(failure)}`;
  return [nameVersion(version), cipher, group].flatMap((each) => (each === undefined ? [] : showText(each))).join(', ');
}

function tellHttp({ protocol, answer, isKept }: Observation): string {
  const agreed = `ALPN ${protocol === undefined ? 'agreed on nothing' : showText(protocol)}`;
  if (isKept === true) return `${agreed}; nothing was asked`;
  return answer === undefined ? `${agreed}; no answer` : `${agreed}; answered by HTTP/${answer.httpVersion}`;
}

function tellHeader(answer: HttpAnswer | undefined, name: string): string {
  if (answer === undefined) return 'no answer';
  const value = answer.headers[name];
  return value === undefined ? 'none' : showText(value);
}

/** In TLS 1.2 the request is sent in clear; whoever asks there asks in 1.3 too. */
function tellRequest({ leaf, version, clientAuthorities, failure }: Observation): string {
  if (clientAuthorities === undefined)
    return leaf === undefined || version !== 'TLSv1.2'
      ? `not seen, since no handshake of TLS 1.2 came about: ${showFailure(failure)}`
      : 'not asked for';
  if (clientAuthorities.length === 0) return 'asked for, of whatever authority';
  return `asked for, of ${clientAuthorities.map(showText).join('; ')}`;
}

function tellRedirect({ answer, failure }: Observation): string {
  if (answer === undefined) return `no answer to plain HTTP: ${showFailure(failure)}`;
  const target = answer.headers['location'];
  return target === undefined ? `status ${answer.status}, and no redirect` : `${answer.status} to ${showText(target)}`;
}
