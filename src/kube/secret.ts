import type { Labels } from '../model/kube-object.ts';
import type { ObjectFromFiles } from '../model/plan.ts';

export interface SecretDescription {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** `kubernetes.io/tls` demands the keys tls.crt and tls.key (kubernetes@1.35 pkg/apis/core/validation). */
  readonly type: string;
  /** Key of the Secret -> file of the project. */
  readonly data: Readonly<Record<string, string>>;
}

/** A Secret whose data are filled in from files when it is written. */
export function buildSecret(secret: SecretDescription): ObjectFromFiles {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret.name, namespace: secret.namespace, labels: secret.labels },
      type: secret.type,
    },
    data: secret.data,
  };
}

/** A ConfigMap whose data are filled in from files when it is written. */
export function buildConfigMap(configMap: Omit<SecretDescription, 'type'>): ObjectFromFiles {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: configMap.name, namespace: configMap.namespace, labels: configMap.labels },
    },
    data: configMap.data,
  };
}
