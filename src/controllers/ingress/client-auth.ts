import type { PlannedService } from '../../model/chart.ts';
import type { ServiceIntent } from '../../model/config.ts';
import type { OwnClientAuth } from '../../model/controller-profile.ts';
import { asksAtController, hasOwnClients } from '../../model/client-auth.ts';
import { endsInPod } from '../../model/mode.ts';
import type { AnnotationRule } from './annotation-rules.ts';
import { nginxKey, withNginxPrefix } from './nginx-annotations.ts';

/**
 * The annotations by which the controller asks clients for their certificate; the same in every version. The namespace is always said:
 * a Secret without it cannot be read (kubernetes/ingress-nginx@controller-v1.15.1 internal/ingress/annotations/authtls/main.go).
 */
export function clientAuthAnnotations(service: PlannedService): Readonly<Record<string, string>> {
  const { edgeClientCaSecret, namespace, clientAuthDetails = {} } = service;
  if (edgeClientCaSecret === undefined) return {};
  const { isOptional, depth, forward } = clientAuthDetails;
  return withNginxPrefix({
    'auth-tls-secret': `${namespace}/${edgeClientCaSecret}`,
    'auth-tls-verify-client': isOptional === true ? 'optional' : 'on',
    ...(depth !== undefined && { 'auth-tls-verify-depth': String(depth) }),
    ...(forward === true && { 'auth-tls-pass-certificate-to-upstream': 'true' }),
  });
}

/**
 * What a person's own annotations ask of clients, as who verifies has to know it; undefined where they let everybody in.
 * `authority` is the Secret in words: no certificate of it is here.
 */
export function readOwnClientAuth({ mode, namespace, annotations }: PlannedService): OwnClientAuth | undefined {
  const secret = annotations[nginxKey('auth-tls-secret')]?.trim() ?? '';
  const demand = annotations[nginxKey('auth-tls-verify-client')]?.trim() ?? 'on';
  if (endsInPod(mode) || secret === '' || demand === 'off' || demand === 'optional_no_ca') return undefined;
  const [name = '', place = namespace] = secret.split('/').reverse();
  return {
    secret: { namespace: place, name },
    details: {
      authority: `Secret ${place}/${name}`,
      ...(demand === 'optional' && { isOptional: true }),
    },
  };
}

/** Without prefix: what clientAuth is written as, and what preview reads of it. */
export const clientAuthKeys: readonly string[] = [
  ...['auth-tls-secret', 'auth-tls-verify-client', 'auth-tls-verify-depth', 'auth-tls-pass-certificate-to-upstream'],
];

const decided: ReadonlySet<string> = new Set([...clientAuthKeys, 'auth-tls-error-page'].map(nginxKey));

/** What clientAuth of the service says, an annotation may not say too; nothing where the controller asks for no certificate. */
export function clientAuthDecides(service: ServiceIntent): readonly AnnotationRule[] {
  if (!asksAtController(service)) return [];
  // The client that the project makes is no other than itself.
  const ownName = hasOwnClients(service) ? nginxKey('auth-tls-match-cn') : undefined;
  return [
    {
      matches: (key) => decided.has(key) || key === ownName,
      reason: 'clientAuth of the service decides who is let in, and what others get.',
      remedy:
        'Remove it and use `authority`, `depth` and `forward` of clientAuth, or remove clientAuth and keep your own annotations.',
    },
  ];
}
