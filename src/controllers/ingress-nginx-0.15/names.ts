import type { Config } from '../../model/config.ts';

/** Names that all controllers of the article's kind share (bigwhite/experiments@e3a40e4 ingress-controller-demo/manifests). */
export const commonNames = {
  defaultBackend: 'default-http-backend',
  serviceAccount: 'nginx-ingress-serviceaccount',
  clusterRole: 'nginx-ingress-demo-clusterrole',
  clusterRoleBinding: 'nginx-ingress-demo-clusterrole-nisa-binding',
  role: 'nginx-ingress-role',
  roleBinding: 'nginx-ingress-role-nisa-binding',
} as const;

/** Names of one controller's own objects. */
export interface ControllerNames {
  /** Of the Service by which clients come in; also the value of the label `app`, by which it finds the pods. */
  readonly service: string;
  readonly deployment: string;
  readonly configuration: string;
  readonly tcpServices: string;
  readonly udpServices: string;
}

/** The article's ic3 objects, for any name. */
export function controllerNames(config: Config): ControllerNames {
  const { name } = config.controller;
  return {
    service: `ingress-nginx-${name}`,
    deployment: `nginx-ingress-controller-${name}`,
    configuration: `nginx-configuration-${name}`,
    tcpServices: `tcp-services-${name}`,
    udpServices: `udp-services-${name}`,
  };
}

/**
 * The election ConfigMaps that the shared Role must allow: `<election-id>-<class>` (0.15.0 deploy/rbac.yaml), the other
 * controllers' first. Applying the Role replaces its rules, so a controller left out would lose its election.
 */
export function electionNames(config: Config): readonly string[] {
  const { name, sharedWith } = config.controller;
  return [...new Set([...sharedWith.filter((other) => other !== name), name])].map(electionName);
}

/** The election ConfigMap of the controller of this name. */
export function electionName(controller: string): string {
  return `ingress-controller-leader-${controller}`;
}
