/** Object identifiers of the extensions that are written or read (RFC 5280, 4.2.1). */
export const extensionIdentifiers = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const;

/** The tag of dNSName among the kinds of GeneralName (RFC 5280, 4.2.1.6). */
export const dnsNameTag = 2;
