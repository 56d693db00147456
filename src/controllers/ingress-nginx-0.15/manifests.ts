import type { Config } from '../../model/config.ts';
import type { ManifestLabels, ProfileManifests } from '../../model/controller-profile.ts';
import { serviceAnnotations, serviceFile, serviceSpec } from '../exposure.ts';
import { disruptionBudgets } from '../workload.ts';
import { configMaps } from './config-maps.ts';
import { defaultBackend } from './default-backend.ts';
import { deployment } from './deployment.ts';
import { controllerNames } from './names.ts';
import { accessObjects } from './rbac.ts';
import { isInitialNamespace } from '../../kube/namespace.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import type { ControllerNames } from './names.ts';

/**
 * The article's three files. What is in ic-common.yaml has fixed names: it belongs to all controllers of the namespace, so it
 * is this one's alone only while the file names no other.
 */
export function manifests(config: Config, labels: ManifestLabels): ProfileManifests {
  const names = controllerNames(config);
  const { name, namespace, sharedWith } = config.controller;
  const common = sharedWith.length > 0 ? labels.shared : labels.own;
  return {
    before: [
      {
        file: 'ic-common.yaml',
        objects: [
          ...namespaceObjects(namespace, common),
          ...defaultBackend(namespace, common),
          ...accessObjects(config, common),
        ],
      },
    ],
    after: [
      { file: `${name}-${serviceFile(config)}.yaml`, objects: [controllerService(config, names, labels.own)] },
      {
        file: `${name}-mandatory.yaml`,
        objects: [
          ...configMaps(config, names, labels.own),
          deployment(config, names, labels.own),
          ...disruptionBudgets(config, {
            name: names.deployment,
            labels: labels.own,
            selector: { app: names.service },
            apiVersion: 'policy/v1beta1',
          }),
        ],
      },
    ],
  };
}

/**
 * The controller's namespace. The label `name` is for the charts' NetworkPolicies: before Kubernetes 1.21 a namespace
 * carries no label with its own name.
 */
function namespaceObjects(name: string, labels: Labels): readonly KubeObject[] {
  if (isInitialNamespace(name)) return [];
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { name, ...labels } } }];
}

/** The article's step 2.2. */
function controllerService(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: names.service, namespace: config.controller.namespace, labels, ...serviceAnnotations(config) },
    spec: serviceSpec(config, { http: 80, https: 443, hasAppProtocol: false }, { app: names.service }),
  };
}
