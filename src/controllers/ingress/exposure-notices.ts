import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { clientPort, readExposure } from '../exposure.ts';

const path = ['controller', 'service'] as const;

/**
 * Refuses a redirect that would lead nowhere, of a controller that writes no port into Location, or its own container's
 * (kubernetes/ingress-nginx@v1.15.1 rootfs/etc/nginx/lua/lua_ingress.lua).
 */
export function refusePortlessRedirect(config: Config, product: string): readonly Notice[] {
  const port = clientPort(config);
  const { type, http } = readExposure(config);
  if (http === undefined || port === 443) return [];
  return [
    {
      level: 'error',
      code: 'redirect-port',
      message:
        `${product} redirects to https://HOST without a port, and clients reach HTTPS on ` +
        `${type === 'NodePort' ? 'node port' : 'port'} ${port}: the redirect would lead to port 443, where nobody answers.`,
      remedy:
        'Choose profile traefik, whose redirect names the port; or ' +
        `${type === 'NodePort' ? '`type: LoadBalancer`' : '`https: 443`'}; or leave http out.`,
      path: [...path, 'http'],
    },
  ];
}

/** What a person should know of the way in, whatever the controller is. */
export function noteExposure(config: Config): readonly Notice[] {
  const { type, externalTrafficPolicy, annotations } = readExposure(config);
  return [
    ...Object.entries(annotations).flatMap(([key, value]) => refuseBalancerSetting(key, value)),
    ...(type === 'NodePort' && externalTrafficPolicy === 'Local'
      ? [
          {
            level: 'info' as const,
            code: 'local-traffic',
            message:
              `With externalTrafficPolicy Local, node port ${config.controller.nodePort} answers on those nodes alone on which a pod of ` +
              `controller ${config.controller.name} runs.`,
            path: [...path, 'externalTrafficPolicy'],
          },
        ]
      : []),
  ];
}

interface BalancerRule {
  readonly matches: RegExp;
  /** Of the value; any where absent. */
  readonly value?: RegExp;
  readonly effect: string;
}

const endsTls =
  'the load balancer would end TLS itself, and no connection would reach the controller or a pod as the client opened it';
const writesProxyProtocol =
  "the load balancer would write a PROXY protocol header, which the controller is not set to read: every connection would fail. externalTrafficPolicy: Local shows the client's address without it";

/**
 * What providers' load balancers are told by annotations that leaves none of the three modes whole. By the documentation of each
 * provider's cloud controller; one that is not named here is taken as it is.
 */
const balancerRules: readonly BalancerRule[] = [
  { matches: /^service\.beta\.kubernetes\.io\/aws-load-balancer-ssl-(?:cert|ports)$/, effect: endsTls },
  {
    matches: /^service\.beta\.kubernetes\.io\/do-loadbalancer-(?:certificate-(?:id|name)|tls-ports)$/,
    effect: endsTls,
  },
  { matches: /^load-balancer\.hetzner\.cloud\/(?:http-certificates|certificate-type)$/, effect: endsTls },
  { matches: /^service\.beta\.kubernetes\.io\/oci-load-balancer-(?:ssl-ports|tls-secret)$/, effect: endsTls },
  { matches: /^service\.beta\.kubernetes\.io\/aws-load-balancer-proxy-protocol$/, effect: writesProxyProtocol },
  {
    matches: /^service\.beta\.kubernetes\.io\/aws-load-balancer-target-group-attributes$/,
    value: /(?:^|,)\s*proxy_protocol_v2\.enabled\s*=\s*true\s*(?:,|$)/,
    effect: writesProxyProtocol,
  },
  {
    matches:
      /^(?:service\.beta\.kubernetes\.io\/do-loadbalancer-enable-proxy-protocol|load-balancer\.hetzner\.cloud\/uses-proxyprotocol|loadbalancer\.openstack\.org\/proxy-protocol)$/,
    value: /^(?:true|v1|v2)$/i,
    effect: writesProxyProtocol,
  },
  {
    matches:
      /^service\.beta\.kubernetes\.io\/(?:scw-loadbalancer-proxy-protocol-v[12]|linode-loadbalancer-default-proxy-protocol)$/,
    value: /^(?!false$|none$)/,
    effect: writesProxyProtocol,
  },
];

function refuseBalancerSetting(key: string, value: string): readonly Notice[] {
  const rule = balancerRules.find(
    ({ matches, value: expected }) => matches.test(key) && expected?.test(value) !== false,
  );
  if (rule === undefined) return [];
  return [
    {
      level: 'error',
      code: 'load-balancer-setting',
      message: `With ${key} ${rule.effect}.`,
      remedy: 'Remove the annotation.',
      path: [...path, 'annotations', key],
    },
  ];
}
