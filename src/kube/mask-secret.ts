import type { KubeObject } from '../model/kube-object.ts';
import type { JsonObject } from '../model/json.ts';
import { isMap } from './object-fields.ts';

/** An object as it is and as it would be; either may be missing. */
export interface ObjectPair {
  readonly before?: KubeObject;
  readonly after?: KubeObject;
}

/** A copy of the whole object, data included, that kubectl's client-side apply leaves behind (kubernetes/kubernetes#23564). */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Puts words in the place of all that a Secret holds: how many bytes, and where the two differ, which is which. Certificates too, which
 * are public: what is in a key called tls.crt is anybody's guess. Other kinds stay as they are.
 */
export function maskSecret({ before, after }: ObjectPair): ObjectPair {
  return {
    ...(before === undefined ? {} : { before: mask(before, after, 'before') }),
    ...(after === undefined ? {} : { after: mask(after, before, 'after') }),
  };
}

function mask(object: KubeObject, other: KubeObject | undefined, when: string): KubeObject {
  if (object.kind !== 'Secret') return object;
  const fields = Object.entries(object).map(([name, value]): readonly [string, unknown] => {
    if (name !== 'data' && name !== 'stringData') return [name, value];
    const values: unknown = value;
    return [
      name,
      isMap(values) ? maskValues(values, asMap(other?.[name]), when, () => true) : hide(values, undefined, when),
    ];
  });
  const annotations = asMap(object.metadata.annotations);
  const masked =
    annotations === undefined
      ? {}
      : {
          annotations: maskValues(
            annotations,
            asMap(other?.metadata.annotations),
            when,
            (name) => name === lastApplied,
          ),
        };
  return { ...Object.fromEntries(fields), metadata: { ...object.metadata, ...masked } } as unknown as KubeObject;
}

function maskValues(
  values: JsonObject,
  others: JsonObject | undefined,
  when: string,
  isHidden: (name: string) => boolean,
): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isHidden(name) ? hide(value, others?.[name], when) : value]),
  );
}

function hide(value: unknown, other: unknown, when: string): string {
  const bytes = countBytes(value);
  const size = bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return other === undefined || JSON.stringify(other) === JSON.stringify(value)
    ? `(hidden, ${size})`
    : `(hidden, ${size}, ${when})`;
}

/** Of what is encoded, where it is base64. */
function countBytes(value: unknown): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
    ? Buffer.from(text, 'base64').length
    : Buffer.byteLength(text, 'utf8');
}

function asMap(value: unknown): JsonObject | undefined {
  return isMap(value) ? value : undefined;
}
