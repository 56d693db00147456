import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../../src/charts/chart-template.ts';
import { templates } from '../../support/charts/chart-fixtures.ts';

describe('renderTemplate', () => {
  it('lets Helm actions through', () => {
    expect(renderTemplate('x.yaml.ejs', 'a: {{ include "<%= chart %>.name" . }}', { chart: 'svc7' })).toBe(
      'a: {{ include "svc7.name" . }}',
    );
  });

  it.each(['a b', '"', '{{ .Values }}', 'a\nb', '', 'a:b', 7])('refuses %j in a chart template', (value) => {
    expect(() => renderTemplate('x.yaml.ejs', '<%= value %>', { value })).toThrow("cannot stand in a chart's template");
  });

  it('refuses a name that it was not given', () => {
    expect(() => renderTemplate('x.yaml.ejs', '<%= vlaue %>', { value: 'a' })).toThrow('vlaue is not defined');
  });

  it('makes markup harmless in Markdown', () => {
    expect(renderTemplate('x.md.ejs', '| <%= value %> |', { value: '`a` | <b> [c](d)\n# e' })).toBe(
      '| \\`a\\` \\| \\<b\\> \\[c\\](d) # e |',
    );
  });
});

describe('the templates of a chart', () => {
  const texts = Object.entries(templates);

  it.each(texts)('%s interpolates nothing raw', (_, text) => {
    expect(text).not.toContain('<%-');
  });

  it.each(texts)('%s executes no value and asks no cluster', (_, text) => {
    expect(text).not.toMatch(/\{\{[^}]*(?<![.\w])(?:tpl|lookup|genSignedCert|genCA|genPrivateKey|env|expandenv)\b/);
  });
});
