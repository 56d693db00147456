import { className, type Config } from '../model/config.ts';
import type { ControllerNeed } from '../model/controller-profile.ts';
import type { Notice } from '../model/notice.ts';

export const controllerExpected = 'controller-expected';

/** Of a controller that is there already: what it must have set and nobody has looked up. Nothing where nothing is. */
export function noteNeeds(config: Config, needs: readonly ControllerNeed[]): readonly Notice[] {
  if (needs.length === 0) return [];
  const { namespace } = config.controller;
  return [
    {
      level: 'warning',
      code: controllerExpected,
      message:
        `The controller of class ${className(config)} in namespace ${namespace} has to be set up for these routes: ` +
        `${needs.map(({ setting, otherwise }) => `${setting} (else ${otherwise})`).join('; ')}.`,
      remedy:
        `Look with kubectl get deployments,daemonsets,configmaps --namespace ${namespace} --output yaml; ingress-tls doctor and apply look ` +
        'where they may.',
      path: ['controller', 'install'],
    },
  ];
}
