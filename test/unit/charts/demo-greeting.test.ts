import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { demoGreeting } from '../../../src/charts/demo-backend.ts';

it('the demo backend is told to say what is expected of it, line by line', () => {
  const template = readFileSync(new URL('../../../templates/chart/templates/configmap.yaml.ejs', import.meta.url), 'utf8');
  // Caddy takes the indentation of the closing word away from each line, and the newline before it.
  const [, heredoc] = /<<GREETING\n([\s\S]*?)\n {8}GREETING 200/.exec(template) ?? [];
  expect(heredoc?.replaceAll(/^ {8}/gm, '').replaceAll('{{ .Chart.Name }}', 'svc7')).toBe(demoGreeting('svc7'));
});
