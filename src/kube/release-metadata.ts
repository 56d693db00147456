import type { ReleaseName } from '../model/changes.ts';
import type { KubeObject } from '../model/kube-object.ts';

/** Field manager of helm 3 (which patches) and of helm 4 (which applies server-side); tried with 3.22.0 and 4.1.4. */
export const helmFieldManager = 'helm';

const releaseNameKey = 'meta.helm.sh/release-name';
const releaseNamespaceKey = 'meta.helm.sh/release-namespace';

/** An object of a chart as helm sends it: with the marks of its release (helm@4.1.4:pkg/action/validate.go, setMetadataVisitor). */
export function addReleaseMetadata(object: KubeObject, { name, namespace }: ReleaseName): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { ...metadata.annotations, [releaseNameKey]: name, [releaseNamespaceKey]: namespace },
    },
  };
}

/** Whether helm takes an object for one of the release: any other that exists already stops an installation. */
export function isOwnedByRelease({ metadata }: KubeObject, { name, namespace }: ReleaseName): boolean {
  return (
    metadata.labels?.['app.kubernetes.io/managed-by'] === 'Helm' &&
    metadata.annotations?.[releaseNameKey] === name &&
    metadata.annotations[releaseNamespaceKey] === namespace
  );
}

/** Whether helm leaves an object behind when the chart no longer has it (helm@4.1.4: annotation helm.sh/resource-policy). */
export function isKeptByHelm({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
}
