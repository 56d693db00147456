import type { Config } from '../../model/config.ts';
import type { ControllerWords } from '../../model/controller-profile.ts';
import { nginxWords } from '../ingress/words.ts';
import { controllerNames } from './names.ts';
import { settingsPlace } from './tls-settings.ts';

/** Its routes are those of ingress-nginx; its settings are not. */
export const traefikWords: ControllerWords = {
  ...nginxWords,
  whyNotPassedThrough: 'the annotation ssl-passthrough on its Ingress is missing',
  http2Setting: (config) => `alpnProtocols without h2 ${inSettings(config)}`,
  allowTlsVersions: (config) => `set minVersion: VersionTLS12 and no maxVersion ${inSettings(config)}`,
  // Nothing of Traefik stands between client and router.
  tellClientAddress: (config) => `take what sets X-Forwarded-For off the way to controller ${config.controller.name}`,
  unknownNamesSetting: (config) =>
    `the routers of controller ${config.controller.name} that have a rule without a host`,
};

function inSettings(config: Config): string {
  return `in ${settingsPlace.file} of ConfigMap ${controllerNames(config).configMap}`;
}
