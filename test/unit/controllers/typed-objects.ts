import type { KubeObject } from '../../../src/model/kube-object.ts';

// Objects as people type them, not as our generators make them.

export const deployment = (...args: readonly string[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'nginx-ingress-controller-ic3', namespace: 'ingress-nginx-demo' },
  spec: { template: { spec: { containers: [{ name: 'controller', args: ['/nginx-ingress-controller', ...args] }] } } },
});

export const usualArguments = [
  '--controller-class=ingress-tls/ic3',
  '--ingress-class=ic3',
  '--configmap=$(POD_NAMESPACE)/nginx-configuration-ic3',
  '--enable-ssl-passthrough',
];

export const ingressClass = (controller = 'ingress-tls/ic3', name = 'ic3'): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller },
});

export const configMap = (data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'nginx-configuration-ic3', namespace: 'ingress-nginx-demo' },
  data,
});

export const service = (name: string, spec: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ...spec, ports: [{ name: 'https', port: 443, targetPort: 'https' }] },
});

export const secret = (
  name: string,
  stringData: Readonly<Record<string, string>>,
  namespace = 'default',
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  data: Object.fromEntries(
    Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  ),
});

interface IngressChanges {
  readonly name?: string;
  readonly host?: string;
  readonly path?: string;
  readonly pathType?: string;
  readonly port?: { readonly name: string } | { readonly number: number };
  readonly service?: string;
  readonly className?: string | null;
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
  readonly classAnnotation?: string;
}

/** An Ingress for a.test; the annotations' keys are without their prefix. */
export function ingress(annotations: Readonly<Record<string, string>> = {}, changes: IngressChanges = {}): KubeObject {
  const {
    name = 'a',
    host = 'a.test',
    path = '/',
    pathType = 'Prefix',
    port = { name: 'https' },
    className = 'ic3',
    tls,
    classAnnotation,
  } = changes;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: 'default',
      annotations: {
        ...(classAnnotation === undefined ? {} : { 'kubernetes.io/ingress.class': classAnnotation }),
        ...Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
        ),
      },
    },
    spec: {
      ...(className === null ? {} : { ingressClassName: className }),
      ...(tls === undefined
        ? {}
        : {
            tls: tls.map(({ hosts, secretName }) => ({ ...(hosts && { hosts }), ...(secretName && { secretName }) })),
          }),
      rules: [
        { host, http: { paths: [{ path, pathType, backend: { service: { name: changes.service ?? 'a', port } } }] } },
      ],
    },
  };
}
