import type { Config } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import type { ControllerNames } from './names.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/**
 * The controller's identity and rights: those of kubernetes/ingress-nginx@v1.15.1 deploy/static/provider/baremetal/deploy.yaml
 * without the admission webhook's. The cluster-wide right to read Secrets is upstream's: an Ingress may name one anywhere.
 */
export function accessObjects(config: Config, names: ControllerNames, labels: Labels): readonly KubeObject[] {
  const { namespace } = config.controller;
  const name = names.fullName;
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, labels },
      automountServiceAccountToken: true,
    },
    { apiVersion, kind: 'ClusterRole', metadata: { name, labels }, rules: clusterRules },
    { apiVersion, kind: 'Role', metadata: { name, namespace, labels }, rules: namespaceRules(names) },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name, namespace, labels },
      roleRef: { apiGroup, kind: 'Role', name },
      subjects,
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects,
    },
  ];
}

const clusterRules: readonly JsonObject[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'endpoints', 'nodes', 'pods', 'secrets', 'namespaces'],
    verbs: ['list', 'watch'],
  },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch', 'get'] },
];

function namespaceRules(names: ControllerNames): readonly JsonObject[] {
  return [
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps', 'pods', 'secrets', 'endpoints'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: ['get', 'list', 'watch'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: [names.election],
      verbs: ['get', 'update'],
    },
    // A create request has no name yet, so this one cannot be restricted (kubernetes@1.35 docs: RBAC, referring to resources).
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch', 'get'] },
  ];
}
