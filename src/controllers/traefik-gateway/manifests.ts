import { listServiceNamespaces } from '../../kube/namespace.ts';
import type { Config } from '../../model/config.ts';
import type { ManifestLabels, ProfileManifests } from '../../model/controller-profile.ts';
import { serviceFile } from '../exposure.ts';
import { gatewayClass, gatewayObjects } from '../gateway/gateway-objects.ts';
import { controllerNames as ingressNginxNames } from '../ingress-nginx/names.ts';
import { namespaceObjects } from '../ingress-nginx/namespaces.ts';
import { controllerService } from '../ingress-nginx/service.ts';
import { baseArguments, ports } from '../traefik/command-line.ts';
import { deployment } from '../traefik/deployment.ts';
import { objectLabels, selectorLabels } from '../traefik/labels.ts';
import { controllerNames, type ControllerNames } from '../traefik/names.ts';
import { accessObjects } from '../traefik/rbac.ts';
import { configMap } from '../traefik/tls-settings.ts';
import { disruptionBudgets } from '../workload.ts';
import { controllerName } from './names.ts';
import { gatewayRights } from './rights.ts';

/** The files of manifests/: the controller is that of profile traefik but for what it reads. */
export function manifests(config: Config, labels: ManifestLabels): ProfileManifests {
  const names = controllerNames(config);
  const own = { ...objectLabels(names), ...labels.own };
  const file = (suffix: string): string => `${config.controller.name}-${suffix}.yaml`;
  return {
    before: [
      {
        file: 'ic-common.yaml',
        objects: [...namespaceObjects(config, labels), ...accessObjects(config, names, own, gatewayRights)],
      },
      { file: file('gatewayclass'), objects: [gatewayClass(config, controllerName, own)] },
    ],
    after: [
      { file: file(serviceFile(config)), objects: [controllerService(config, ingressNginxNames(config), own)] },
      { file: file('gateway'), objects: gatewayObjects(config, ports.https, own) },
      {
        file: file('mandatory'),
        objects: [
          configMap(config, names, own),
          deployment(config, names, own, [...baseArguments(config), ...provider(config, names)]),
          ...disruptionBudgets(config, { name: names.deployment, labels: own, selector: selectorLabels(config) }),
        ],
      },
    ],
  };
}

/** The class is told from those of other Traefiks by its label: they all have one controllerName. */
function provider(config: Config, names: ControllerNames): readonly string[] {
  const flag = '--providers.kubernetesGateway';
  const label = 'app.kubernetes.io/instance';
  return [
    `${flag}=true`,
    `${flag}.namespaces=${listServiceNamespaces(config).join(',')}`,
    `${flag}.labelSelector=${label}=${objectLabels(names)[label] ?? ''}`,
  ];
}
