import type { ChartValue, PlannedService, RouteNode } from '../../model/chart.ts';
import { listHosts } from '../../model/hosts.ts';

/** The hosts of a service's Ingress, each a value of the chart: `ingress.host`, `ingress.host2`... */
export function ingressHosts(service: PlannedService): readonly ChartValue[] {
  return listHosts(service).map((value, index) => ({
    leaf: 'value',
    path: `ingress.host${index === 0 ? '' : index + 1}`,
    value,
    comment: `${index === 0 ? '' : 'another '}host name that clients ask for.`,
  }));
}

/** The mode's annotations, which stand first and win, and a person's own, which the profile's notices have judged. */
export function ingressAnnotations(
  modeAnnotations: Readonly<Record<string, string>>,
  service: PlannedService,
): ChartValue {
  return {
    leaf: 'value',
    path: 'ingress.annotations',
    value: { ...modeAnnotations, ...service.annotations, ...modeAnnotations },
    comment: 'annotations of the Ingress; those of the mode decide where TLS ends.',
  };
}

/**
 * The tls section: with the hosts' Secret where TLS ends at the controller. A passthrough host is listed without a
 * Secret, so that port 80 redirects, but a connection that falls back to nginx shows the controller's default certificate and
 * not a plausible one (kubernetes/ingress-nginx@v1.15.1 internal/ingress/controller/controller.go, createServers).
 */
export function ingressTls(service: PlannedService): RouteNode {
  const hosts = ingressHosts(service);
  const { hostSecret } = service;
  return [hostSecret === undefined ? { hosts } : { hosts, secretName: tlsSecretName(hostSecret) }];
}

function tlsSecretName(value: string): ChartValue {
  return {
    leaf: 'value',
    path: 'ingress.tls.secretName',
    value,
    comment:
      'Secret of type kubernetes.io/tls that the controller shows for the host; in the namespace of the release.',
  };
}
