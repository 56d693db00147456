import type { Config } from '../../model/config.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { selectorLabels } from './labels.ts';
import type { ControllerNames } from './names.ts';

/**
 * The way in: the node port leads to the TLS port. There is no port 80: a redirect could not name the node port (v1.15.1
 * writes no port into Location), and plain HTTP has nothing to offer here.
 */
export function nodePortService(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: names.fullName, namespace: config.controller.namespace, labels },
    spec: {
      type: 'NodePort',
      ports: [
        {
          name: 'https',
          port: 443,
          targetPort: 'https',
          nodePort: config.controller.nodePort,
          protocol: 'TCP',
          appProtocol: 'https',
        },
      ],
      selector: selectorLabels(names),
    },
  };
}
