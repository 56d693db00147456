import type { KubeObject } from '../model/kube-object.ts';

export interface ListPath extends Pick<KubeObject, 'apiVersion' | 'kind'> {
  /** Absent: of all namespaces, or of none. */
  readonly namespace?: string;
  readonly selector?: string;
  readonly fieldSelector?: string;
  /** Objects in one answer, and where the next one goes on. */
  readonly limit: number;
  readonly continuation?: string;
}

/** Where the kinds of a version of a group are: `/apis/apps/v1`, and `/api/v1` for the core group. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The path of the API under which objects of a kind are listed (kubernetes@1.35 docs: API concepts, resource URIs). */
export function listPath({
  apiVersion,
  kind,
  namespace,
  selector,
  fieldSelector,
  limit,
  continuation,
}: ListPath): string {
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const query = new URLSearchParams({
    ...(selector === undefined ? {} : { labelSelector: selector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    limit: String(limit),
    ...(continuation === undefined ? {} : { continue: continuation }),
  });
  return `${groupPath(apiVersion)}${place}/${pluralOf(kind)}?${query.toString()}`;
}

/**
 * How a kind is called in a path. Every kind that charts and profiles use follows the rule by which Kubernetes guesses
 * (kubernetes/apimachinery@v0.35.0:pkg/api/meta/restmapper.go, UnsafeGuessKindToResource), but for Gateway, which has an s.
 */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('s')) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
