import type { PlannedService } from '../model/chart.ts';
import type { JsonObject } from '../model/json.ts';
import { podSpeaksTls } from '../model/mode.ts';

/**
 * Whether the program lives: its port takes a connection. Never the same question as readinessProbe asks, so that a slow
 * answer takes a pod out of the Service and does not restart it as well.
 */
export function livenessProbe(service: PlannedService): JsonObject {
  return { tcpSocket: { port: service.servicePort.name }, initialDelaySeconds: 10, periodSeconds: 20, timeoutSeconds: 3, failureThreshold: 3 };
}

/**
 * Whether the program can serve: the demo backend is asked for a page. The kubelet does not check the certificate, and has
 * none of its own (kubernetes.io: Configure Liveness, Readiness and Startup Probes), so a pod that demands one, and a
 * person's own program, of which no path is known, are asked for a connection only.
 */
export function readinessProbe(service: PlannedService): JsonObject {
  const port = service.servicePort.name;
  const timing = { periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 };
  if (service.image !== undefined || service.clientAuth) return { tcpSocket: { port }, ...timing };
  return { httpGet: { path: '/', port, scheme: podSpeaksTls(service.mode) ? 'HTTPS' : 'HTTP' }, ...timing };
}
