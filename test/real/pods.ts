import type { IPodSpec } from 'kubernetes-models/v1';
import { ofKind, type KubernetesObject } from './objects.ts';

/** A pod that an object brings: a Deployment's by its template, or a Pod itself. */
export interface PodOf {
  readonly owner: KubernetesObject;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: IPodSpec;
}

export function podsOf(objects: readonly KubernetesObject[]): readonly PodOf[] {
  return [
    ...ofKind(objects, 'Deployment').flatMap((owner) => {
      const { metadata, spec } = owner.spec?.template ?? {};
      return spec === undefined
        ? []
        : [{ owner, labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {}, spec }];
    }),
    ...ofKind(objects, 'Pod').flatMap((owner) => {
      const { labels = {}, annotations = {} } = owner.metadata;
      return owner.spec === undefined ? [] : [{ owner, labels, annotations, spec: owner.spec }];
    }),
  ];
}
