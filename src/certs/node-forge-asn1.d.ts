/**
 * The part of node-forge that is used, imported by its file: the whole package takes about 50 ms to load, this file 7.
 * @types/node-forge describes the package's main entry only, and fromDer without its options.
 */
declare module 'node-forge/lib/asn1.js' {
  interface Asn1 {
    readonly tagClass: number;
    readonly type: number;
    readonly constructed: boolean;
    /** A binary string (one character for each octet), or the parts of a constructed value. */
    readonly value: string | readonly Asn1[];
  }

  interface ReadOptions {
    readonly strict: boolean;
    readonly parseAllBytes: boolean;
    readonly decodeBitStrings: boolean;
  }

  interface Octets {
    getBytes(): string;
  }

  const asn1: {
    create(tagClass: number, type: number, constructed: boolean, value: string | readonly Asn1[]): Asn1;
    fromDer(binary: string, options: ReadOptions): Asn1;
    toDer(node: Asn1): Octets;
    oidToDer(identifier: string): Octets;
    derToOid(binary: string): string;
    dateToUtcTime(date: Date): string;
    dateToGeneralizedTime(date: Date): string;
  };

  export type { Asn1 };
  export = asn1;
}
