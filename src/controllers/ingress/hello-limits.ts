import type { KnownLimit } from '../../model/gateway.ts';

/**
 * The passthrough proxy looks at what its first read brought and nowhere else (v1.15.1 pkg/tcpproxy/tcp.go; 0.15.0
 * internal/ingress/controller/tcp.go).
 */
export function helloLimits(remedy: string): readonly KnownLimit[] {
  const issue = 'kubernetes/ingress-nginx#11424';
  return [
    {
      check: 'split-hello',
      issue,
      meaning:
        "A client whose TLS hello arrives in two pieces, the host name in the second, gets the controller's certificate and the pod's 400.",
      remedy,
    },
    {
      check: 'large-hello',
      issue,
      meaning:
        "A client whose TLS hello is larger than one segment and names the host late may get the controller's certificate and the pod's 400.",
      remedy,
    },
  ];
}

/**
 * X25519MLKEM768 is what Chrome 131, Firefox 135, Go 1.24 and OpenSSL 3.5 offer by default; its key share alone has 1216 octets (draft-ietf-tls-ecdhe-mlkem), so that the hello outgrows a segment of 1460.
 */
export const postQuantumHello =
  "today's browsers, OpenSSL 3.5 and Go begin TLS with a post-quantum key share (X25519MLKEM768), which takes two packets.";
