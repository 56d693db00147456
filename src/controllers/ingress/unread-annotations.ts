import type { IngressFacts } from './read-ingresses.ts';
import type { Complaint } from '../../model/gateway.ts';
import { complainOf } from '../complaint.ts';
import { guardingKeys, nginxPrefix } from './nginx-annotations.ts';

/** By which something else is answered than the pod's answer to the path that was asked for. */
const answeringKeys: ReadonlySet<string> = new Set([
  ...['app-root', 'permanent-redirect', 'rewrite-target', 'temporal-redirect', 'upstream-vhost'],
]);

/** Those without whose effect an answer in preview says nothing of the controller's; of the rest a warning is enough. */
export function findUnimitated(
  annotations: Readonly<Record<string, string>>,
  readKeys: ReadonlySet<string>,
): readonly string[] {
  return Object.keys(annotations).filter((key) => {
    const name = key.startsWith(nginxPrefix) ? key.slice(nginxPrefix.length) : '';
    return (guardingKeys.has(name) || answeringKeys.has(name)) && !readKeys.has(name);
  });
}

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
