import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawSvg } from '../../../src/graph/svg.ts';
import { graphOf, threeModes, threeModesFound } from '../../support/graph/sample.ts';

const repository = new URL('../../../', import.meta.url);
const picture = new URL('docs/three-modes.svg', repository);

describe('the picture of README.md', () => {
  // UPDATE_GOLDEN=1 draws it again.
  it('is what graph draws of examples/three-modes, rendered on 2026-01-01', () => {
    const drawn = `${drawSvg(graphOf(threeModes, threeModesFound))}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(picture, drawn);
    expect(drawn).toBe(readFileSync(picture, 'utf8'));
  });

  it('is shown, with words for who cannot see it', () => {
    expect(readFileSync(new URL('README.md', repository), 'utf8')).toMatch(/!\[[^\]]{40,}\]\(docs\/three-modes\.svg\)/);
  });
});
