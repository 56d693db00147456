import type { ProbeFailure } from '../../model/probe.ts';
import { alerts } from '../alerts.ts';
import { isEnded } from '../failures.ts';
import type { Explanation, Rule, Situation } from '../finding.ts';
import { listObjects, nameProgram, nameWorkload, tellEntry } from '../remedies.ts';
import { podPort } from '../../model/backend.ts';
import { endsInPod } from '../../model/mode.ts';

interface Evidence extends Situation {
  readonly failure: ProbeFailure | undefined;
}

/** Why no certificate was shown. */
export const noCertificateRules: readonly Rule<Evidence>[] = [
  explainUnreachable,
  explainUnknownName,
  explainVersion,
  explainNoHttp,
  explainGarbage,
  explainDeadPassthrough,
];

export function noCertificate({ context, failure }: Evidence): Explanation {
  const deed = failure?.code === 'timeout' ? 'accepts connections and then says nothing' : 'ends the connection';
  return {
    cause: `whatever listens there ${deed}: it is not ${context.behaviour.product}, or something before it interferes`,
    remedy: 'check the address (--address HOST:PORT), then the log of the controller',
  };
}

function explainUnreachable({ context, failure }: Evidence): Explanation | undefined {
  if (failure?.stage !== 'connect') return undefined;
  const { namespace } = context.config.controller;
  return {
    cause:
      failure.code === 'ECONNREFUSED'
        ? 'nothing listens at the address: the controller is not running, or it has another address or port'
        : 'the address cannot be reached from here: it is another one, or a firewall is between',
    remedy: `kubectl get pods,services --namespace ${namespace} (${tellEntry(context)}), or give the address: --address HOST:PORT`,
  };
}

/** nginx with ssl-reject-handshake, and others without a fallback certificate. */
function explainUnknownName({ context, subject: { service }, failure }: Evidence): Explanation | undefined {
  if (failure?.alert !== alerts.unrecognizedName) return undefined;
  return {
    cause: `the controller has no route for ${service.host}`,
    remedy: `ingress-tls apply; then ${listObjects(context, service)}`,
  };
}

function explainVersion({ subject: { service }, failure }: Evidence): Explanation | undefined {
  if (failure?.alert !== alerts.protocolVersion) return undefined;
  const where = endsInPod(service.mode) ? 'the pod' : 'the controller';
  return { cause: `${where} speaks neither TLS 1.2 nor 1.3`, remedy: `let ${where} speak TLS 1.2 and 1.3` };
}

/** Whoever ends TLS agrees on no version of HTTP that is offered (RFC 7301, 3.2). */
function explainNoHttp({ context, subject: { service }, failure }: Evidence): Explanation | undefined {
  if (failure?.alert !== alerts.noApplicationProtocol) return undefined;
  if (!endsInPod(service.mode))
    return {
      cause: `${context.behaviour.product} offers no HTTP/2 for ${service.host}, which gRPC needs`,
      remedy: `ingress-tls apply, which sets what decides it: ${context.words.http2Setting(context.config)}`,
    };
  const spoken = service.protocol === 'grpc' ? 'HTTP/2' : 'HTTP';
  return {
    cause: `${nameProgram(service)} does TLS, and agrees on no ${spoken} inside it`,
    remedy: `say what it speaks: protocol of ${service.name} in ingress-tls.yaml, tcp where it is no HTTP`,
  };
}

function explainGarbage({ context, subject: { service }, failure }: Evidence): Explanation | undefined {
  if (failure?.code !== 'protocol') return undefined;
  return endsInPod(service.mode)
    ? {
        cause: `the pod of ${service.name} speaks no TLS on port ${podPort(service)}, or the address is not the TLS port of ${context.behaviour.product}`,
        remedy: listObjects(context, service),
      }
    : {
        cause: `the address is not the TLS port of ${context.behaviour.product}`,
        remedy: 'give the TLS port: --address HOST:PORT',
      };
}

/**
 * Without a pod behind it a passed-through connection is accepted, then ended or left hanging, never answered with a 503; the
 * same with a path other than /, with pathType Exact and with a headless Service (kubernetes/ingress-nginx@controller-v1.15.1
 * pkg/tcpproxy/tcp.go, internal/ingress/controller/controller.go, #5257, #1718).
 */
function explainDeadPassthrough({ context, subject: { service }, failure }: Evidence): Explanation | undefined {
  if (!endsInPod(service.mode) || failure === undefined) return undefined;
  if (failure.code !== 'timeout' && !isEnded(failure)) return undefined;
  return {
    cause: `no ready pod or a dead backend: no pod of ${nameWorkload(service)} is ready, or the route has another path than / of type Prefix, or the Service is headless`,
    remedy: listObjects(context, service),
  };
}
