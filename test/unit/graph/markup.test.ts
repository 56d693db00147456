import { describe, expect, it } from 'vitest';
import { drawHtml } from '../../../src/graph/html.ts';
import { drawSvg } from '../../../src/graph/svg.ts';
import { foundWith, graphOf, now, threeModes, threeModesFound } from '../../support/graph/sample.ts';

describe.each([
  ['svg', drawSvg],
  ['html', drawHtml],
])('%s', (format, draw) => {
  it('loads nothing and runs nothing', () => {
    const text = draw(graphOf(threeModes, threeModesFound))
      .replaceAll('http://www.w3.org/2000/svg', '')
      .replaceAll(/https:\/\/svc\d\.example\.test:30092\//g, '');
    expect(text).not.toMatch(/https?:|url\(|@import|<script|<link|<a |href|src=|\bon\w+=/i);
  });

  it('tells in words what the picture shows', () => {
    const text = draw(graphOf(threeModes, threeModesFound));
    expect(text).toMatch(
      /<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)">\n<title id="\1">Where TLS begins and ends: example\.test<\/title>\n<desc id="\2">svc7\.example\.test, terminate: TLS from the client to ic3 with certs\/wildcard\.crt, from there HTTP without TLS to svc7\./,
    );
  });

  it('shows what is missing or expired, in words', () => {
    const text = draw(
      graphOf(threeModes, foundWith({ 'certs/svc8.crt': undefined }), new Date('2028-01-01T00:00:00Z')),
    );
    expect(text).toContain('! missing<');
    expect(text).toContain('! expired on 2027-01-01<');
    expect(text).not.toContain('>until 2027-01-01<');
  });

  if (format === 'svg') {
    it('does not change from day to day', () => {
      expect(draw(graphOf(threeModes, threeModesFound, new Date('2026-06-01T00:00:00Z')))).toBe(
        draw(graphOf(threeModes, threeModesFound, now)),
      );
    });
  }

  it('has a dark side on screens only, for paper is white', () => {
    const text = draw(graphOf(threeModes, threeModesFound));
    expect(text).toContain('@media screen and (prefers-color-scheme:dark)');
    expect(text.match(/prefers-color-scheme/g)).toHaveLength(text.match(/screen and \(prefers-color-scheme/g)!.length);
  });
});
