import type { JsonObject, JsonValue } from '../model/json.ts';
import { alternatives } from '../text/alternatives.ts';
import { quote } from '../text/escape.ts';
import { nearest } from '../text/nearest.ts';
import { isJsonArray, isJsonObject } from './yaml-value.ts';

/** What is wrong at a place below the root of a value. */
export interface ShapeProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Checks a value against the JSON Schema of a chart's entry, with the few keywords that value-shapes.ts and values-schema.ts use: a
 * library for all of them is larger than this program.
 * Throws Error, a bug, for another keyword.
 */
export function checkShape(schema: JsonObject, value: JsonValue): readonly ShapeProblem[] {
  const types = listTypes(schema);
  const isOfType = types.length === 0 || types.some((type) => isOf(type, value));
  if (!isOfType) return [{ path: [], message: explainType(types, value) }];
  return Object.entries(schema).flatMap(([keyword, limit]) => {
    const check = keywords.get(keyword);
    if (check === undefined) throw new Error(`schema of a chart's value: ${keyword} is not known`);
    return check(limit, value, schema);
  });
}

type Check = (limit: JsonValue, value: JsonValue, schema: JsonObject) => readonly ShapeProblem[];

const keywords: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['type', () => []],
  ['enum', checkEnum],
  ['minLength', text((limit, length) => length >= limit, 'it must not be empty')],
  ['maxLength', text((limit, length) => length <= limit, 'it is too long')],
  ['pattern', checkPattern],
  ['minimum', range],
  ['maximum', range],
  [
    'minProperties',
    (limit, value) =>
      isJsonObject(value) && Object.keys(value).length < Number(limit) ? here('it must not be empty') : [],
  ],
  [
    'additionalProperties',
    (limit, value) => (isJsonObject(value) && isJsonObject(limit) ? below(limit, Object.entries(value)) : []),
  ],
  ['items', (limit, value) => (isJsonArray(value) && isJsonObject(limit) ? below(limit, [...value.entries()]) : [])],
]);

function here(message: string): readonly ShapeProblem[] {
  return [{ path: [], message }];
}

function below(
  schema: JsonObject,
  members: readonly (readonly [string | number, JsonValue])[],
): readonly ShapeProblem[] {
  return members.flatMap(([key, member]) =>
    checkShape(schema, member).map(({ path, message }) => ({ path: [key, ...path], message })),
  );
}

/** Characters are counted, as JSON Schema has it, not UTF-16 units. */
function text(isFine: (limit: number, length: number) => boolean, message: string): Check {
  return (limit, value) =>
    typeof value === 'string' && !isFine(Number(limit), Array.from(value).length) ? here(message) : [];
}

function checkPattern(limit: JsonValue, value: JsonValue): readonly ShapeProblem[] {
  if (typeof value !== 'string' || typeof limit !== 'string' || new RegExp(limit, 'u').test(value)) return [];
  return here(`${quote(value)} does not match ${limit}`);
}

function checkEnum(limit: JsonValue, value: JsonValue): readonly ShapeProblem[] {
  const words = isJsonArray(limit) ? limit : [];
  if (words.includes(value)) return [];
  const known = words.filter((word) => typeof word === 'string');
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return here(`expected ${alternatives(known)}, found ${describe(value)}${hint}`);
}

/** Said once for both ends. */
function range(limit: JsonValue, value: JsonValue, { minimum, maximum }: JsonObject): readonly ShapeProblem[] {
  if (typeof value !== 'number') return [];
  const isTooSmall = typeof minimum === 'number' && value < minimum;
  const isTooLarge = typeof maximum === 'number' && value > maximum;
  if (!(isTooSmall && limit === minimum) && !(isTooLarge && limit === maximum)) return [];
  return here(
    maximum === undefined
      ? `${value} is less than ${JSON.stringify(minimum)}`
      : `${value} is not from ${JSON.stringify(minimum)} to ${JSON.stringify(maximum)}`,
  );
}

function listTypes({ type }: JsonObject): readonly string[] {
  const types = type === undefined ? [] : isJsonArray(type) ? type : [type];
  return types.filter((each) => typeof each === 'string');
}

function isOf(type: string, value: JsonValue): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return isJsonArray(value);
    case 'object':
      return isJsonObject(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'null',
};

function explainType(types: readonly string[], value: JsonValue): string {
  const message = `expected ${alternatives(types.map((type) => typeNames[type] ?? type))}, found ${describe(value)}`;
  const isBare = typeof value === 'boolean' || typeof value === 'number';
  if (isBare && types.includes('string')) return `${message}; quote it: "${String(value)}"`;
  if (typeof value !== 'string' || !types.includes('integer') || !/^\d+$/.test(value)) return message;
  return `${message}; leave out the quotes`;
}

function describe(value: JsonValue): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return quote(value);
  if (isJsonArray(value)) return 'a list';
  return isJsonObject(value) ? 'a mapping' : String(value);
}
