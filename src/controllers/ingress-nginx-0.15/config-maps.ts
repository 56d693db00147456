import type { Config } from '../../model/config.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { findServicesAtRisk } from '../ingress/connection-reuse.ts';
import type { ControllerNames } from './names.ts';

/** The article's three, empty but for one setting that it does not have: HTTP/2 off where a browser could go astray. */
export function configMaps(config: Config, names: ControllerNames, labels: Labels): readonly KubeObject[] {
  const { namespace } = config.controller;
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: names.configuration, namespace, labels: { app: 'ingress-nginx', ...labels } },
      ...(findServicesAtRisk(config).length > 0 ? { data: { 'use-http2': 'false' } } : {}),
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: names.tcpServices, namespace, labels } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: names.udpServices, namespace, labels } },
  ];
}
