import type { Config, ServiceIntent } from '../../model/config.ts';
import type { NamedSecret } from '../../model/controller-profile.ts';
import { readExposure } from '../exposure.ts';
import { endsInPod } from '../../model/mode.ts';
import type { Notice } from '../../model/notice.ts';
import { listNames } from './list-names.ts';
import { nginxKey, nginxPrefix } from './nginx-annotations.ts';

/** Where TLS ends at the controller; elsewhere nobody reads them. */
export function listNamedSecrets(config: Config): readonly NamedSecret[] {
  return config.services.flatMap(({ name, mode, namespace = config.namespace, annotations }, index) =>
    ['auth-tls-secret', 'auth-secret'].flatMap((annotation): readonly NamedSecret[] => {
      const value = annotations[nginxKey(annotation)]?.trim();
      if (value === undefined || endsInPod(mode)) return [];
      const [secret = '', place = namespace] = value.split('/').reverse();
      const key = annotation === 'auth-tls-secret' ? 'ca.crt' : 'auth';
      // Each of its keys is a user then (kubernetes/ingress-nginx@v1.15.1 internal/ingress/annotations/auth/main.go).
      const isMap = annotation === 'auth-secret' && annotations[nginxKey('auth-secret-type')] === 'auth-map';
      return [
        {
          ...{ service: `${name} (${mode})`, annotation, namespace: place, name: secret },
          ...(!isMap && { key }),
          path: ['services', index, 'annotations', nginxKey(annotation)],
        },
      ];
    }),
  );
}

/**
 * One warning for each Secret that guards a service and that the project does not make: without a cluster nobody looks whether it is there.
 * @param withoutAuthority what the controller does where the Secret of auth-tls-secret has no ca.crt, as a clause.
 */
export function noteNamedSecrets(config: Config, withoutAuthority: string): readonly Notice[] {
  return listNamedSecrets(config).map(({ service, annotation, namespace, name, key, path }) => ({
    level: 'warning',
    code: 'secret-expected',
    message:
      `${service}: Secret ${namespace}/${name} (${annotation}) is not of this project and has to be in the cluster${key === undefined ? '' : `, with key ${key}`}: ` +
      `without it the controller serves nobody${annotation === 'auth-tls-secret' ? `, and without ca.crt in it ${withoutAuthority}` : ''}.`,
    remedy: `Look with kubectl describe secret -n ${namespace} ${name}.`,
    path,
  }));
}

const byAddress = [
  ...['allowlist-source-range', 'whitelist-source-range', 'denylist-source-range'],
  ...['limit-rpm', 'limit-rps', 'limit-connections', 'limit-allowlist', 'limit-whitelist'],
];

/**
 * Behind a node port the controller sees a node's address in place of its client's: kube-proxy writes its own unless the Service has
 * externalTrafficPolicy Local (kubernetes.io/docs/tutorials/services/source-ip). A warning and no error, because some networks keep the
 * address, and because the field can be set by hand.
 * @param cure what to do.
 */
export function noteHiddenAddress(
  config: Config,
  { seen, cure }: { readonly seen: string; readonly cure: string },
): readonly Notice[] {
  const guarded = config.services.flatMap((service) => {
    const keys = listAddressKeys(service);
    return keys.length === 0 ? [] : [{ name: service.name, keys }];
  });
  if (guarded.length === 0) return [];
  const keys = [...new Set(guarded.flatMap((each) => each.keys))];
  return [
    {
      level: 'warning',
      code: 'client-address-hidden',
      message:
        `${listNames(guarded.map(({ name }) => name))}: ${listNames(keys)} ${keys.length === 1 ? 'judges' : 'judge'} by the client's ` +
        `address, and the controller sees ${seen} instead, the same for many clients: it lets in or shuts out all of them.`,
      remedy: cure,
    },
  ];
}

/** Annotations of a service that judge by its clients' addresses, without their prefix. */
export function listAddressKeys({ mode, annotations }: ServiceIntent): readonly string[] {
  return endsInPod(mode) ? [] : byAddress.filter((key) => annotations[`${nginxPrefix}${key}`] !== undefined);
}

/** What noteHiddenAddress says where the way in hides the address; nothing where the file keeps it, or the way in is somebody else's. */
export function noteAddressHiddenOnTheWay(config: Config): readonly Notice[] {
  const { type, externalTrafficPolicy } = readExposure(config);
  if (type === 'ClusterIP' || externalTrafficPolicy === 'Local') return [];
  const enter = type === 'NodePort' ? ' and enter at a node that runs the controller' : '';
  return noteHiddenAddress(config, {
    seen: "a node's",
    cure: `Set \`externalTrafficPolicy: Local\` in controller.service${enter}, or guard by something else.`,
  });
}
