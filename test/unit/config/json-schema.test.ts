import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { profileNames } from '../../../src/controllers/index.ts';
import { createConfigText } from '../../../src/config/edit.ts';
import { createJsonSchema } from '../../../src/config/json-schema.ts';
import { createSchema } from '../../../src/config/schema.ts';
import { withLines, withServices } from './refusal.ts';

const schema = createJsonSchema(profileNames);
const validate = new Ajv().compile(schema);

describe('createJsonSchema', () => {
  it('is what schema.json publishes', () => {
    const published = readFileSync(new URL('../../../schema.json', import.meta.url), 'utf8');
    expect(published).toBe(`${JSON.stringify(schema, undefined, 2)}\n`);
  });

  it('is draft-07 with a title and a description for every field', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
    expect(schema['title']).toBe('ingress-tls.yaml');
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (key === 'properties' && !path.endsWith('/then')) {
          for (const [field, definition] of Object.entries(value as Record<string, object>)) {
            if (!('description' in definition)) undescribed.push(`${path}/${field}`);
          }
        }
        visit(value, `${path}/${key}`);
      }
    };
    visit(schema, '');
    expect(undescribed).toStrictEqual([]);
  });

  it('knows the profiles that it is given', () => {
    expect(JSON.stringify(createJsonSchema(['one', 'two']))).toContain('"enum":["one","two"]');
  });

  it.each([
    ['a new file', createConfigText({ domain: 'example.test' })],
    ['the least', withLines()],
    ['sections without content', withLines('controller:', 'certificate:', 'services:')],
    [
      'services',
      withServices(
        '{name: a, mode: terminate, host: A.example.test, image: "x:1", port: 1, replicas: 0, annotations: {a/b: "on"}}',
        '{name: b, mode: passthrough, clientAuth: false}',
        '{name: c, mode: terminate, clientAuth: {mode: optional, authority: certs/x.crt, depth: 2, forward: true}}',
      ),
    ],
  ])('accepts %s', (_, text) => {
    expect([validate(parse(text)), validate.errors]).toStrictEqual([true, null]);
  });

  it.each([
    'x: 1',
    'domain: localhost',
    'domain: a_b.test',
    'namespace: a.b',
    'controller: {profile: contour}',
    'controller: {name: 3ic}',
    'controller: {nodePort: 0}',
    'certificate: {days: 826}',
    'certificate: {days: 1.5}',
    'services: [{name: a}]',
    'services: [{name: a_b, mode: terminate}]',
    'services: [{name: a, mode: pasthrough}]',
    'services: [{name: a, mode: terminate, clientAuth: {mode: sometimes}}]',
    'services: [{name: a, mode: terminate, clientAuth: {autority: certs/x.crt}}]',
    'services: [{name: a, mode: terminate, image: -o}]',
    'services: [{name: a, mode: terminate, annotations: {k: true}}]',
    'services: [{name: a, mode: terminate, annotations: {"a b": x}}]',
    'services: [{name: a, mode: terminate, annotations: {k: "{{ x }}"}}]',
    'services: [{name: a, mode: terminate, annotations: {k: "a\\nb"}}]',
  ])('refuses %s', (line) => {
    expect(validate(parse(withLines(line)))).toBe(false);
  });

  it('agrees with the loader about any field', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({
        unit: fc.constantFrom('a', 'B', '1', '-', '.', '_', '/', ':', '@', '{', '\n', '\u2028', '😀', '\ud800'),
        maxLength: 12,
      }),
    );
    const value = fc.oneof(
      { weight: 3, arbitrary: text },
      fc.integer({ min: -2, max: 70_000 }),
      fc.double(),
      fc.constantFrom(null, true, [], {}),
    );
    const service = fc.record(
      {
        name: value,
        mode: fc.constant('passthrough'),
        host: value,
        image: value,
        port: value,
        replicas: value,
        annotations: fc.dictionary(
          text.filter((key) => key !== '__proto__'),
          text,
          { maxKeys: 2 },
        ),
      },
      { requiredKeys: ['mode'] },
    );
    const file = fc.record(
      {
        apiVersion: fc.constant('ingress-tls/v1'),
        domain: fc.oneof(text, fc.constant('example.test')),
        namespace: value,
        controller: fc.record({ name: value, nodePort: value, image: value }, { requiredKeys: [] }),
        services: fc.array(service, { maxLength: 1 }),
      },
      { requiredKeys: ['apiVersion', 'domain'] },
    );
    const loader = createSchema(profileNames).schema;
    fc.assert(
      fc.property(file, (data) => {
        expect(validate(data)).toBe(loader.safeParse(data).success);
      }),
      { numRuns: 1000 },
    );
  });
});
