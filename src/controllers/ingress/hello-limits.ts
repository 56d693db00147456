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
