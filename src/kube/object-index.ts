import type { NamedObject } from '../model/gateway.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { textMapField } from './object-fields.ts';

/** Objects as whoever looks them up by kind and name sees them. */
export interface ObjectIndex {
  /** All of a kind, in the order given. */
  list(kind: string): readonly KubeObject[];
  /** The last of that kind and name, as the last one applied wins; `namespace` '' for a cluster-scoped one. */
  find(kind: string, object: NamedObject): KubeObject | undefined;
  /** Data of a Secret or ConfigMap as text; undefined where there is no such object. */
  findData(kind: 'Secret' | 'ConfigMap', object: NamedObject): Readonly<Record<string, string>> | undefined;
}

/** Where an object lies; without a namespace in the file it is the one that kubectl takes by itself. */
export function locateObject({ metadata }: KubeObject): NamedObject {
  return { namespace: metadata.namespace ?? 'default', name: metadata.name };
}

/** `namespace/name`, for messages and as a key. */
export function printName({ namespace, name }: NamedObject): string {
  return `${namespace}/${name}`;
}

export function indexObjects(objects: readonly KubeObject[]): ObjectIndex {
  const byName = new Map<string, KubeObject>();
  for (const object of objects) {
    byName.set(`${object.kind} ${printName(locateObject(object))}`, object);
    if (object.metadata.namespace === undefined) byName.set(`${object.kind} /${object.metadata.name}`, object);
  }
  const find: ObjectIndex['find'] = (kind, object) => byName.get(`${kind} ${printName(object)}`);
  const distinct = [...new Set(byName.values())];
  return {
    find,
    list: (kind) => distinct.filter((object) => object.kind === kind),
    findData: (kind, object) => {
      const found = find(kind, object);
      return found === undefined ? undefined : readObjectData(found);
    },
  };
}

/**
 * Data of a Secret or ConfigMap as text by key. A Secret's `data` is base64, its `stringData` wins over it
 * (kubernetes@1.35 docs: Secret, spec.stringData). May hold a private key: never to be printed.
 */
export function readObjectData(object: KubeObject): Readonly<Record<string, string>> {
  const data = textMapField(object, 'data');
  if (object.kind !== 'Secret') return data;
  const decoded = Object.entries(data).map(
    ([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const,
  );
  return { ...Object.fromEntries(decoded), ...textMapField(object, 'stringData') };
}
