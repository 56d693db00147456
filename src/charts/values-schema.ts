import type { JsonObject, JsonValue } from '../model/json.ts';
import { isEntry, onceForEntry, treeEntries, type ChartValueEntry, type ValueTree } from './chart-value-entry.ts';
import { textList, textMap } from './value-shapes.ts';
import { isJsonArray, isJsonObject } from './yaml-value.ts';

// The charts of a project differ in a few ways only, and the schema is their longest file: the same text for all that are
// alike takes a quarter of the memory of a thousand charts.
const printed = new Map<string, string>();

/** What the schema says of a value, by a number: the shape of a whole chart is short then. */
const shapes = new Map<string, number>();
const numberShape = onceForEntry((entry) => {
  const { path, comment } = entry;
  const shape = JSON.stringify([path, comment, shapeOf(entry)]);
  const number = shapes.get(shape) ?? shapes.size;
  shapes.set(shape, number);
  return number;
});

/**
 * values.schema.json, by which helm refuses wrong values at lint, template, install and upgrade. Sections are closed, so
 * that a misspelt key is an error and not a value that nothing reads; `global` stays open because helm puts it into every
 * subchart (helm.sh: Charts, Global Values).
 */
export function printValuesSchema(tree: ValueTree): string {
  const shape = treeEntries(tree).map(numberShape).join(' ');
  const text = printed.get(shape) ?? printSchema(tree);
  printed.set(shape, text);
  return text;
}

function printSchema(tree: ValueTree): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...sectionSchema(tree, { global: { type: 'object' } }),
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function sectionSchema(tree: ValueTree, more: JsonObject = {}): JsonObject {
  const properties = [...tree].map(
    ([name, child]) => [name, isEntry(child) ? entrySchema(child) : sectionSchema(child)] as const,
  );
  return { type: 'object', additionalProperties: false, properties: { ...Object.fromEntries(properties), ...more } };
}

function entrySchema(entry: ChartValueEntry): JsonObject {
  return { description: entry.comment, ...shapeOf(entry) };
}

/** The JSON Schema of a value, without its description. */
export function shapeOf({ schema, value }: ChartValueEntry): JsonObject {
  return schema ?? schemaOf(value);
}

/** The type that a value shows; text stays text whatever it looks like. An empty map or list says nothing of its content. */
function schemaOf(value: JsonValue): JsonObject {
  if (isJsonArray(value)) return value.length > 0 && value.every(isText) ? textList : { type: 'array' };
  if (isJsonObject(value)) {
    const members = Object.values(value);
    return members.length > 0 && members.every(isText) ? textMap : { type: 'object' };
  }
  if (value === null) return {};
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' };
  return { type: typeof value };
}

function isText(value: JsonValue): boolean {
  return typeof value === 'string';
}
