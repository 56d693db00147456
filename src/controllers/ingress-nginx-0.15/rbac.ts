import type { Config } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { commonNames, electionNames } from './names.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1beta1';
const apiGroup = 'rbac.authorization.k8s.io';

/** The identity and rights that all controllers of the namespace share, after 0.15.0 deploy/rbac.yaml and the article. */
export function accessObjects(config: Config, labels: Labels): readonly KubeObject[] {
  const { namespace } = config.controller;
  const subjects = [{ kind: 'ServiceAccount', name: commonNames.serviceAccount, namespace }];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: commonNames.serviceAccount, namespace, labels } },
    { apiVersion, kind: 'ClusterRole', metadata: { name: commonNames.clusterRole, labels }, rules: clusterRules },
    {
      apiVersion,
      kind: 'Role',
      metadata: { name: commonNames.role, namespace, labels },
      rules: namespaceRules(electionNames(config)),
    },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: commonNames.roleBinding, namespace, labels },
      roleRef: { apiGroup, kind: 'Role', name: commonNames.role },
      subjects,
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: commonNames.clusterRoleBinding, labels },
      roleRef: { apiGroup, kind: 'ClusterRole', name: commonNames.clusterRole },
      subjects,
    },
  ];
}

const clusterRules: readonly JsonObject[] = [
  { apiGroups: [''], resources: ['configmaps', 'endpoints', 'nodes', 'pods', 'secrets'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['extensions'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: ['extensions'], resources: ['ingresses/status'], verbs: ['update'] },
];

function namespaceRules(elections: readonly string[]): readonly JsonObject[] {
  return [
    { apiGroups: [''], resources: ['configmaps', 'pods', 'secrets', 'namespaces'], verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: elections, verbs: ['get', 'update'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
    { apiGroups: [''], resources: ['endpoints'], verbs: ['get'] },
  ];
}
