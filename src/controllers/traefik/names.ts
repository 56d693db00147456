import type { Config } from '../../model/config.ts';
import { controllerNames as ingressNginxNames } from '../ingress-nginx/names.ts';

/** Every name that this controller's objects have; two controllers of different names share none. */
export interface ControllerNames {
  /** ServiceAccount, roles and bindings. They are not those of profile ingress-nginx, so that an exchange takes no right away. */
  readonly fullName: string;
  readonly configMap: string;
  /** Named as profile ingress-nginx names it: the README says why. */
  readonly service: string;
  /** Named as profile ingress-nginx names it: the README says why. */
  readonly deployment: string;
  readonly ingressClass: string;
  /** spec.controller of the IngressClass. */
  readonly controllerClass: string;
}

/** Names the objects after controller.name. */
export function controllerNames(config: Config): ControllerNames {
  const { fullName: service, deployment, ingressClass, controllerClass } = ingressNginxNames(config);
  const { name } = config.controller;
  return {
    fullName: `traefik-${name}`,
    configMap: `traefik-settings-${name}`,
    service,
    deployment,
    ingressClass,
    controllerClass,
  };
}
