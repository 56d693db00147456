import type * as z from 'zod/mini';
import type { Path } from './wording.ts';

/** A breach of a rule that spans fields. */
export interface Breach {
  readonly path: Path;
  readonly message: string;
  /** Whether the key is at fault rather than its value. */
  readonly role?: 'key';
}

/** Kubernetes' API machinery, TotalAnnotationSizeLimitB. */
const annotationBytes = 262_144;

/** The value, where its own schema takes it. */
export function accepted<Value>(schema: z.ZodMiniType<Value>, value: unknown): Value | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Empty for what is no mapping. */
export function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Empty for what is no list. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A breach where annotations are more than Kubernetes takes for one object. */
export function refuseOverlong(path: Path, annotations: Readonly<Record<string, unknown>>): Breach[] {
  const texts = Object.entries(annotations)
    .flat()
    .filter((text) => typeof text === 'string');
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= annotationBytes) return [];
  const message = 'the annotations exceed 256 KiB, more than Kubernetes takes for an object';
  return [{ path, message, role: 'key' }];
}
