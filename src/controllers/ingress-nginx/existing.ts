import type { Config } from '../../model/config.ts';
import { asksAtController } from '../../model/client-auth.ts';
import type { ControllerNeed, ExistingController } from '../../model/controller-profile.ts';
import {
  nameOther,
  needAddress,
  needHttp2Off,
  needNamespaces,
  needPassthrough,
  needPrefix,
  readNginxSettings,
  readsClass,
} from '../ingress/existing-controller.ts';
import { listNames } from '../ingress/list-names.ts';
import { isHopOnSharedHost } from './config-map.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';

/** An ingress-nginx of 1.x that somebody else brought. */
export const existing: ExistingController = {
  nameOther,
  readSettings: (workload, config, classController) =>
    readNginxSettings(workload, ({ argument }) => readsClass(argument, argumentNames, config, classController)),
  needs: (config) => [
    ...needPassthrough(config),
    ...needNamespaces(config, { namespace: 'watch-namespace', selector: 'watch-namespace-selector' }),
    needPrefix(),
    ...needRisk(config),
    ...needOwnHop(config),
    ...needAddress(config),
    ...needHttp2Off(config),
  ],
};

const argumentNames = {
  controllerClass: 'controller-class',
  ingressClass: 'ingress-class',
  byName: 'ingress-class-by-name',
};

const levels = ['Low', 'Medium', 'High', 'Critical'] as const;

/** Of a person's own annotations, by v1.15.1 docs/user-guide/nginx-configuration/annotations-risk.md. */
const high = listKeys(
  'auth-signin auth-tls-error-page auth-tls-match-cn auth-url mirror-host mirror-target modsecurity-transaction-id server-alias upstream-hash-by',
);
/** Those that guard a service: others are left to the person. */
const medium = listKeys(
  'auth-realm auth-secret auth-proxy-set-headers auth-tls-secret auth-tls-verify-client allowlist-source-range whitelist-source-range ' +
    'denylist-source-range force-ssl-redirect',
);

function listKeys(keys: string): ReadonlySet<string> {
  return new Set(keys.split(' ').map(nginxKey));
}

/** Annotations above the level are not read (v1.15.1 internal/ingress/annotations/parser/validators.go); High is the default since 1.12. */
function needRisk({ services }: Config): readonly ControllerNeed[] {
  const risks = services.map((service) => {
    const { name, mode, annotations } = service;
    const keys = Object.keys(annotations);
    if (mode === 'reencrypt' || keys.some((key) => high.has(key))) return { name, level: 2 };
    // What clientAuth writes: auth-tls-secret and auth-tls-verify-client.
    const isMedium = mode === 'passthrough' || asksAtController(service) || keys.some((key) => medium.has(key));
    return { name, level: isMedium ? 1 : 0 };
  });
  const level = Math.max(0, ...risks.map((risk) => risk.level));
  const word = levels[level];
  if (level === 0 || word === undefined) return [];
  return [
    {
      setting: `annotations-risk-level: "${word}" or above in its ConfigMap, where High is the default`,
      otherwise: `annotations of ${listNames(risks.filter((risk) => risk.level === level).map(({ name }) => name))} would be refused`,
      isMet: (_settings, data) => {
        if (data === undefined) return undefined;
        const given = data['annotations-risk-level'] ?? 'High';
        // Any other word counts as Low there.
        return levels.findIndex((each) => each.toLowerCase() === given.toLowerCase()) >= level;
      },
    },
  ];
}

/** Of the ConfigMap alone; false is the default (v1.15.1 internal/ingress/controller/config/config.go). */
function needOwnHop(config: Config): readonly ControllerNeed[] {
  if (!isHopOnSharedHost(config)) return [];
  return [
    {
      setting: 'proxy-ssl-location-only: "true" in its ConfigMap',
      otherwise:
        "what one service's route says of the TLS to its pods, a client certificate too, would hold for others on that host",
      isMet: (_settings, data) =>
        data === undefined ? undefined : data['proxy-ssl-location-only']?.toLowerCase() === 'true',
    },
  ];
}
