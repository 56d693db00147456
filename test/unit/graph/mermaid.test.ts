import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawMermaid } from '../../../src/graph/mermaid.ts';
import { hostileGraph } from '../../support/graph/hostile.ts';
import { foundWith, graphOf, manyServices, now, threeModes, threeModesFound } from '../../support/graph/sample.ts';

// What mermaid's documentation of flowcharts allows, of which only this much is used (docs/syntax/flowchart.md): quoted
// labels with entity codes, ids of one letter and a number.
const label = String.raw`"(?:[A-Za-z0-9 ,./-]|<br/>|#\d+;)*"`;
const node = String.raw`[cs]\d+`;
const grammar = [
  /^flowchart LR$/,
  / {2}accTitle: Where TLS begins and ends$/,
  / {2}client\(\["client"\]\)$/,
  new RegExp(String.raw`^ {2}subgraph controller\[${label}\]$`),
  new RegExp(String.raw`^ {4}(?:${node}|nothing)\[${label}\]$`),
  /^ {2}end$/,
  new RegExp(String.raw`^ {2}(?:client|${node}) (?:==>|-\.->)\|${label}\| ${node}(?:\[${label}\])?$`),
  /^ {2}classDef broken stroke:#d1242f,stroke-width:3px$/,
  new RegExp(String.raw`^ {2}class ${node}(?:,${node})* broken$`),
];

describe('the mermaid flowchart', () => {
  it('draws the three modes', () => {
    expect(
      drawMermaid(graphOf(threeModes, threeModesFound))
        .split('\n')
        .filter((line) => line.includes('|')),
    ).toEqual([
      '  client ==>|"TLS<br/>shows certs/wildcard.crt<br/>until 2027-01-01"| c0',
      '  c0 -.->|"HTTP, not encrypted"| s0["service svc7<br/>pods, port 8080"]',
      '  client ==>|"TLS<br/>shows certs/wildcard.crt<br/>until 2027-01-01"| c1',
      '  c1 ==>|"TLS, verified<br/>shows certs/svc8.crt<br/>until 2027-01-01"| s1["service svc8<br/>pods, port 8080"]',
      '  client ==>|"TLS, client certificate<br/>client shows certs/svc9-client.crt<br/>until 2027-01-01"| c2',
      '  c2 ==>|"the same TLS<br/>shows certs/svc9.crt<br/>until 2027-01-01"| s2["service svc9<br/>pods, port 8080"]',
    ]);
  });

  it('stays within the syntax, whatever the names', () => {
    fc.assert(
      fc.property(hostileGraph, (graph) => {
        for (const line of drawMermaid(graph).split('\n')) {
          expect(
            grammar.some((rule) => rule.test(line)),
            line,
          ).toBe(true);
          // Markdown that mermaid cannot show (mermaid-js/mermaid#6385), and a keyword that its lexer finds in any line.
          expect(line).not.toMatch(/www\.|https?:|direction\s+(?:LR|TB|RL|BT)/i);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('marks where a certificate is missing or expired, in words and by colour', () => {
    const text = drawMermaid(graphOf(threeModes, foundWith({ 'certs/svc9.crt': undefined })));
    expect(text).toContain('shows certs/svc9.crt<br/>PROBLEM missing"');
    expect(text).toMatch(/\n {2}class s2 broken$/);
    expect(drawMermaid(graphOf(threeModes, threeModesFound, new Date('2028-01-01T00:00:00Z')))).toMatch(
      /PROBLEM expired on 2027-01-01"\| c0\n[^]*\n {2}class c0,c1,s1,s2 broken$/,
    );
  });

  it('does not change from day to day', () => {
    expect(drawMermaid(graphOf(threeModes, threeModesFound, new Date('2026-06-01T00:00:00Z')))).toBe(
      drawMermaid(graphOf(threeModes, threeModesFound, now)),
    );
  });

  it.each([0, 100])('of %i services is within what mermaid takes', (count) => {
    const text = drawMermaid(graphOf(manyServices(count), new Map()));
    // Defaults of mermaid's maxTextSize and maxEdges (docs/config/schema-docs/config.md); GitHub does not raise them.
    expect(text.length).toBeLessThan(50_000);
    expect(text.split('\n').filter((line) => /==>|-\.->/.test(line))).toHaveLength(2 * count);
  });
});
