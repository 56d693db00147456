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
