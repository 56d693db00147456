import { backendOf } from '../../model/backend.ts';
import type { PlannedService } from '../../model/chart.ts';
import { clientAuthAnnotations } from '../ingress/client-auth.ts';
import { nginxKey, withNginxPrefix } from '../ingress/nginx-annotations.ts';
import { upstreamCa } from './upstream-ca.ts';

/** The annotations that make a service's mode, by v1.15.1. Throws on a reencrypt service without an upstream name: a bug. */
export function modeAnnotations(service: PlannedService): Readonly<Record<string, string>> {
  switch (service.mode) {
    case 'terminate':
      return {
        ...(service.protocol === 'grpc' && withNginxPrefix({ 'backend-protocol': 'GRPC' })),
        ...clientAuthAnnotations(service),
      };
    case 'reencrypt':
      return { ...withNginxPrefix(verifiedUpstream(service)), ...clientAuthAnnotations(service) };
    case 'passthrough':
      return { ...withNginxPrefix(passthrough), ...drainingService(service) };
  }
}

/**
 * Everything hangs on proxy-ssl-secret: without it the other proxy-ssl-* are ignored and nothing is verified. Without a name,
 * nginx compares the certificate with `upstream_balancer` (#12883); without server-name it sends no SNI; the protocols and
 * the depth default to TLSv1.2 alone and 1 (v1.15.1 internal/ingress/annotations/proxyssl/main.go).
 */
function verifiedUpstream(service: PlannedService): Readonly<Record<string, string>> {
  if (service.upstreamName === undefined) throw new Error(`no upstream name was planned for ${service.release}`);
  const authority = upstreamCa(service);
  return {
    'backend-protocol': service.protocol === 'grpc' ? 'GRPCS' : 'HTTPS',
    'proxy-ssl-secret': `${authority.namespace}/${authority.name}`,
    'proxy-ssl-verify': 'on',
    'proxy-ssl-name': service.upstreamName,
    'proxy-ssl-server-name': 'on',
    'proxy-ssl-protocols': 'TLSv1.2 TLSv1.3',
    'proxy-ssl-verify-depth': '2',
  };
}

/**
 * By the Service's address a pod that is ending gets no new connection. Of addresses of pods Traefik goes on using one until it is gone, since
 * it knows no fencing for TCP (traefik@3.7.13 pkg/provider/kubernetes/ingress-nginx/translator.go, TCPServersLoadBalancer): each exchange of
 * pods lost connections. ingress-nginx passes through by that address anyway. A Service that is there already may have none.
 */
function drainingService(service: PlannedService): Readonly<Record<string, string>> {
  const key = nginxKey('service-upstream');
  return backendOf(service) === 'existing' || service.annotations[key] !== undefined ? {} : { [key]: 'true' };
}

/**
 * Never backend-protocol beside it: a connection that falls back to nginx would then be answered through an unverified TLS
 * connection to the pod, as if all were well. Without the redirect, plain HTTP on port 80 goes on to the pod.
 */
const passthrough = { 'ssl-passthrough': 'true', 'force-ssl-redirect': 'true' };
