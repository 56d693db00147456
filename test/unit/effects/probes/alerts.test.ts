import { describe, expect, it } from 'vitest';
import { findAlert } from '../../../../src/world/net/probe-failure.ts';
import { toProbeFailure } from '../../../../src/world/net/probe-failure.ts';

// As Node 20.20.2 with OpenSSL 3.0.19 words them.
const worded =
  '80BC82AF177F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../rec_layer_s3.c:1601:SSL alert number 116\n';

describe('the number of an alert', () => {
  it.each([
    [worded, 116],
    [worded.replace('SSL alert number 116', ''), 116],
    ['error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure', 40],
    ['error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version', 70],
    // wrong version number is OpenSSL's own complaint (267).
    ['error:0A00010B:SSL routines:ssl3_get_record:wrong version number', undefined],
    // Another library's reason of the same number.
    ['error:0680045C:asn1 encoding routines::x', undefined],
    ['read ECONNRESET', undefined],
  ])('in %j is %s', (message, alert) => {
    expect(findAlert(message)).toBe(alert);
  });
});

function failing(properties: object, message = 'text'): unknown {
  return toProbeFailure(Object.assign(new Error(message), properties), 'response');
}

describe('an error', () => {
  it('of several addresses is the first of theirs', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:1'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    expect(toProbeFailure(new AggregateError([refused, new Error('other')]), 'connect')).toEqual({
      stage: 'connect',
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED ::1:1',
    });
  });

  it.each([
    [{ code: 'ECONNRESET' }, 'closed'],
    [{ code: 'ECONNRESET', syscall: 'read' }, 'ECONNRESET'],
    [{ code: 'EPIPE', syscall: 'write' }, 'ECONNRESET'],
    [{ code: 'EHOSTUNREACH', syscall: 'connect' }, 'EHOSTUNREACH'],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'ENOTFOUND'],
    [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, 'EAI_AGAIN'],
    [{ code: 'EPROTO', syscall: 'write' }, 'protocol'],
    [{ code: 'HPE_INVALID_CONSTANT' }, 'protocol'],
    [{ code: 'ERR_HTTP2_ERROR' }, 'protocol'],
    [{ code: 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING' }, 'closed'],
  ])('with %j is called %s', (properties, code) => {
    expect(failing(properties)).toMatchObject({ stage: 'response', code });
  });

  it('of ours is none of a connection', () => {
    expect(toProbeFailure(new TypeError('x is not a function'), 'response')).toBeUndefined();
    expect(toProbeFailure('text', 'response')).toBeUndefined();
  });

  it('has no control characters', () => {
    expect(failing({ code: 'HPE_INVALID_CONSTANT', reason: '\u001b[31m\u0007' })).toMatchObject({
      message: String.raw`the other side does not keep to the protocol: \u{1b}[31m\u{7}`,
    });
    expect(failing({ code: 'EHOSTUNREACH', syscall: 'connect' }, '\u001b[2J')).toMatchObject({
      message: String.raw`\u{1b}[2J`,
    });
  });
});
