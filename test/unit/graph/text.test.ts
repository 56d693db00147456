import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawText } from '../../../src/graph/text.ts';
import { hostileGraph } from '../../support/graph/hostile.ts';
import { foundWith, graphOf, manyServices, threeModes, threeModesFound } from '../../support/graph/sample.ts';

/** Columns of a terminal, as pessimistic as can be: all that is beyond ASCII and not one of our strokes takes two. */
function measure(line: string): number {
  return Array.from(line).reduce((sum, character) => sum + (/[ -~═─●▶…]/.test(character) ? 1 : 2), 0);
}

describe('the text', () => {
  it('shows the three modes at a glance', () => {
    const lines = drawText(graphOf(threeModes, threeModesFound)).split('\n');
    expect(lines.filter((line) => line.startsWith('  client '))).toEqual([
      '  client ●═══════════ TLS ════════════● ic3 ──── HTTP, not encrypted ────▶ svc7',
      '  client ●═══════════ TLS ════════════● ic3 ●══════ TLS, verified ═══════● svc8',
      '  client ●══ TLS, client certificate ══ ic3 ════ passed on unopened ═════● svc9',
    ]);
  });

  it('fits 80 columns and moves no cursor, whatever the names', () => {
    fc.assert(
      fc.property(hostileGraph, (graph) => {
        const text = drawText(graph);
        expect(text.split('\n').filter((line) => measure(line) > 80)).toEqual([]);
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
        expect(text.split('\n').filter((line) => line.startsWith('  client '))).toHaveLength(graph.lanes.length);
      }),
      { numRuns: 150 },
    );
  });

  it('has lines of the same width for long names, and still says what is encrypted', () => {
    const name = 'a-service-with-a-name-beyond-measure';
    const services = threeModes.services.map((service, index) => ({
      ...service,
      name: `${name}-${index}`,
      replicas: 12,
    }));
    const config = {
      ...threeModes,
      controller: { ...threeModes.controller, profile: 'ingress-nginx-0.15', name: 'a-controller-so-long' },
      services,
    };
    const drawn = drawText(graphOf(config, new Map()))
      .split('\n')
      .filter((line) => line.startsWith('  client '));
    expect(drawn.map(measure)).toEqual([80, 80, 80]);
    expect(drawn[0]).toContain('plain HTTP');
    expect(drawn[1]).toContain('unverified TLS');
    expect(drawn[2]).toContain('mutual TLS');
  });

  it('keeps a host whole that is longer than a line, over several lines', () => {
    const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example.test`;
    const config = { ...threeModes, services: threeModes.services.map((service) => ({ ...service, host })) };
    expect(drawText(graphOf(config, new Map())).replaceAll(/\n */g, '')).toContain(`https://${host}:30092/`);
  });

  it('shouts what is missing or expired, beside the line and in the table', () => {
    const text = drawText(
      graphOf(threeModes, foundWith({ 'certs/svc8.crt': undefined }), new Date('2028-01-01T00:00:00Z')),
    );
    expect(text.match(/!! missing/g)).toHaveLength(2);
    expect(text).toMatch(/\n +certs\/wildcard\.crt\n +!! expired on 2027-01-01\n/);
    expect(text).toMatch(/\ncerts\/wildcard\.crt +2027-01-01 {2}expired {4}itself\n {4}!! expired on 2027-01-01\n/);
  });

  it('says what to do without services', () => {
    expect(drawText(graphOf(manyServices(0), new Map()))).toContain('\nno services yet: ingress-tls add-service\n');
  });

  it('cuts long lists of names', () => {
    const wildcard = threeModesFound.get('certs/wildcard.crt')!;
    const dnsNames = Array.from({ length: 5000 }, (_, index) => `host${index}.example.test`);
    const text = drawText(
      graphOf(
        threeModes,
        foundWith({ 'certs/wildcard.crt': { ...wildcard, certificate: { ...wildcard.certificate!, dnsNames } } }),
      ),
    );
    expect(text).toContain('host3.example.test and 4996');
    expect(text).not.toContain('host4.example.test');
  });
});
