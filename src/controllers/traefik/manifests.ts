import type { Config } from '../../model/config.ts';
import type { ManifestLabels, ProfileManifests } from '../../model/controller-profile.ts';
import { serviceFile } from '../exposure.ts';
import { disruptionBudgets } from '../workload.ts';
import { ingressClass } from '../ingress-nginx/ingress-class.ts';
import { controllerNames as ingressNginxNames } from '../ingress-nginx/names.ts';
import { namespaceObjects } from '../ingress-nginx/namespaces.ts';
import { controllerService } from '../ingress-nginx/service.ts';
import { commandLine } from './command-line.ts';
import { deployment } from './deployment.ts';
import { objectLabels, selectorLabels } from './labels.ts';
import { controllerNames } from './names.ts';
import { accessObjects } from './rbac.ts';
import { configMap } from './tls-settings.ts';

/** The files of manifests/, named as those of profile ingress-nginx: Service and class are its own, but for their labels. */
export function manifests(config: Config, labels: ManifestLabels): ProfileManifests {
  const names = controllerNames(config);
  const shared = ingressNginxNames(config);
  const own = { ...objectLabels(names), ...labels.own };
  const file = (suffix: string): string => `${config.controller.name}-${suffix}.yaml`;
  return {
    before: [
      { file: 'ic-common.yaml', objects: [...namespaceObjects(config, labels), ...accessObjects(config, names, own)] },
      { file: file('ingressclass'), objects: [ingressClass(shared, own)] },
    ],
    after: [
      { file: file(serviceFile(config)), objects: [controllerService(config, shared, own)] },
      {
        file: file('mandatory'),
        objects: [
          configMap(config, names, own),
          deployment(config, names, own, commandLine(config, names)),
          ...disruptionBudgets(config, { name: names.deployment, labels: own, selector: selectorLabels(config) }),
        ],
      },
    ],
  };
}
