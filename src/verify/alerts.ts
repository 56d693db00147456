/** RFC 8446, 6 and RFC 5246, 7.2: the alerts that a server sends to a client it does not like. */
const alertNames: Readonly<Record<number, string>> = {
  0: 'close notify',
  10: 'unexpected message',
  20: 'bad record mac',
  22: 'record overflow',
  40: 'handshake failure',
  42: 'bad certificate',
  43: 'unsupported certificate',
  44: 'certificate revoked',
  45: 'certificate expired',
  46: 'certificate unknown',
  47: 'illegal parameter',
  48: 'unknown ca',
  49: 'access denied',
  50: 'decode error',
  51: 'decrypt error',
  70: 'protocol version',
  71: 'insufficient security',
  80: 'internal error',
  86: 'inappropriate fallback',
  109: 'missing extension',
  112: 'unrecognized name',
  116: 'certificate required',
  120: 'no application protocol',
};

export const alerts = {
  handshakeFailure: 40,
  protocolVersion: 70,
  unrecognizedName: 112,
  noApplicationProtocol: 120,
} as const;

/** What the alerts say that are about the client's certificate; Go and OpenSSL choose differently among them. */
const aboutCertificates: readonly number[] = [42, 43, 44, 45, 46, 48, 49, 116];

/** `116 (certificate required)`. */
export function nameAlert(alert: number | undefined): string {
  if (alert === undefined) return 'of unknown number';
  const name = alertNames[alert];
  return name === undefined ? String(alert) : `${alert} (${name})`;
}

/** Whether an alert can only be about the client's certificate. */
export function isAboutCertificate(alert: number | undefined): boolean {
  return alert !== undefined && aboutCertificates.includes(alert);
}
