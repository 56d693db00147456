import fc from 'fast-check';
import type { Graph, GraphCertificate } from '../../../src/graph/graph.ts';

const pieces = [
  '<script>alert(1)</script>',
  '&amp;',
  '"',
  "'",
  ']]>',
  '`',
  'end',
  'direction LR',
  'www.x.test',
  'https://x.test',
  'style: #1;',
  '#quot;',
  '%%{init',
  '-->',
  '\n',
  '\r',
  '\u001b[31m',
  '\u202e',
  '\ud800',
  '\u0000',
  '漢字',
  '😀',
  ' ',
  'a'.repeat(300),
  '|',
  ']',
  ')',
  '*',
  '_',
  '$$x$$',
  'fa:fa-user',
  '; drop',
  '\\',
];

/** Text as nobody would name a thing. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
);

const certificate: fc.Arbitrary<GraphCertificate> = fc.record(
  {
    path: hostileText,
    names: fc.array(hostileText, { maxLength: 7 }),
    isAuthority: fc.boolean(),
    issuer: hostileText,
    problems: fc.array(hostileText, { maxLength: 3 }),
    expires: fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    daysLeft: fc.integer({ min: -10_000, max: 3_000_000 }),
  },
  { requiredKeys: ['path', 'names', 'isAuthority', 'issuer', 'problems'] },
);

const connection = fc.record(
  { server: certificate, isVerified: fc.boolean(), client: certificate },
  { requiredKeys: ['server', 'isVerified'] },
);

const path = fc.oneof(
  fc.record({ mode: fc.constant('terminate' as const), outer: connection }),
  fc.record({ mode: fc.constant('reencrypt' as const), outer: connection, inner: connection }),
  fc.record({ mode: fc.constant('passthrough' as const), whole: connection }),
);

/** A graph in which every text is hostile, as no configuration could make it. */
export const hostileGraph: fc.Arbitrary<Graph> = fc.record({
  domain: hostileText,
  controller: fc.record({
    name: hostileText,
    profile: hostileText,
    namespace: hostileText,
    port: fc.constantFrom('node port 30092', 'port 443'),
  }),
  lanes: fc.array(
    fc
      .record({
        service: hostileText,
        host: hostileText,
        url: hostileText,
        port: fc.integer({ min: 1, max: 65535 }),
        replicas: fc.integer({ min: 0, max: 10_000 }),
        path,
      })
      .map((lane) => ({ ...lane, mode: lane.path.mode })),
    { maxLength: 5 },
  ),
  certificates: fc.array(certificate, { maxLength: 6 }),
});
