import { listField, textField } from '../kube/object-fields.ts';
import { locateObject, printName, type ObjectIndex } from '../kube/object-index.ts';
import type { KubeObject } from '../model/kube-object.ts';

/** The text of a file in a pod's container; undefined where no mounted Secret or ConfigMap has it. */
export type ReadPodFile = (path: string) => string | undefined;

/** A Secret or ConfigMap, or a key of one, that is mounted at this place and is not there. */
interface MissingMount {
  readonly place: string;
  readonly what: string;
}

/**
 * Looks into the Secrets and ConfigMaps that a Deployment's first container mounts: `items` name the files, without them each
 * key is one. The Secret of a volume must be there for the pod to start, unless it is optional; `missing` names those.
 */
export function openMounts(
  index: ObjectIndex,
  deployment: KubeObject,
): { readonly read: ReadPodFile; readonly missing: readonly MissingMount[] } {
  const { namespace } = locateObject(deployment);
  const pod = ['spec', 'template', 'spec'] as const;
  const files = new Map<string, string>();
  const missing: MissingMount[] = [];
  const volumes = new Map(
    listField(deployment, ...pod, 'volumes').map((volume) => [textField(volume, 'name') ?? '', volume]),
  );
  for (const mount of listField(deployment, ...pod, 'containers', 0, 'volumeMounts')) {
    const place = (textField(mount, 'mountPath') ?? '').replace(/\/+$/, '');
    const volume = volumes.get(textField(mount, 'name') ?? '');
    const secret = textField(volume, 'secret', 'secretName');
    const configMap = textField(volume, 'configMap', 'name');
    const name = secret ?? configMap;
    if (name === undefined) continue;
    const [kind, section] =
      secret === undefined ? (['ConfigMap', 'configMap'] as const) : (['Secret', 'secret'] as const);
    const data = index.findData(kind, { namespace, name });
    if (data === undefined) {
      missing.push({ place, what: `${kind} ${printName({ namespace, name })}` });
      continue;
    }
    const items = listField(volume, section, 'items');
    const wanted =
      items.length === 0
        ? Object.keys(data).map((key) => ({ key, path: key }))
        : items.map((item) => ({ key: textField(item, 'key') ?? '', path: textField(item, 'path') ?? '' }));
    for (const { key, path } of wanted) {
      const text = data[key];
      if (text === undefined) missing.push({ place, what: `${kind} ${printName({ namespace, name })} with ${key}` });
      else files.set(`${place}/${path}`, text);
    }
  }
  return { read: (path) => files.get(path), missing };
}
