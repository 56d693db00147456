import type { JsonObject } from '../../model/json.ts';
import { apiGroup } from '../gateway/names.ts';
import type { Rights } from '../traefik/rbac.ts';

const verbs = ['list', 'watch'];

/** What the provider's informers list and watch, and the status that it writes (v3.7.13 pkg/provider/kubernetes/gateway/client.go). */
export const gatewayRights: Rights = {
  // It looks for namespaces whatever it watches.
  ofCluster: () => [
    { apiGroups: [''], resources: ['namespaces'], verbs },
    { apiGroups: [apiGroup], resources: ['gatewayclasses'], verbs },
    { apiGroups: [apiGroup], resources: ['gatewayclasses/status'], verbs: ['update'] },
  ],
  ofNamespace: [
    { apiGroups: [''], resources: ['configmaps', 'secrets', 'services'], verbs },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    {
      apiGroups: [apiGroup],
      resources: ['backendtlspolicies', 'gateways', 'grpcroutes', 'httproutes', 'referencegrants', 'tlsroutes'],
      verbs,
    },
    writing(['backendtlspolicies', 'gateways', 'grpcroutes', 'httproutes', 'tlsroutes']),
  ],
};

function writing(resources: readonly string[]): JsonObject {
  return { apiGroups: [apiGroup], resources: resources.map((each) => `${each}/status`), verbs: ['update'] };
}
