/** What the gateway allows itself and its clients; times in milliseconds. */
export interface Limits {
  /** Open connections of clients; one more is closed at once. */
  readonly connections: number;
  /** From the start of a connection to its complete ClientHello. */
  readonly helloMs: number;
  /** From the ClientHello to the end of the TLS handshake. */
  readonly handshakeMs: number;
  /** How long a connection whose TLS ends here may be without a request that runs; the request's head counts as before it. */
  readonly idleMs: number;
  /** How long a connection that is passed through, a WebSocket or a running request may be without a byte. */
  readonly stalledMs: number;
  /** How long the other side has to take what was sent, before a connection is destroyed. */
  readonly closingMs: number;
}

/** As nginx and browsers have them by default: neither a person with a debugger nor a page that was left open notices. */
export const defaultLimits: Limits = {
  connections: 2000,
  helloMs: 10_000,
  handshakeMs: 10_000,
  idleMs: 60_000,
  stalledMs: 600_000,
  closingMs: 2_000,
};
