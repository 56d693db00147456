import { describe, expect, it } from 'vitest';
import type { ToolResult } from '../../../src/world/exec/exec.ts';
import { isTransient } from '../../../src/world/exec/tool-failure.ts';

function failed(stderr: string, overrides: Partial<ToolResult> = {}): ToolResult {
  return {
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr,
    isCut: false,
    durationMs: 100,
    timedOut: false,
    stillRunning: undefined,
    ...overrides,
  };
}

// Captured, or from the sources of client-go and etcd, where a server cannot be made to say it.
const transient = [
  'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n',
  'Error: kubernetes cluster unreachable: Get "https://127.0.0.1:6443/version": dial tcp 127.0.0.1:6443: connect: connection refused\n',
  'Error from server: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix kine.sock: connect: connection refused"\n',
  'Error from server: etcdserver: server stopped\n',
  'Unable to connect to the server: EOF\n',
  'Error: UPGRADE FAILED: Get "https://127.0.0.1:6443/api/v1/namespaces/default/secrets?labelSelector=owner": unexpected EOF\n',
  'Unable to connect to the server: net/http: TLS handshake timeout\n',
  'Unable to connect to the server: read tcp 127.0.0.1:48622->127.0.0.1:42979: read: connection reset by peer\n',
  'error: unable to decode an event from the watch stream: http2: client connection lost\n',
  'Unable to connect to the server: dial tcp 192.0.2.1:6443: i/o timeout\n',
  'Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting headers)\n',
  'Error from server (Timeout): the server was unable to return a response in the time allotted, but may still be processing the request\n',
  'Error from server: etcdserver: leader changed\n',
  'Error from server: etcdserver: request timed out\n',
  'Error from server (InternalError): an error on the server ("unknown") has prevented the request from succeeding\n',
];

const lasting = [
  'error: timed out waiting for the condition\n',
  'Error: UPGRADE FAILED: context deadline exceeded\n',
  'Error: UPGRADE FAILED: client rate limiter Wait returned an error: context deadline exceeded\n',
  'Error from server (Forbidden): pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "default"\n',
  'Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "a.test": failed to call webhook: Post "https://a.default.svc:443/?timeout=10s": dial tcp 10.96.0.7:443: connect: connection refused\n',
  'error: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: the server is currently unable to handle the request\n',
  'E1123 07:06:24.038438 28052 memcache.go:265] "Unhandled Error" err="couldn\'t get resource list for metrics.k8s.io/v1beta1: the server is currently unable to handle the request"\nError from server (NotFound): pods "a" not found\n',
  'Error from server (NotFound): deployments.apps "EOF" not found\n',
  'Unable to connect to the server: dial tcp: lookup cluster.test: no such host\n',
  '',
];

describe('isTransient', () => {
  it.each(transient)('says yes to %j', (stderr) => {
    expect(isTransient(failed(stderr))).toBe(true);
  });

  it.each(lasting)('says no to %j', (stderr) => {
    expect(isTransient(failed(stderr))).toBe(false);
  });

  it.each<Partial<ToolResult>>([
    { exitCode: 0 },
    { timedOut: true },
    { stillRunning: 7 },
    { exitCode: undefined, signal: 'SIGTERM' },
  ])('says no to a tool that %j', (end) => {
    expect(isTransient(failed('Unable to connect to the server: EOF\n', end))).toBe(false);
  });
});
