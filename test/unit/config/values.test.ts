import { describe, expect, it } from 'vitest';
import { load, problemsOf, withServices } from './refusal.ts';

const withValues = (values: string): string => withServices(`{name: a, mode: terminate, values: ${values}}`);

describe("values for a service's chart", () => {
  it.each([
    ['[a]', '4:40: services[0].values: expected a mapping, found a list'],
    [
      '{args: ["a\\0"]}',
      'services[0].values.args[0]: "a\\u0000" holds the character U+0000, which helm does not carry',
    ],
    ['{args: ["\\u0085"]}', 'holds the character U+0085'],
    ['{args: ["\\ud800"]}', 'holds the character U+D800'],
    ['{podLabels: {"a\\0": b}}', 'holds the character U+0000'],
    ['{nodeSelector: {a: yes}}', 'quote it: "yes"'],
    ['{nodeSelector: {<<: a}}', 'services[0].values.nodeSelector["<<"]: merge keys are none in YAML 1.2'],
    [`{nodeSelector: {${'a'.repeat(318)}: a}}`, 'the key has 318 characters'],
    ['{__proto__: {a: b}}', 'unknown key'],
    ['{podSecurityContext: {fsGroup: 0440}}', '0440 is read as 440 and as 288 in YAML 1.1'],
    ['{a: 0o17}', '0o17 is read as 15;'],
    ['{a: 1.50}', '1.50 is read as 1.5;'],
    ['{a: 1e3}', '1e3 is read as 1000;'],
    ['{a: 12345678901234567890}', 'is read as 12345678901234567000;'],
    ['{a: .inf}', '.inf is read as Infinity;'],
  ])('%s are refused', (values, problem) => {
    expect(problemsOf(withValues(values))).toEqual([expect.stringContaining(problem)]);
  });

  it('are data of every kind that JSON has, of the charts and not of helm templates', () => {
    const given = '{args: ["{{ x }}", "a\\n\\tb"], a: 0.5, b: -3, c: null, d: true, e: {"x.y/z": []}}';
    expect(load(withValues(given)).services[0]?.values).toEqual({
      args: ['{{ x }}', 'a\n\tb'],
      a: 0.5,
      b: -3,
      c: null,
      d: true,
      e: { 'x.y/z': [] },
    });
  });

  it('may be shared by an alias', () => {
    const services = ['{name: a, mode: terminate, values: &v {env: []}}', '{name: b, mode: terminate, values: *v}'];
    expect(load(withServices(...services)).services.map(({ values }) => values)).toEqual([{ env: [] }, { env: [] }]);
  });

  it.each(['', '{}', '~'])('are as good as absent where there are none: %j', (values) => {
    expect(load(withValues(values)).services[0]).not.toHaveProperty('values');
  });
});
