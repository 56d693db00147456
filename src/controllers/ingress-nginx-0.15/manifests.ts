import type { Config } from '../../model/config.ts';
import type { ManifestLabels, ProfileManifests } from '../../model/controller-profile.ts';
import { configMaps } from './config-maps.ts';
import { defaultBackend } from './default-backend.ts';
import { deployment } from './deployment.ts';
import { controllerNames } from './names.ts';
import { namespaceObjects } from './namespaces.ts';
import { accessObjects } from './rbac.ts';
import { nodePortService } from './service.ts';

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
      { file: `${name}-service-nodeport.yaml`, objects: [nodePortService(config, names, labels.own)] },
      {
        file: `${name}-mandatory.yaml`,
        objects: [...configMaps(config, names, labels.own), deployment(config, names, labels.own)],
      },
    ],
  };
}
