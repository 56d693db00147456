import type { OtherProtocol } from './config.ts';
import type { GatewayBackend, GatewayBehaviour, GatewayTable, NamedObject } from './gateway.ts';

/** Everything that the embedded gateway serves; replaced as a whole when files change. */
export interface GatewayInput {
  readonly behaviour: GatewayBehaviour;
  readonly table: GatewayTable;
  /** Data of a Secret or ConfigMap as text, by key; undefined: there is no such object. Private keys are among them: never logged. */
  readonly findData: (
    kind: 'Secret' | 'ConfigMap',
    object: NamedObject,
  ) => Readonly<Record<string, string>> | undefined;
  /** The loopback port where the pods behind a Service port listen; undefined: no such Service, port or pod. */
  readonly findPod: (backend: GatewayBackend) => number | undefined;
}

/** A demo backend on loopback in place of a pod: what the chart's Deployment, ConfigMap and Secrets make of it. */
export interface PodDescription {
  /** Its Service, by which it is found. */
  readonly service: NamedObject;
  /** Port numbers and names of the Service that lead to it. */
  readonly ports: readonly (string | number)[];
  /** Absent: it speaks plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** PEM; present: a client certificate of this authority is demanded. */
  readonly clientAuthority?: string;
  /** What it speaks inside TLS; absent: HTTP. */
  readonly protocol?: OtherProtocol;
  /** Present: clients without a certificate are let in too. */
  readonly isClientOptional?: true;
  /** The body of every answer, with its newline. */
  readonly greeting: string;
}

/** A line of the preview's access log. */
export type AccessEntry =
  | {
      readonly kind: 'request';
      readonly time: Date;
      readonly client: string;
      readonly host: string;
      readonly method: string;
      readonly path: string;
      readonly httpVersion: string;
      readonly status: number;
      /** Of the answer's body. */
      readonly bytes: number;
      readonly durationMs: number;
      readonly backend?: NamedObject;
      /** Why the pod could not be asked or its answer not be used. */
      readonly problem?: string;
    }
  /** A connection that was passed through: how many bytes, and never what they say. */
  | {
      readonly kind: 'connection';
      readonly time: Date;
      readonly client: string;
      readonly host: string;
      readonly bytesFromClient: number;
      readonly bytesToClient: number;
      readonly durationMs: number;
      readonly backend: NamedObject;
      /** Why it ended early; absent: both sides were done. */
      readonly problem?: string;
    }
  /** A connection that never became a request: no hello in time, a failed handshake, too many connections. */
  | {
      readonly kind: 'refused';
      readonly time: Date;
      readonly client: string;
      readonly host?: string;
      readonly reason: string;
    };
