import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { commonNames } from './names.ts';

/** Answers 404 on / and 200 on /healthz: what 0.15.0 demands of its default backend. */
const defaultBackendImage = 'gcr.io/google_containers/defaultbackend:1.4';

/** Where requests for unknown hosts go. 0.15.0 does not start without its Service (cmd/nginx/main.go). */
export function defaultBackend(namespace: string, labels: Labels): readonly KubeObject[] {
  const name = commonNames.defaultBackend;
  const selector = { app: name };
  const resources = { cpu: '10m', memory: '20Mi' };
  return [
    {
      apiVersion: 'extensions/v1beta1',
      kind: 'Deployment',
      metadata: { name, namespace, labels: { ...selector, ...labels } },
      spec: {
        replicas: 1,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector },
          spec: {
            terminationGracePeriodSeconds: 60,
            containers: [
              {
                name,
                image: defaultBackendImage,
                livenessProbe: {
                  httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' },
                  initialDelaySeconds: 30,
                  timeoutSeconds: 5,
                },
                ports: [{ containerPort: 8080 }],
                resources: { limits: resources, requests: resources },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels: { ...selector, ...labels } },
      spec: { ports: [{ port: 80, targetPort: 8080 }], selector },
    },
  ];
}
