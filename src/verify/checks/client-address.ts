import { backendOf } from '../../model/backend.ts';
import { excuse, fail, pass, skip, type Finding, type Situation } from '../finding.ts';
import type { LogEvidence } from './access-log.ts';
import { describeRoute, nameProgram } from '../remedies.ts';
import { showText } from '../words.ts';

/**
 * The address that the pod is told its client has. With passthrough on, ingress-nginx takes every TLS connection through a
 * proxy of its own at 127.0.0.1 (kubernetes/ingress-nginx#8052), and unless it believes that proxy, so do the pods.
 */
export function judgeClientAddress(
  situation: Situation,
  evidence: LogEvidence,
): Finding & { readonly expected: string } {
  const { ownAddress } = evidence;
  return {
    expected:
      ownAddress === undefined
        ? "the client's address in X-Forwarded-For, not a loopback one"
        : `X-Forwarded-For: ${showText(ownAddress)}`,
    ...judge(situation, evidence),
  };
}

function judge({ context, subject: { service } }: Situation, { path, podLines, ownAddress }: LogEvidence): Finding {
  const request = podLines.map(readRequest).find((found) => found?.uri === path);
  if (request === undefined) {
    return skip(
      backendOf(service) === 'demo'
        ? `no line with ${path} in the log of the pod`
        : `the log of ${nameProgram(service)} is not read`,
    );
  }
  const [address] = request.forwardedFor;
  if (address === undefined) {
    return fail('no X-Forwarded-For', {
      cause: 'the controller does not tell the pod who its client is',
      remedy: describeRoute(context, service),
    });
  }
  const seen = `X-Forwarded-For: ${showText(request.forwardedFor.join(', '))}`;
  if (isLoopback(address) && (ownAddress === undefined || !isLoopback(ownAddress))) {
    const finding = fail(seen, {
      cause: 'the controller takes its own passthrough proxy for the client, so the pod cannot tell its clients apart',
      remedy: `${context.words.tellClientAddress(context.config)}: ingress-tls apply`,
    });
    return excuse(context, 'client-address', finding);
  }
  // Through a node port the node's address takes the client's place unless externalTrafficPolicy is Local.
  return pass(
    ownAddress === undefined || address === ownAddress
      ? seen
      : `${seen} (a node's, where the Service has externalTrafficPolicy: Cluster)`,
  );
}

interface PodRequest {
  readonly uri: string;
  readonly forwardedFor: readonly string[];
}

/** A line of Caddy's access log (caddy@2.11 modules/caddyhttp/marshalers.go); undefined for any other line. */
function readRequest(line: string): PodRequest | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const request = field(entry, 'request');
  const uri = field(request, 'uri');
  if (typeof uri !== 'string') return undefined;
  const values = field(field(request, 'headers'), 'X-Forwarded-For');
  const texts = Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
  return {
    uri,
    forwardedFor: texts
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** IPv4 127.0.0.0/8 (RFC 1122, 3.2.1.3) and IPv6 ::1, also mapped. */
function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/i.test(address);
}
