import type { Config } from '../../model/config.ts';
import type { ManifestLabels, ProfileManifests } from '../../model/controller-profile.ts';
import { serviceFile } from '../exposure.ts';
import { disruptionBudgets } from '../workload.ts';
import { configMap } from './config-map.ts';
import { deployment } from './deployment.ts';
import { ingressClass } from './ingress-class.ts';
import { selectorLabels } from './labels.ts';
import { controllerNames } from './names.ts';
import { namespaceObjects } from './namespaces.ts';
import { accessObjects } from './rbac.ts';
import { controllerService } from './service.ts';

/** The files of manifests/, named as the article names them. */
export function manifests(config: Config, labels: ManifestLabels): ProfileManifests {
  const names = controllerNames(config);
  const own = { ...selectorLabels(names), ...labels.own };
  const file = (suffix: string): string => `${config.controller.name}-${suffix}.yaml`;
  return {
    before: [
      { file: 'ic-common.yaml', objects: [...namespaceObjects(config, labels), ...accessObjects(config, names, own)] },
      { file: file('ingressclass'), objects: [ingressClass(names, own)] },
    ],
    after: [
      { file: file(serviceFile(config)), objects: [controllerService(config, names, own)] },
      {
        file: file('mandatory'),
        objects: [
          configMap(config, names, own),
          deployment(config, names, own),
          ...disruptionBudgets(config, { name: names.deployment, labels: own, selector: selectorLabels(names) }),
        ],
      },
    ],
  };
}
