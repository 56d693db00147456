import type { KubernetesObject } from './objects.ts';

// kubernetes-models@4.5.1 is made from Kubernetes' own OpenAPI document (1.33, and the last of each API that is gone since). It
// is the last major version for Node 20.

/** Module of kubernetes-models that knows an API version: apps/v1 -> kubernetes-models/apps/v1. */
export const moduleOf = ({ apiVersion }: KubernetesObject): string => `kubernetes-models/${apiVersion}`;

interface Model {
  readonly prototype: { readonly validate: (this: unknown) => void };
}

/** Throws where an object is not what its schema says: types, required fields, enumerations, formats. */
export async function validate(object: KubernetesObject): Promise<void> {
  const models = (await import(moduleOf(object))) as Readonly<Record<string, Model | undefined>>;
  const model = models[object.kind];
  if (model === undefined) throw new Error(`no schema for ${object.apiVersion} ${object.kind}`);
  model.prototype.validate.call(object);
}
