import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteOutput, redact } from '../../../src/world/exec/redaction.ts';
import { quoteRefusal } from '../../../src/world/kubectl/api-server-words.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';

function secret(content: Readonly<Record<string, JsonValue>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...content };
}

const typed = 'failed to create typed patch object (x/s; /v1, Kind=Secret)';

/** kubectl 1.35.2 against Kubernetes 1.35.4: what it was asked to apply, and what it said. */
const captured: readonly (readonly [content: Readonly<Record<string, JsonValue>>, stderr: string, kept: string])[] = [
  [
    { stringData: { pin: 87654321 } },
    `Error from server: ${typed}: .stringData.pin: expected string, got &value.valueUnstructured{Value:87654321}\n`,
    '.stringData.pin: expected string, got [removed]',
  ],
  [
    { stringData: { pin: 12345678901234567890123 } },
    `Error from server: ${typed}: .stringData.pin: expected string, got &value.valueUnstructured{Value:1.2345678901234568e+22}\n`,
    '.stringData.pin',
  ],
  [
    { stringData: { pin: 1234567.25 } },
    `Error from server: ${typed}: .stringData.pin: expected string, got &value.valueUnstructured{Value:1.23456725e+06}\n`,
    '.stringData.pin',
  ],
  [
    { stringData: { pin: { deep: 'hunter2hunter2', n: 98765432 } } },
    `Error from server: ${typed}: .stringData.pin: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"deep":"hunter2hunter2", "n":98765432}}\n`,
    '.stringData.pin',
  ],
  [
    { stringData: { pin: ['hunter2hunter2', 77777777] } },
    `Error from server: ${typed}: .stringData.pin: expected string, got &value.valueUnstructured{Value:[]interface {}{"hunter2hunter2", 77777777}}\n`,
    '.stringData.pin',
  ],
  [
    { data: 'hunter2hunter2' },
    `Error from server: ${typed}: .data: expected map, got &{hunter2hunter2}\n`,
    '.data: expected map, got [removed]',
  ],
  [
    { stringData: ['hunter2\nhunter3333'] },
    `Error from server: ${typed}: .stringData: expected map, got &{[hunter2\nhunter3333]}\n`,
    '.stringData: expected map',
  ],
  [
    { stringData: { pin: 87654321, pan: 76543210 } },
    `Error from server: ${typed}: errors:\n  .stringData.pan: expected string, got &value.valueUnstructured{Value:76543210}\n  .stringData.pin: expected string, got &value.valueUnstructured{Value:87654321}\n`,
    '.stringData.pin: expected string, got [removed]',
  ],
  [
    { stringData: { pin: 'hunter2hunter2' } },
    'error: error parsing STDIN: error converting YAML to JSON: yaml: cannot decode !!str `hunter2hunter2` as a !!int\n',
    'cannot decode !!str',
  ],
  [
    { data: [1234567], stringData: { pin: 87654321 } },
    'The request is invalid: patch: Invalid value: "map[data:[1234567] metadata:map[annotations:map[kubectl.kubernetes.io/last-applied-configuration:{\\"apiVersion\\":\\"v1\\",\\"data\\":[1234567],\\"kind\\":\\"Secret\\",\\"stringData\\":{\\"pin\\":87654321}}\\n]] stringData:map[pin:87654321]]": cannot restore map from slice\n',
    'patch: Invalid value',
  ],
  // kubernetes/apimachinery@v0.35.4:pkg/runtime/error.go, NewMissingKindErrWithBody.
  [
    { stringData: { pin: 'hunter2hunter2' } },
    `error: unable to decode "STDIN": Object 'Kind' is missing in '{"apiVersion":"v1","stringData":{"pin":"hunter2hunter2"}}'\n`,
    "Object 'Kind' is missing",
  ],
];

const values = /hunter|87654321|76543210|98765432|77777777|1234567|1\.23/;

describe('what an API server says of a Secret', () => {
  it.each(captured.map((row) => ({ row })))('repeats no value: $row.1', ({ row: [content, stderr, kept] }) => {
    const refusal = quoteRefusal(stderr, secret(content));
    expect(refusal).not.toMatch(values);
    expect(refusal).toContain(kept);
    // An error of apply does not know the object: the form alone gives the value away.
    expect(quoteOutput(stderr).join('\n')).not.toMatch(values);
    expect(redact(stderr)).not.toMatch(values);
    expect(redact(redact(stderr))).toBe(redact(stderr));
  });

  it('keeps words that hold no value', () => {
    for (const words of [
      'The Secret "s" is invalid: type: Invalid value: "kubernetes.io/tls": field is immutable',
      'The Secret "s" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'h\' looking for beginning of value',
    ]) {
      expect(quoteRefusal(`${words}\n`, secret({ type: 'kubernetes.io/tls', stringData: { pin: 87654321 } }))).toBe(
        words,
      );
    }
  });

  it('is cut where the beginning of a long value is no longer looked at', () => {
    const long = Array.from({ length: 60_000 }, (_, index) => `hunter${index}`).join('", "');
    expect(
      quoteOutput(
        `Error from server: ${typed}: .data.pin: expected string, got &value.valueUnstructured{Value:[]interface {}{"${long}"}}\n`,
      ),
    ).toEqual([`Error from server: ${typed}: .data.pin: expected string, got [removed]`]);
  });

  const scalar = fc.oneof(
    fc.stringMatching(/^[!-~]{6,30}$/),
    fc.string({ minLength: 6, unit: 'binary' }).filter((text) => text.trim().length > 5),
    fc.integer({ min: 100_000 }),
  );
  const value = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{8,12}$/), tie('value'), { maxKeys: 3 }),
    ),
  })).value;

  it('holds nothing of its data in whatever words, quoted or not', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('data', 'stringData'), fc.boolean(), (found, field, isQuoted) => {
        const scalars = listScalars(found);
        const words = scalars.map((text) => (isQuoted ? JSON.stringify(text) : `<${text}>`)).join(' ');
        const refusal = quoteRefusal(
          `Error from server: admission webhook "a" denied the request: ${words}\n`,
          secret({ [field]: { pin: found } }),
        );
        for (const line of scalars.flatMap((text) => text.split('\n')).filter((text) => text.trim().length > 5)) {
          expect(refusal).not.toContain(line);
          expect(refusal).not.toContain(JSON.stringify(line).slice(1, -1));
        }
      }),
      { numRuns: 200 },
    );
  });
});

function listScalars(value: JsonValue): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => listScalars(item));
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(listScalars);
  return [String(value)];
}
