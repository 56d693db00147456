import type { ManifestLabels } from '../model/controller-profile.ts';
import { digestText } from './digest.ts';

/** Marks what apply brought for one controller; `destroy` goes by it. Also the label of the Helm releases. */
export const ownerLabel = 'ingress-tls/controller';

/** Says beside it whose they are, by the domain: two projects may ask for a controller of the same name. Also a label of the Helm releases. */
export const projectLabel = 'ingress-tls/project';

/** The label's value. A domain that is longer than a value may be (63 characters) is cut, and told from others by a digest. */
export function printProject(domain: string): string {
  return domain.length <= 63 ? domain : `${domain.slice(0, 46)}.${digestText(domain).slice(0, 16)}`;
}

/** The labels of a controller's objects, and of objects that other controllers share with it. */
export function manifestLabels(controllerName: string, domain: string): ManifestLabels {
  const managed = { 'app.kubernetes.io/managed-by': 'ingress-tls' };
  return { own: { ...managed, [ownerLabel]: controllerName, [projectLabel]: printProject(domain) }, shared: managed };
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

/** What a label of that form says; undefined: it has another form. */
export function readChartDigest(
  value: string | undefined,
): { readonly digest: string; readonly revision: number } | undefined {
  const [, digest, revision] = /^([0-9a-f]{40})\.(\d+)$/.exec(value ?? '') ?? [];
  return digest === undefined ? undefined : { digest, revision: Number(revision) };
}
