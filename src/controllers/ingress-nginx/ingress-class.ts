import type { KubeObject, Labels } from '../../model/kube-object.ts';
import type { ControllerNames } from './names.ts';

/** The class that the services' Ingresses name; not the cluster's default one, which is for people to choose. */
export function ingressClass(names: ControllerNames, labels: Labels): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: names.ingressClass, labels },
    spec: { controller: names.controllerClass },
  };
}
