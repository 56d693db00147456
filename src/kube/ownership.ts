import type { ManifestLabels } from '../model/controller-profile.ts';

/** Marks what apply brought for one controller; `destroy` goes by it. Also the label of the Helm releases. */
export const ownerLabel = 'ingress-tls/controller';

/** The labels of a controller's objects, and of objects that other controllers share with it. */
export function manifestLabels(controllerName: string): ManifestLabels {
  const managed = { 'app.kubernetes.io/managed-by': 'ingress-tls' };
  return { own: { ...managed, [ownerLabel]: controllerName }, shared: managed };
}

/** Label selector of everything that apply brought for a controller. */
export function ownerSelector(controllerName: string): string {
  return `${ownerLabel}=${controllerName}`;
}

/** Label of a Helm release: the digest of the chart and of what else it was made from, and the revision that was made. */
export const chartDigestLabel = 'ingress-tls/digest';

/**
 * The label's value. The revision stands in it because helm hands a release's labels on to the next revision, whoever makes it of
 * whatever (helm@4.1.4:pkg/action/upgrade.go, mergeCustomLabels).
 */
export function printChartDigest(digest: string, revision: number): string {
  return `${digest}.${revision}`;
}

/** The digest in a label's value; undefined when it speaks of another revision. */
export function readChartDigest(value: string | undefined, revision: number): string | undefined {
  const [, digest, made] = /^([0-9a-f]{40})\.(\d+)$/.exec(value ?? '') ?? [];
  return Number(made) === revision ? digest : undefined;
}
