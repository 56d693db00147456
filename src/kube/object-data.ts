import type { KubeObject } from '../model/kube-object.ts';
import { textMapField } from './object-fields.ts';

/**
 * Data of a Secret or ConfigMap as text by key. A Secret's `data` is base64, its `stringData` wins over it
 * (kubernetes@1.35 docs: Secret, spec.stringData). May hold a private key: never to be printed.
 */
export function readObjectData(object: KubeObject): Readonly<Record<string, string>> {
  const data = textMapField(object, 'data');
  if (object.kind !== 'Secret') return data;
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const);
  return { ...Object.fromEntries(decoded), ...textMapField(object, 'stringData') };
}
