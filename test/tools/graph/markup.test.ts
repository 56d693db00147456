import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawHtml } from '../../../src/graph/html.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { drawSvg } from '../../../src/graph/svg.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { hostileGraph } from '../../support/graph/hostile.ts';
import { graphOf, manyServices, threeModes } from '../../support/graph/sample.ts';

/** Reads a list of documents with expat and tells of each which elements, attributes and texts it holds. */
const reader = `
import json, sys
import xml.etree.ElementTree as tree
def read(text):
    elements = list(tree.fromstring(text.encode('utf-8')).iter())
    return {
        'tags': sorted({e.tag.split('}')[-1] for e in elements}),
        'attributes': sorted({name for e in elements for name in e.attrib}),
        'texts': [''.join(e.itertext()) for e in elements if e.tag.split('}')[-1] in ('text', 'td', 'title', 'desc', 'h1')],
        'right': max([float(e.get('x', 0)) + float(e.get('width', 0)) for e in elements if e.tag.endswith('rect')]),
        'bottom': max([float(e.get('y')) for e in elements if e.tag.endswith('}text')]),
        'height': [e.get('height') for e in elements if e.tag.endswith('}svg')],
    }
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;

interface Reading {
  readonly tags: readonly string[];
  readonly attributes: readonly string[];
  readonly texts: readonly string[];
  readonly right: number;
  readonly bottom: number;
  readonly height: readonly string[];
}

/** @throws when a document is not well-formed. */
function read(documents: readonly string[]): readonly Reading[] {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', reader], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Reading[];
}

const svgTags = ['circle', 'desc', 'path', 'rect', 'style', 'svg', 'text', 'title'];
const htmlTags = [
  ...svgTags,
  'body',
  'br',
  'div',
  'figure',
  'h1',
  'h2',
  'head',
  'html',
  'meta',
  'p',
  'span',
  'table',
  'tbody',
  'td',
  'th',
  'thead',
  'tr',
];
const attributes = [
  'aria-labelledby',
  'class',
  'content',
  'cx',
  'cy',
  'd',
  'charset',
  'height',
  'http-equiv',
  'id',
  'lang',
  'name',
  'r',
  'role',
  'rx',
  'scope',
  'viewBox',
  'width',
  'x',
  'y',
];

function expectHarmless(graphs: readonly Graph[], draw: (graph: Graph) => string, tags: readonly string[]): void {
  for (const reading of read(graphs.map(draw))) {
    expect(reading.tags.filter((tag) => !tags.includes(tag))).toEqual([]);
    expect(reading.attributes.filter((name) => !attributes.includes(name))).toEqual([]);
  }
}

describeWithTool('python3', 'the pictures, read by expat', () => {
  it.each([
    ['svg', drawSvg, svgTags],
    ['html', drawHtml, htmlTags],
  ])('%s is well-formed and holds no element of somebody else, whatever the names', (_, draw, tags) => {
    fc.assert(
      fc.property(fc.array(hostileGraph, { minLength: 40, maxLength: 40 }), (graphs) => {
        expectHarmless(graphs, draw, tags);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('hostile names are shown as they are', () => {
    const hostile = '<b>"&\'</b>';
    const [svg, html] = read(
      [drawSvg, drawHtml].map((draw) =>
        draw(
          graphOf(
            { ...threeModes, services: threeModes.services.map((service) => ({ ...service, host: hostile })) },
            new Map(),
          ),
        ),
      ),
    );
    expect(svg!.texts.filter((text) => text === hostile)).toHaveLength(3);
    expect(html!.texts).toContain(`https://${hostile}:30092/`);
  });

  it.each([0, 1, 3, 50, 100])('%i services lie within the picture', (count) => {
    const [svg, html] = read([drawSvg, drawHtml].map((draw) => draw(graphOf(manyServices(count), new Map()))));
    expect(svg!.right).toBeLessThanOrEqual(960);
    expect(svg!.bottom).toBeLessThan(Number(svg!.height[0]));
    expect(html!.height).toHaveLength(Math.max(1, Math.ceil(count / 6)));
    for (let index = 0; index < count; index += 1) {
      expect(svg!.texts).toContain(`shop${index}.example.test`);
      expect(html!.texts).toContain(`https://shop${index}.example.test:30092/`);
    }
  });
});
