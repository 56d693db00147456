import { listServiceNamespaces } from '../kube/namespace.ts';
import { ownerLabel } from '../kube/ownership.ts';
import type { Config } from '../model/config.ts';

/** A namespace that a project needs. */
export interface NamespaceUse {
  readonly name: string;
  /**
   * `absent`: apply makes it; `ours`: an apply made it; `foreign`: somebody else did, and it is used as it is;
   * `terminating`: it is being deleted, and apply waits until it is gone.
   */
  readonly state: 'absent' | 'ours' | 'foreign' | 'terminating';
  /** Whether it is there and not ours: a terminating one may be either. */
  readonly isForeign: boolean;
}

/** Those of the services and of the controller, which may be the same. That of a controller that is there already is somebody else's. */
export function listNamespaces(config: Config): readonly string[] {
  const { install, namespace } = config.controller;
  return [...new Set([...listServiceNamespaces(config), ...(install === false ? [] : [namespace])])];
}

/** How the project may use a namespace; `found` undefined: there is none. */
export function judgeNamespace(
  name: string,
  found: { readonly labels: Readonly<Record<string, string>>; readonly isTerminating: boolean } | undefined,
  { controller }: Config,
): NamespaceUse {
  if (found === undefined) return { name, state: 'absent', isForeign: false };
  const isForeign = found.labels[ownerLabel] !== controller.name;
  return { name, state: found.isTerminating ? 'terminating' : isForeign ? 'foreign' : 'ours', isForeign };
}
