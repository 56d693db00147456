import type { Config } from '../../model/config.ts';
import type { AnnotationRule } from '../ingress/annotation-rules.ts';
import { annotationRules as ingressNginxRules } from '../ingress-nginx/refused-annotations.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';

/**
 * What a person's own annotations may not say: all that profile ingress-nginx refuses, since the charts are to work under both,
 * and what Traefik would read as another thing.
 */
export function annotationRules(config: Config): readonly AnnotationRule[] {
  return [...ingressNginxRules(config), noFastCgi];
}

const noFastCgi: AnnotationRule = {
  modes: ['terminate'],
  matches: (key) => key === nginxKey('backend-protocol'),
  allows: (value) => value.toUpperCase() !== 'FCGI',
  reason: 'Traefik speaks no FastCGI and would send plain HTTP to the pod.',
  remedy: 'Remove it and let the pod speak HTTP, or choose profile ingress-nginx.',
};
