import { printYamlValue } from '../../kube/yaml.ts';
import type { Config } from '../../model/config.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { findServicesAtRisk } from '../ingress/connection-reuse.ts';
import type { ControllerNames } from './names.ts';

/** Where the settings lie in the pod. */
export const settingsPlace = { folder: '/etc/traefik/settings', file: 'tls.yaml' };

/**
 * TLS where it ends at the controller. No argument and no Ingress can say it: the options named `default` hold for every host
 * that has none of its own, and only a file (or a CRD) can set them (v3.7.13 docs/content/reference/routing-configuration/http/
 * tls/tls-options.md). HTTP/2 is off by leaving `h2` out. The lowest version is stated because options from a file do not
 * inherit it (pkg/tls/tls.go, SetDefaults).
 */
export function printTlsSettings(config: Config): string {
  const http1Only = findServicesAtRisk(config).length > 0 ? { alpnProtocols: ['http/1.1'] } : {};
  return printYamlValue({ tls: { options: { default: { minVersion: 'VersionTLS12', ...http1Only } } } });
}

/** Holds the settings for the pod. */
export function configMap(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: names.configMap, namespace: config.controller.namespace, labels },
    data: { [settingsPlace.file]: printTlsSettings(config) },
  };
}
