import { buildNamespace, isInitialNamespace } from '../../kube/namespace.ts';
import type { Config } from '../../model/config.ts';
import type { ManifestLabels } from '../../model/controller-profile.ts';
import type { KubeObject } from '../../model/kube-object.ts';

/**
 * The controller's namespace, which holds its pods to the restricted Pod Security Standard. It is always this project's own:
 * marked as shared, a namespace that somebody else made would be taken over without a word.
 */
export function namespaceObjects({ controller }: Config, labels: ManifestLabels): readonly KubeObject[] {
  if (isInitialNamespace(controller.namespace)) return [];
  return [buildNamespace(controller.namespace, labels.own)];
}
