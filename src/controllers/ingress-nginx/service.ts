import type { Config } from '../../model/config.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { serviceAnnotations, serviceSpec } from '../exposure.ts';
import { selectorLabels } from './labels.ts';
import type { ControllerNames } from './names.ts';

/** The way in. Its targets are names of ports, so that it leads to the pods of profile traefik as well. */
export function controllerService(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: names.fullName, namespace: config.controller.namespace, labels, ...serviceAnnotations(config) },
    spec: serviceSpec(config, { http: 'http', https: 'https', hasAppProtocol: true }, selectorLabels(names)),
  };
}
