import {
  ChannelCredentials,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  status,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';

/** grpc-js's own client and server: what they say of each other over a gateway, and of our probes, is nobody's word but theirs. */

const bytes = { serialize: (value: Buffer): Buffer => value, deserialize: (value: Buffer): Buffer => value };
const echo: ServiceDefinition = {
  Say: {
    path: '/test.Echo/Say',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes.serialize,
    requestDeserialize: bytes.deserialize,
    responseSerialize: bytes.serialize,
    responseDeserialize: bytes.deserialize,
  },
};

export interface GrpcServer {
  readonly port: number;
  close(): void;
}

/** A server that says what it hears, over TLS where it has a pair; with `clientAuthority` it demands a certificate of it. */
export async function startGrpcServer(
  pair: { readonly certificate: string; readonly key: string } | undefined,
  clientAuthority?: string,
  address = '127.0.0.1:0',
): Promise<GrpcServer> {
  const server = new Server();
  server.addService(echo, {
    Say: (call: { readonly request: Buffer }, done: (error: null, value: Buffer) => void) => {
      done(null, call.request);
    },
  });
  const credentials =
    pair === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          clientAuthority === undefined ? null : Buffer.from(clientAuthority),
          [{ cert_chain: Buffer.from(pair.certificate), private_key: Buffer.from(pair.key) }],
          clientAuthority !== undefined,
        );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    close: () => {
      server.forceShutdown();
    },
  };
}

export interface GrpcCall {
  readonly port: number;
  readonly host: string;
  readonly trust: string;
  readonly client?: { readonly certificate: string; readonly key: string };
  /** Of an address. */
  readonly at?: string;
}

/** What a client hears of one call: the echo, or the number and the words of the status. */
export function callEcho({ port, host, trust, client, at = '127.0.0.1' }: GrpcCall, words: string): Promise<string> {
  const Client = makeGenericClientConstructor(echo, 'Echo');
  const credentials = ChannelCredentials.createSsl(
    Buffer.from(trust),
    client === undefined ? null : Buffer.from(client.key),
    client === undefined ? null : Buffer.from(client.certificate),
  );
  const channel = new Client(`${at}:${String(port)}`, credentials, {
    'grpc.ssl_target_name_override': host,
    'grpc.default_authority': host,
  });
  return new Promise((resolve) => {
    channel.makeUnaryRequest(
      '/test.Echo/Say',
      bytes.serialize,
      bytes.deserialize,
      Buffer.from(words),
      { deadline: Date.now() + 20_000 },
      (error: ServiceError | null, value?: Buffer) => {
        channel.close();
        resolve(error === null ? (value ?? Buffer.alloc(0)).toString() : `${status[error.code]}: ${error.details}`);
      },
    );
  });
}
