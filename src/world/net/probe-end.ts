import { printable } from '../../text/escape.ts';

/** The end of a probe that the probe itself finds, as opposed to an error of Node's. */
export class ProbeEnd extends Error {
  /** As in ProbeFailure: `timeout`, `closed`, `protocol`, `alert`, `ECANCELED`. */
  readonly code: string;
  /** Number of the TLS alert, with the code `alert`. */
  readonly alert: number | undefined;

  constructor(code: string, message: string, alert?: number) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.alert = alert;
  }
}

/** The other side ended the connection and said nothing. */
export function closed(): ProbeEnd {
  return new ProbeEnd('closed', 'the other side closed the connection without a word');
}

/** The other side sent what the protocol does not allow; `reason` may hold its words, and is cut and made printable. */
export function brokenProtocol(reason: string): ProbeEnd {
  return new ProbeEnd('protocol', `the other side does not keep to the protocol: ${printable(reason)}`);
}

/** The other side sent a TLS alert of this number. */
export function alerted(alert: number): ProbeEnd {
  return new ProbeEnd('alert', '', alert);
}
