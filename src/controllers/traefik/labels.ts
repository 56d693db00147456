import type { Config } from '../../model/config.ts';
import type { Labels } from '../../model/kube-object.ts';
import { selectorLabels as ingressNginxSelector } from '../ingress-nginx/labels.ts';
import { controllerNames as ingressNginxNames } from '../ingress-nginx/names.ts';
import type { ControllerNames } from './names.ts';

/**
 * What the Service and the Deployment find the pods by: the labels of profile ingress-nginx, name included. A Deployment's
 * selector is immutable (kubernetes@v1.35.4 pkg/apis/apps/validation/validation.go, ValidateDeploymentUpdate), and with the same
 * one an exchange of the controller is a rolling update behind an unchanged Service.
 */
export function selectorLabels(config: Config): Labels {
  return ingressNginxSelector(ingressNginxNames(config));
}

/** What the objects themselves are called, which may change. */
export function objectLabels(names: ControllerNames): Labels {
  return { 'app.kubernetes.io/name': 'traefik', 'app.kubernetes.io/instance': names.fullName };
}
