import type { Config } from '../../model/config.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import type { ControllerNames } from './names.ts';

/** The article's step 2.2: the node port leads to the TLS port, and none leads to port 80. */
export function nodePortService(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: names.service, namespace: config.controller.namespace, labels },
    spec: {
      type: 'NodePort',
      ports: [{ name: 'https', port: 443, targetPort: 443, nodePort: config.controller.nodePort, protocol: 'TCP' }],
      selector: { app: names.service },
    },
  };
}
