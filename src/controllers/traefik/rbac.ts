import { listServiceNamespaces } from '../../kube/namespace.ts';
import type { Config } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import type { ControllerNames } from './names.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/** What a provider may do. */
export interface Rights {
  readonly ofCluster: (watched: readonly string[]) => readonly JsonObject[];
  /** In each namespace that it watches. */
  readonly ofNamespace: readonly JsonObject[];
}

/**
 * The controller's identity and rights. It watches the services' namespaces (command-line.ts), so it may read their objects and
 * no other Secret of the cluster, and it writes nothing at all: it publishes no status.
 */
export function accessObjects(
  config: Config,
  names: ControllerNames,
  labels: Labels,
  rights: Rights = ingressRights,
): readonly KubeObject[] {
  const name = names.fullName;
  const subjects = [{ kind: 'ServiceAccount', name, namespace: config.controller.namespace }];
  const watched = listServiceNamespaces(config);
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: config.controller.namespace, labels },
      automountServiceAccountToken: true,
    },
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name, labels },
      rules: [...rights.ofCluster(watched)],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects,
    },
    ...watched.flatMap((namespace): readonly KubeObject[] => {
      const metadata = { name, namespace, labels };
      return [
        { apiVersion, kind: 'Role', metadata, rules: [...rights.ofNamespace] },
        { apiVersion, kind: 'RoleBinding', metadata, roleRef: { apiGroup, kind: 'Role', name }, subjects },
      ];
    }),
  ];
}

const verbs = ['list', 'watch'];

/** IngressClasses lie in no namespace. Without this right Traefik silently serves no Ingress that names its class in spec. */
const clusterRules: readonly JsonObject[] = [
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs },
];

/** Without this right Traefik ends when it looks for the namespaces of a selector. */
const namespacesRule: JsonObject = { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] };

/**
 * What the provider's informers list and watch, and nothing else (v3.7.13 pkg/provider/kubernetes/ingress-nginx/client.go,
 * WatchAll). It waits for all of them before it serves anything, ConfigMaps included.
 */
const watchedRules: readonly JsonObject[] = [
  { apiGroups: [''], resources: ['configmaps', 'secrets', 'services'], verbs },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs },
];

const ingressRights: Rights = {
  ofCluster: (watched) => (watched.length === 1 ? clusterRules : [...clusterRules, namespacesRule]),
  ofNamespace: watchedRules,
};
