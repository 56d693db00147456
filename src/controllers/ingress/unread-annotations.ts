import type { IngressFacts } from './read-ingresses.ts';
import type { Complaint } from '../../model/gateway.ts';
import { complainOf } from '../complaint.ts';

/** Says of which annotations with the controller's prefix preview shows no effect, so that silence is no promise. */
export function reportUnread(
  ingresses: readonly IngressFacts[],
  prefix: string,
  readKeys: ReadonlySet<string>,
): readonly Complaint[] {
  return ingresses.flatMap(({ object, annotations }) =>
    Object.keys(annotations)
      .filter((key) => key.startsWith(prefix) && !readKeys.has(key.slice(prefix.length)))
      .map((key) => complainOf('Ingress', object, `preview does not imitate ${key}`)),
  );
}
