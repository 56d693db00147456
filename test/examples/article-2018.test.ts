import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { describeWithTool } from '../support/describe-with.ts';

// examples/article-2018 against what Tony Bai's article of 2018-06-25 and its code (bigwhite/experiments@e3a40e4,
// ingress-controller-demo/) say; the values are typed from there. golden.test.ts sees to it that expected/ is what the
// program makes.
const folder = fileURLToPath(new URL('../../examples/article-2018/expected/', import.meta.url));

interface ArticleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Record<string, unknown>;
  readonly [field: string]: unknown;
}

const common = readObjects('manifests/ic-common.yaml');
const mandatory = readObjects('manifests/ic3-mandatory.yaml');
const nodePort = readObjects('manifests/ic3-service-nodeport.yaml');

describe('step 2.1: ic-common.yaml', () => {
  it('holds the objects that ic1, ic2 and ic3 share', () => {
    expect(common.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 Namespace ingress-nginx-demo',
      'extensions/v1beta1 Deployment default-http-backend',
      'v1 Service default-http-backend',
      'v1 ServiceAccount nginx-ingress-serviceaccount',
      'rbac.authorization.k8s.io/v1beta1 ClusterRole nginx-ingress-demo-clusterrole',
      'rbac.authorization.k8s.io/v1beta1 Role nginx-ingress-role',
      'rbac.authorization.k8s.io/v1beta1 RoleBinding nginx-ingress-role-nisa-binding',
      'rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding nginx-ingress-demo-clusterrole-nisa-binding',
    ]);
  });

  it('lets the Role get and update the election ConfigMaps of all three', () => {
    expect(find(common, 'Role')['rules']).toContainEqual({
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: [
        'ingress-controller-leader-ic1',
        'ingress-controller-leader-ic2',
        'ingress-controller-leader-ic3',
      ],
      verbs: ['get', 'update'],
    });
  });

  it('belongs to no controller alone, so that destroying ic3 leaves ic1 and ic2 what they need', () => {
    for (const { kind, metadata } of common)
      expect(metadata.labels, `${kind} ${metadata.name}`).not.toHaveProperty('ingress-tls/controller');
  });

  it('has the default backend that 0.15.0 does not start without', () => {
    const [container] = containersOf(find(common, 'Deployment'));
    expect(container).toMatchObject({
      image: 'gcr.io/google_containers/defaultbackend:1.4',
      resources: { limits: { cpu: '10m', memory: '20Mi' }, requests: { cpu: '10m', memory: '20Mi' } },
    });
    expect(find(common, 'Service').spec).toMatchObject({
      ports: [{ port: 80, targetPort: 8080 }],
      selector: { app: 'default-http-backend' },
    });
  });
});

describe('step 2.2: ic3-service-nodeport.yaml', () => {
  it('is one NodePort Service to the secure port, and none to port 80', () => {
    expect(nodePort).toHaveLength(1);
    expect(nodePort[0]).toMatchObject({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ingress-nginx-ic3', namespace: 'ingress-nginx-demo' },
    });
    expect(nodePort[0]!.spec).toEqual({
      type: 'NodePort',
      ports: [{ name: 'https', port: 443, targetPort: 443, nodePort: 30092, protocol: 'TCP' }],
      selector: { app: 'ingress-nginx-ic3' },
    });
  });
});

describe('steps 2.3 and 5.1: ic3-mandatory.yaml', () => {
  it('holds three ConfigMaps and the Deployment', () => {
    expect(
      mandatory.map(
        ({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
      ),
    ).toEqual([
      'v1 ConfigMap ingress-nginx-demo/nginx-configuration-ic3',
      'v1 ConfigMap ingress-nginx-demo/tcp-services-ic3',
      'v1 ConfigMap ingress-nginx-demo/udp-services-ic3',
      'extensions/v1beta1 Deployment ingress-nginx-demo/nginx-ingress-controller-ic3',
    ]);
    expect(mandatory[0]!.metadata.labels).toMatchObject({ app: 'ingress-nginx' });
  });

  it('puts nothing into the ConfigMaps but what keeps svc9 off the connections of svc7', () => {
    // The article's are empty; its wildcard certificate covers svc9 as well (RFC 9113, 9.1.1).
    expect(mandatory.filter(({ kind }) => kind === 'ConfigMap').map(({ data }) => data)).toEqual([
      { 'use-http2': 'false' },
      undefined,
      undefined,
    ]);
  });

  it("has the article's arguments in its order", () => {
    expect(containersOf(mandatory[3]!)[0]!['args']).toEqual([
      '/nginx-ingress-controller',
      '--default-backend-service=$(POD_NAMESPACE)/default-http-backend',
      '--configmap=$(POD_NAMESPACE)/nginx-configuration-ic3',
      '--tcp-services-configmap=$(POD_NAMESPACE)/tcp-services-ic3',
      '--udp-services-configmap=$(POD_NAMESPACE)/udp-services-ic3',
      '--publish-service=$(POD_NAMESPACE)/ingress-nginx-ic3',
      '--annotations-prefix=nginx.ingress.kubernetes.io',
      '--enable-ssl-passthrough',
      '--ingress-class=ic3',
    ]);
  });

  it('runs 0.15.0 as the article does', () => {
    const { spec } = mandatory[3]!;
    expect(spec).toMatchObject({
      replicas: 1,
      selector: { matchLabels: { app: 'ingress-nginx-ic3' } },
      template: {
        metadata: {
          labels: { app: 'ingress-nginx-ic3' },
          annotations: { 'prometheus.io/port': '10254', 'prometheus.io/scrape': 'true' },
        },
        spec: { serviceAccountName: 'nginx-ingress-serviceaccount' },
      },
    });
    const probe = {
      failureThreshold: 3,
      httpGet: { path: '/healthz', port: 10254, scheme: 'HTTP' },
      periodSeconds: 10,
      successThreshold: 1,
      timeoutSeconds: 1,
    };
    expect(containersOf(mandatory[3]!)).toEqual([
      {
        name: 'nginx-ingress-controller-ic3',
        image: 'quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.15.0',
        args: expect.any(Array) as unknown,
        env: ['name', 'namespace'].map((field) => ({
          name: `POD_${field.toUpperCase()}`,
          valueFrom: { fieldRef: { fieldPath: `metadata.${field}` } },
        })),
        ports: [
          { name: 'http', containerPort: 80 },
          { name: 'https', containerPort: 443 },
        ],
        livenessProbe: { ...probe, initialDelaySeconds: 10 },
        readinessProbe: probe,
        securityContext: { runAsNonRoot: false },
      },
    ]);
  });
});

describe('step 3.1: the wildcard certificate and its Secret', () => {
  it('has the subject of the article, and the names that it lacks', () => {
    const [wildcard] = readText('certs.txt')
      .split('\n\n')
      .filter((block) => block.startsWith('certs/wildcard.crt'));
    expect(wildcard).toContain('subject    CN=*.tonybai.com, O=tonybai.com');
    expect(wildcard).toContain('names      DNS:*.tonybai.com, DNS:tonybai.com');
    expect(wildcard).toContain('days       365');
    expect(wildcard).toContain('key        certs/wildcard.key, rsa 2048');
  });

  it('is the TLS Secret that the Ingresses name, in their namespace', () => {
    const [secret] = readObjects('secrets/ingress-controller-demo-tls-secret.yaml');
    expect(secret).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'ingress-controller-demo-tls-secret', namespace: 'default' },
      type: 'kubernetes.io/tls',
    });
    expect(secret!['data']).toEqual({
      'tls.crt': '<certs/wildcard.crt in base64>',
      'tls.key': '<certs/wildcard.key in base64>',
    });
  });
});

const services = [
  { name: 'svc7', portName: 'http', annotations: {} },
  { name: 'svc8', portName: 'https', annotations: { 'nginx.ingress.kubernetes.io/secure-backends': 'true' } },
  { name: 'svc9', portName: 'https', annotations: { 'nginx.ingress.kubernetes.io/ssl-passthrough': 'true' } },
] as const;

describe.each(services)('steps 3.2, 4 and 5.2: values of $name', ({ name }) => {
  it("are the article's", () => {
    expect(parse(readText(`charts/${name}/values.yaml`))).toMatchObject({
      replicaCount: 1,
      image: { repository: `docker.io/bigwhite/ingress-controller-demo-${name}`, tag: 'v0.1' },
      service: { type: 'ClusterIP', port: 443 },
      ingress: { enabled: true, host: `${name}.tonybai.com`, annotations: { 'kubernetes.io/ingress.class': 'ic3' } },
    });
  });
});

describeWithTool('helm', 'what the charts make on Kubernetes 1.10', (helm) => {
  it.each(services)('$name: the kinds, names and annotations of the article', ({ name, portName, annotations }) => {
    const objects = render(helm, name);
    const release = `ic3-${name}`;
    const port = { name: portName, port: 443, targetPort: portName, protocol: 'TCP' };

    expect(find(objects, 'Service')).toMatchObject({
      metadata: { name: release, namespace: 'default' },
      spec: { type: 'ClusterIP', ports: [port] },
    });

    const ingress = find(objects, 'Ingress');
    expect(ingress).toMatchObject({ apiVersion: 'extensions/v1beta1', metadata: { name: release } });
    expect(ingress.metadata.annotations).toMatchObject({ 'kubernetes.io/ingress.class': 'ic3', ...annotations });
    const decisive = Object.keys(ingress.metadata.annotations ?? {}).filter((key) =>
      /secure-backends|ssl-passthrough|backend-protocol|proxy-ssl/.test(key),
    );
    expect(decisive).toEqual(Object.keys(annotations));
    expect(ingress.spec['rules']).toEqual([
      {
        host: `${name}.tonybai.com`,
        http: { paths: [{ path: '/', backend: { serviceName: release, servicePort: portName } }] },
      },
    ]);
    // The article names the Secret for svc9 too; without it a connection that falls back to nginx is seen to do so.
    const tls = name === 'svc9' ? {} : { secretName: 'ingress-controller-demo-tls-secret' };
    expect(ingress.spec['tls']).toEqual([{ hosts: [`${name}.tonybai.com`], ...tls }]);

    const deployment = find(objects, 'Deployment');
    expect(deployment).toMatchObject({
      apiVersion: 'apps/v1beta2',
      metadata: { name: release },
      spec: { replicas: 1 },
    });
    expect(containersOf(deployment)[0]).toMatchObject({
      image: `docker.io/bigwhite/ingress-controller-demo-${name}:v0.1`,
      ports: [{ name: portName, containerPort: 8080 }],
    });
  });

  it('refuse a cluster that no longer serves these kinds', () => {
    expect(() => render(helm, 'svc7', 'v1.16.0')).toThrow(/incompatible with Kubernetes v1\.16\.0/);
  });
});

function render(helm: string, name: string, kubeVersion = 'v1.10.3'): readonly ArticleObject[] {
  const args = [
    'template',
    `ic3-${name}`,
    `${folder}charts/${name}`,
    '--namespace=default',
    `--kube-version=${kubeVersion}`,
    '--no-hooks',
  ];
  return parseObjects(execFileSync(helm, args, { encoding: 'utf8', stdio: 'pipe' }));
}

function readText(path: string): string {
  return readFileSync(folder + path, 'utf8');
}

function readObjects(path: string): readonly ArticleObject[] {
  return parseObjects(readText(path));
}

function parseObjects(text: string): readonly ArticleObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as ArticleObject | null)
    .filter((object) => object !== null);
}

function find(objects: readonly ArticleObject[], kind: string): ArticleObject {
  const found = objects.filter((object) => object.kind === kind);
  expect(found, `objects of kind ${kind}`).toHaveLength(1);
  return found[0]!;
}

function containersOf({ spec }: ArticleObject): readonly Readonly<Record<string, unknown>>[] {
  const { template } = spec as {
    readonly template: { readonly spec: { readonly containers: readonly Record<string, unknown>[] } };
  };
  return template.spec.containers;
}
