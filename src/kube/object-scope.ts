import type { KubeObject } from '../model/kube-object.ts';

/** Kinds that lie in no namespace: Kubernetes' own (`kubectl api-resources --namespaced=false`) and the Gateway API's GatewayClass. */
const clusterScoped: ReadonlySet<string> = new Set([
  ...[
    'APIService',
    'CertificateSigningRequest',
    'ClusterRole',
    'ClusterRoleBinding',
    'ClusterTrustBundle',
    'CSIDriver',
    'CSINode',
  ],
  ...['CustomResourceDefinition', 'DeviceClass', 'FlowSchema', 'IngressClass', 'IPAddress', 'MutatingAdmissionPolicy'],
  ...[
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PodSecurityPolicy',
  ],
  ...[
    'PriorityClass',
    'PriorityLevelConfiguration',
    'ResourceSlice',
    'RuntimeClass',
    'ServiceCIDR',
    'StorageClass',
    'GatewayClass',
  ],
  ...[
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
    'VolumeAttachment',
  ],
]);

/** An object of a release as helm sends it: without a namespace of its own it comes into the release's, unless its kind has none. */
export function placeObject(object: KubeObject, namespace: string): KubeObject {
  if (object.metadata.namespace !== undefined || clusterScoped.has(object.kind)) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
