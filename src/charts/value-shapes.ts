import type { JsonObject } from '../model/json.ts';

/** JSON Schemas of values whose type alone says too little. */

/** Name of an object, empty where the chart finds one itself: a DNS label (RFC 1123, 2.1). */
export const optionalName: JsonObject = {
  type: 'string',
  maxLength: 63,
  pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$',
};

export const labelValue: JsonObject = { type: 'string', maxLength: 63 };
export const requiredText: JsonObject = { type: 'string', minLength: 1 };
export const port: JsonObject = { type: 'integer', minimum: 1, maximum: 65535 };
export const count: JsonObject = { type: 'integer', minimum: 0 };
export const positive: JsonObject = { type: 'integer', minimum: 1 };
export const optionalPercentage: JsonObject = { type: ['integer', 'null'], minimum: 1 };
export const optionalCount: JsonObject = { type: ['integer', 'null'], minimum: 0 };

/** Labels or annotations. */
export const textMap: JsonObject = { type: 'object', additionalProperties: { type: 'string' } };

export const textList: JsonObject = { type: 'array', items: { type: 'string' } };

/** Parts of a Kubernetes object, which the API server checks. */
export const kubernetesList: JsonObject = { type: 'array', items: { type: 'object' } };
export const kubernetesMap: JsonObject = { type: 'object' };
