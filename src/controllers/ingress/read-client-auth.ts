import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { GatewayClientAuth } from '../../model/gateway.ts';
import { readBoolean, readText } from './annotation-values.ts';
import type { IngressFacts } from './read-ingresses.ts';

/** What ingress-nginx makes of the annotations auth-tls-* of a host. */
export interface ReadClientAuth {
  /** Absent: nobody is asked for a certificate. */
  readonly clientAuth?: GatewayClientAuth;
  readonly complaints: readonly string[];
}

export interface ClientAuthSettings {
  readonly index: ObjectIndex;
  /** `nginx.ingress.kubernetes.io`, with its slash. */
  readonly prefix: string;
  readonly mayCrossNamespaces: boolean;
}

/** `nothing`: as if there were no annotation. `off`: it decides that nobody is asked. */
type Verdict = GatewayClientAuth | 'nothing' | 'off';

/**
 * By the whole server, not by a path: what cannot be read refuses everybody, else the first Ingress whose Secret has an authority
 * decides (kubernetes/ingress-nginx@controller-v1.15.1 internal/ingress/controller/controller.go, createServers; 0.15.0 much the same).
 */
export function readClientAuth(settings: ClientAuthSettings, ingresses: readonly IngressFacts[]): ReadClientAuth {
  const complaints: string[] = [];
  const verdicts = ingresses.map((ingress) => judge(settings, ingress, (text) => complaints.push(text)));
  const refusing = verdicts.find((verdict) => typeof verdict === 'object' && verdict.demands === 'impossible');
  const decisive = refusing ?? verdicts.find((verdict) => verdict !== 'nothing');
  return { ...(typeof decisive === 'object' && { clientAuth: decisive }), complaints };
}

/** v1.15.1 internal/ingress/annotations/authtls/main.go and internal/ingress/controller/store/backend_ssl.go. */
function judge(
  { index, prefix, mayCrossNamespaces }: ClientAuthSettings,
  { object, annotations }: IngressFacts,
  complain: (text: string) => void,
): Verdict {
  const value = (key: string): string | undefined => readText(annotations, `${prefix}auth-tls-${key}`);
  const secret = value('secret');
  if (secret === undefined) return 'nothing';
  const [namespace = '', name = '', rest] = secret.split('/');
  const refuse = (why: string): GatewayClientAuth => ({ demands: 'impossible', reason: `auth-tls-secret ${why}` });
  if (namespace === '' || name === '' || rest !== undefined)
    return refuse(`${JSON.stringify(secret)} is not namespace/name`);
  const place = { namespace, name };
  if (namespace !== object.namespace && !mayCrossNamespaces)
    return refuse(`${printName(place)}: cross namespace secrets are not supported`);
  const data = index.findData('Secret', place);
  if (data === undefined) return refuse(`${printName(place)}: there is no such Secret`);
  const authority = data['ca.crt'] ?? '';
  if (authority === '') {
    if (data['tls.crt'] === undefined || data['tls.key'] === undefined)
      return refuse(`${printName(place)}: the Secret has neither ca.crt nor a key pair`);
    complain(`auth-tls-secret ${printName(place)} has no ca.crt, so nobody is asked for a certificate`);
    return 'nothing';
  }
  if (!authority.includes('-----BEGIN CERTIFICATE-----'))
    return refuse(`${printName(place)}: ca.crt is no certificate`);
  const demands = readDemand(value('verify-client'));
  if (demands === undefined) return 'off';
  const depth = Number(value('verify-depth') ?? 1);
  return {
    demands,
    authority: { kind: 'Secret', ...place, key: 'ca.crt' },
    // 1 without it, and in place of 0 and of what is no number.
    depth: Number.isInteger(depth) && depth !== 0 ? depth : 1,
    forwards:
      readBoolean(annotations, `${prefix}auth-tls-pass-certificate-to-upstream`) === true ? 'everything' : 'names',
  };
}

/** Undefined: nobody is asked. What is no word of these means `on`. */
function readDemand(word: string | undefined): 'required' | 'optional' | 'unverified' | undefined {
  switch (word) {
    case 'off':
      return undefined;
    case 'optional':
      return 'optional';
    case 'optional_no_ca':
      return 'unverified';
    case undefined:
    default:
      return 'required';
  }
}
