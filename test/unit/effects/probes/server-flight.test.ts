import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProbeEnd } from '../../../../src/world/net/probe-end.ts';
import { createFlightReader, type ServerFlight } from '../../../../src/world/net/server-flight.ts';
import { authority, server } from '../../../support/effects/probes/fixtures.ts';
import { certificateMessage, message, record, serverHello } from '../../../support/effects/probes/server-bytes.ts';

const chain = [server.cert, authority].map((pem) => new X509Certificate(pem).raw);
const good = Buffer.concat([serverHello(0x0303), certificateMessage(chain)]);

/** What is read from chunks, and how it ended. */
function read(
  chunks: readonly Uint8Array[],
  offered: 'TLSv1.1' | 'TLSv1.2' = 'TLSv1.2',
): ServerFlight & { readonly end?: string; readonly alert?: number } {
  const reader = createFlightReader(offered);
  try {
    for (const chunk of chunks) reader.push(chunk);
    return reader.flight;
  } catch (error) {
    expect(error).toBeInstanceOf(ProbeEnd);
    const { code, alert } = error as ProbeEnd;
    return { ...reader.flight, end: code, ...(alert === undefined ? {} : { alert }) };
  }
}

/** The bytes of all records' contents, cut into records of another size. */
function inRecordsOf(size: number): Buffer {
  const content = Buffer.concat([serverHello(0x0303).subarray(5), certificateMessage(chain).subarray(5)]);
  const count = Math.ceil(content.length / size);
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => record(22, content.subarray(index * size, (index + 1) * size))),
  );
}

describe('the flight of a server', () => {
  it('is read wherever it is cut, by segments and by records', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: good.length }), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 400 }), (points, size) => {
        for (const bytes of [good, inRecordsOf(size)]) {
          const edges = [
            0,
            ...points.map((point) => Math.min(point, bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
          expect(read(chunks)).toEqual({ version: 'TLSv1.2', certificates: chain });
        }
      }),
    );
  });

  it('may be followed by anything', () => {
    expect(read([Buffer.concat([good, record(22, message(14, Buffer.alloc(0)))])])).toEqual({
      version: 'TLSv1.2',
      certificates: chain,
    });
  });

  it('may be in an older version than was offered, and in no newer one', () => {
    expect(read([serverHello(0x0302)])).toEqual({ version: 'TLSv1.1' });
    expect(read([serverHello(0x0302)], 'TLSv1.1')).toEqual({ version: 'TLSv1.1' });
    for (const [version, offered] of [
      [0x0303, 'TLSv1.1'],
      [0x0304, 'TLSv1.2'],
      [0x0301, 'TLSv1.2'],
      [0x0300, 'TLSv1.2'],
    ] as const) {
      expect(read([serverHello(version)], offered)).toEqual({ end: 'protocol' });
    }
  });

  it('ends with an alert, but not with a warning', () => {
    expect(read([record(21, Buffer.of(2, 70))])).toEqual({ end: 'alert', alert: 70 });
    expect(read([serverHello(0x0303), record(21, Buffer.of(2, 40))])).toEqual({
      version: 'TLSv1.2',
      end: 'alert',
      alert: 40,
    });
    expect(read([record(21, Buffer.of(1, 0))])).toEqual({ end: 'closed' });
    expect(read([record(21, Buffer.of(1, 112)), good])).toEqual({ version: 'TLSv1.2', certificates: chain });
    expect(read([record(21, Buffer.of(2))])).toEqual({ end: 'protocol' });
  });

  it.each([
    ['no TLS', Buffer.from('HTTP/1.1 400')],
    ['no TLS, known by one byte', Buffer.from('H')],
    ['another major version', Buffer.from([22, 2])],
    ['application data', record(23, Buffer.of(1))],
    ['an empty record', record(22, Buffer.alloc(0))],
    ['a record that is too long', Buffer.from([22, 3, 3, 0x40, 1])],
    ['a certificate first', certificateMessage(chain)],
    ['a short ServerHello', record(22, message(2, Buffer.from([3, 3])))],
    ['a message that is too long', record(22, Buffer.from([2, 0xff, 0xff, 0xff]))],
  ])('is none: %s', (_what, bytes) => {
    expect(read([bytes])).toEqual({ end: 'protocol' });
  });

  it.each([
    ['no certificate', record(22, message(14, Buffer.alloc(0)))],
    ['no list', record(22, message(11, Buffer.alloc(0)))],
    ['an empty list', certificateMessage([])],
    ['a list of another length', record(22, message(11, Buffer.from([0, 0, 9, 0, 0, 1, 1])))],
    ['a certificate beyond the list', record(22, message(11, Buffer.from([0, 0, 4, 0, 0, 9, 1])))],
    ['half a length', record(22, message(11, Buffer.from([0, 0, 2, 0, 0])))],
  ])('breaks off after the ServerHello: %s', (_what, bytes) => {
    expect(read([serverHello(0x0303), bytes])).toEqual({ version: 'TLSv1.2', end: 'protocol' });
  });

  it('is bounded', () => {
    const warning = record(21, Buffer.of(1, 112));
    const reader = createFlightReader('TLSv1.2');
    let taken = 0;
    expect(() => {
      for (; taken < 1_000_000; taken += warning.length) reader.push(warning);
    }).toThrow(ProbeEnd);
    expect(taken).toBeLessThanOrEqual(64 * 1024);
    expect(read([Buffer.alloc(100_000, 22)])).toEqual({ end: 'protocol' });
  });

  it('never breaks the reader, be it random or mutated', () => {
    const random = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });
    const change = fc.record({ at: fc.nat(good.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    const mutated = fc
      .tuple(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(good.length))
      .map(([changes, cut]) => {
        const bytes = Buffer.from(good);
        for (const { at, value } of changes) bytes[at] = value;
        return [bytes.subarray(0, cut), bytes.subarray(cut)];
      });
    const records = fc
      .array(fc.tuple(fc.constantFrom(21, 22), fc.uint8Array({ minLength: 1, maxLength: 100 })), { maxLength: 5 })
      .map((list) => list.map(([type, content]) => record(type, Buffer.from(content))));
    fc.assert(
      fc.property(fc.oneof(random, mutated, records), (chunks) => {
        const { end = 'more', certificates = [] } = read(chunks);
        expect(end).toMatch(/^(more|protocol|alert|closed)$/);
        expect(Buffer.concat([...certificates]).length).toBeLessThan(64 * 1024);
      }),
      { numRuns: 2000 },
    );
  });
});
