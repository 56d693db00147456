import type { Config } from '../../../../src/model/config.ts';
import type { ManifestLabels, ProfileManifests } from '../../../../src/model/controller-profile.ts';
import { apiVersion, controllerName, listenerNames } from './names.ts';

/** The Gateway lies where the wildcard's Secret does, so that nobody has to be granted a reference. */
export function manifests(
  { controller: { name }, namespace, domain, certificate }: Config,
  { own: labels }: ManifestLabels,
): ProfileManifests {
  const hostname = `*.${domain}`;
  const listener = (protocol: 'HTTPS' | 'TLS', kind: string) => ({
    name: listenerNames[protocol],
    protocol,
    port: 443,
    hostname,
    allowedRoutes: { kinds: [{ kind }] },
  });
  return {
    before: [
      {
        file: `${name}-class.yaml`,
        objects: [{ apiVersion, kind: 'GatewayClass', metadata: { name, labels }, spec: { controllerName } }],
      },
    ],
    after: [
      {
        file: `${name}-gateway.yaml`,
        objects: [
          {
            apiVersion,
            kind: 'Gateway',
            metadata: { name, namespace, labels },
            spec: {
              gatewayClassName: name,
              listeners: [
                {
                  ...listener('HTTPS', 'HTTPRoute'),
                  tls: {
                    mode: 'Terminate',
                    certificateRefs: [{ group: '', kind: 'Secret', name: certificate.secretName }],
                  },
                },
                { ...listener('TLS', 'TLSRoute'), tls: { mode: 'Passthrough' } },
              ],
            },
          },
        ],
      },
    ],
  };
}
