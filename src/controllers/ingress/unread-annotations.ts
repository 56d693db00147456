import { printName } from '../../kube/object-index.ts';
import type { IngressFacts } from './read-ingresses.ts';

/** Says of which annotations with the controller's prefix preview shows no effect, so that silence is no promise. */
export function reportUnread(ingresses: readonly IngressFacts[], prefix: string, readKeys: ReadonlySet<string>): readonly string[] {
  return ingresses.flatMap(({ object, annotations }) =>
    Object.keys(annotations)
      .filter((key) => key.startsWith(prefix) && !readKeys.has(key.slice(prefix.length)))
      .map((key) => `Ingress ${printName(object)}: preview does not imitate ${key}`),
  );
}
