import { className, type Config } from '../../model/config.ts';

/** Every name that this controller's objects have; two controllers of different names share none. */
export interface ControllerNames {
  /** Service, ServiceAccount, roles and bindings, cluster-scoped ones included. */
  readonly fullName: string;
  readonly deployment: string;
  readonly configMap: string;
  /** The Lease is named exactly so since 1.0.0 (kubernetes/ingress-nginx changelog 1.0.0); the name is the article's. */
  readonly election: string;
  readonly ingressClass: string;
  /**
   * spec.controller of the IngressClass: any domain-prefixed path that no other controller answers to. The field is
   * immutable (kubernetes@1.35 pkg/apis/networking/validation), so it does not name the product: the class then outlives a
   * change of profile.
   */
  readonly controllerClass: string;
}

/** Names the objects after controller.name, as the article does with ic1, ic2 and ic3. */
export function controllerNames(config: Config): ControllerNames {
  const { name } = config.controller;
  return {
    fullName: `ingress-nginx-${name}`,
    deployment: `nginx-ingress-controller-${name}`,
    configMap: `nginx-configuration-${name}`,
    election: `ingress-controller-leader-${name}`,
    ingressClass: className(config),
    controllerClass: `ingress-tls/${name}`,
  };
}
