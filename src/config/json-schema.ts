import * as z from 'zod/mini';
import type { JsonObject } from '../model/json.ts';
import { createSchema } from './schema.ts';

/**
 * The published JSON Schema of ingress-tls.yaml, for editors. Goes in: the names of the controller profiles. Comes out: a
 * draft-07 schema (yaml-language-server README.md: "JSON Schema 7 and below"). It says what a field may hold; rules across fields
 * are the loader's.
 */
export function createJsonSchema(profileNames: readonly string[]): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(createSchema(profileNames).schema, {
    target: 'draft-7',
    io: 'input',
  });
  return JSON.parse(JSON.stringify({ $schema, title: 'ingress-tls.yaml', ...schema })) as JsonObject;
}
