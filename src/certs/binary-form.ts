/** What bytes that are no UTF-8 text are, and how to make text of them. */
export interface BinaryForm {
  readonly name: string;
  readonly remedy: string;
}

/** Names the forms in which certificates, keys and texts come from elsewhere; undefined for all others. */
export function recogniseBinary(bytes: Uint8Array, path: string): BinaryForm | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { name: 'UTF-16 text', remedy: `Save ${path} as UTF-8.` };
  }
  if (first !== 0x30 || second === undefined) return undefined;
  // A SEQUENCE; behind its length (X.690, 8.1.3) stands what tells the kinds apart.
  const start = second < 0x80 ? 2 : 2 + (second & 0x7f);
  const [tag, length, version] = bytes.subarray(start);
  // TBSCertificate is a SEQUENCE (RFC 5280, 4.1).
  if (tag === 0x30)
    return {
      name: 'a certificate in DER form',
      remedy: `Write it as PEM, then put NEW-FILE in its place: openssl x509 -inform DER -in ${path} -out NEW-FILE`,
    };
  if (tag !== 0x02 || length !== 1) return undefined;
  // PFX is version 3 (RFC 7292, 4); keys are version 0 or 1 (RFC 5958, 2; RFC 8017, A.1.2; RFC 5915, 3).
  return version === 3
    ? {
        name: 'a PKCS#12 store',
        remedy: `Write as PEM what belongs here: (umask 077; openssl pkcs12 -in ${path} ${path.endsWith('.key') ? '-nocerts -noenc' : '-nokeys'} -out NEW-FILE)`,
      }
    : {
        name: 'a key in DER form',
        remedy: `Write it as PEM, then put NEW-FILE in its place: (umask 077; openssl pkey -inform DER -in ${path} -out NEW-FILE)`,
      };
}
