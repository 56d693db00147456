import type { JsonObject, JsonValue } from '../model/json.ts';
import { scalarText } from './yaml-text.ts';
import type { YamlNode } from './yaml-block.ts';

/** A plain value as a tree for printBlock. */
export function yamlNode(value: JsonValue): YamlNode {
  if (isJsonArray(value)) return value.map(yamlNode);
  if (isJsonObject(value)) return new Map(Object.entries(value).map(([key, child]) => [key, yamlNode(child)]));
  return { text: scalarText(value) };
}

export function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
