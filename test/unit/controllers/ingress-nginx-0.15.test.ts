import { describe, expect, it } from 'vitest';
import { ingressNginx015 as profile } from '../../../src/controllers/ingress-nginx-0.15/index.ts';
import type { Config } from '../../../src/model/config.ts';
import {
  allObjects,
  config,
  find,
  labels,
  planned,
  resolve,
  service,
  threeServices,
} from '../../support/controllers/three-services.ts';

// bigwhite/experiments@e3a40e4 ingress-controller-demo/manifests, apart from the labels that are ours.
const article = config(threeServices, { profile: profile.name, sharedWith: ['ic1', 'ic2'] });
const objectsOf = (given: Config) => allObjects(profile.manifests(given, { own: {}, shared: {} }));
const objects = objectsOf(article);
const namespace = 'ingress-nginx-demo';

describe("the article's files", () => {
  it("hold the article's objects in the article's order and API versions", () => {
    const { before, after } = profile.manifests(article, labels);
    expect(
      Object.fromEntries(
        [...before, ...after].map(({ file, objects: held }) => [
          file,
          held.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`),
        ]),
      ),
    ).toEqual({
      'ic-common.yaml': [
        'v1 Namespace ingress-nginx-demo',
        'extensions/v1beta1 Deployment default-http-backend',
        'v1 Service default-http-backend',
        'v1 ServiceAccount nginx-ingress-serviceaccount',
        'rbac.authorization.k8s.io/v1beta1 ClusterRole nginx-ingress-demo-clusterrole',
        'rbac.authorization.k8s.io/v1beta1 Role nginx-ingress-role',
        'rbac.authorization.k8s.io/v1beta1 RoleBinding nginx-ingress-role-nisa-binding',
        'rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding nginx-ingress-demo-clusterrole-nisa-binding',
      ],
      'ic3-service-nodeport.yaml': ['v1 Service ingress-nginx-ic3'],
      'ic3-mandatory.yaml': [
        'v1 ConfigMap nginx-configuration-ic3',
        'v1 ConfigMap tcp-services-ic3',
        'v1 ConfigMap udp-services-ic3',
        'extensions/v1beta1 Deployment nginx-ingress-controller-ic3',
      ],
    });
  });

  it('mark as shared what other controllers use, where the file names them', () => {
    const marks = (given: Config) =>
      allObjects(profile.manifests({ ...given, namespace: 'apps' }, labels)).map(
        ({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.labels?.['test/owner']}`,
      );
    expect(marks(article).filter((mark) => mark.endsWith('ic3'))).toEqual([
      'Service ingress-nginx-ic3 ic3',
      'ConfigMap nginx-configuration-ic3 ic3',
      'ConfigMap tcp-services-ic3 ic3',
      'ConfigMap udp-services-ic3 ic3',
      'Deployment nginx-ingress-controller-ic3 ic3',
    ]);
    expect(marks(config()).every((mark) => mark.endsWith(' ic3'))).toBe(true);
  });
});

describe('the shared role', () => {
  const elections = (sharedWith: readonly string[]) =>
    (
      find(objectsOf(config(threeServices, { sharedWith })), 'Role', 'nginx-ingress-role')['rules'] as {
        resourceNames?: string[];
      }[]
    ).flatMap(({ resourceNames }) => resourceNames ?? []);

  it("names the other controllers' elections before its own", () => {
    expect(elections(['ic1', 'ic2'])).toEqual([
      'ingress-controller-leader-ic1',
      'ingress-controller-leader-ic2',
      'ingress-controller-leader-ic3',
    ]);
  });

  it('names each once, wherever the person put it', () => {
    expect(elections(['ic3', 'ic1', 'ic1'])).toEqual([
      'ingress-controller-leader-ic1',
      'ingress-controller-leader-ic3',
    ]);
    expect(elections([])).toEqual(['ingress-controller-leader-ic3']);
  });

  it("is the article's, rule by rule", () => {
    expect(find(objects, 'Role', 'nginx-ingress-role')['rules']).toEqual([
      { apiGroups: [''], resources: ['configmaps', 'pods', 'secrets', 'namespaces'], verbs: ['get'] },
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: [
          'ingress-controller-leader-ic1',
          'ingress-controller-leader-ic2',
          'ingress-controller-leader-ic3',
        ],
        verbs: ['get', 'update'],
      },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
      { apiGroups: [''], resources: ['endpoints'], verbs: ['get'] },
    ]);
    expect(find(objects, 'ClusterRole', 'nginx-ingress-demo-clusterrole')['rules']).toEqual([
      { apiGroups: [''], resources: ['configmaps', 'endpoints', 'nodes', 'pods', 'secrets'], verbs: ['list', 'watch'] },
      { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
      { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['extensions'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      { apiGroups: ['extensions'], resources: ['ingresses/status'], verbs: ['update'] },
    ]);
  });
});

describe('the controller', () => {
  it("is the article's Deployment", () => {
    expect(find(objects, 'Deployment', 'nginx-ingress-controller-ic3')).toEqual({
      apiVersion: 'extensions/v1beta1',
      kind: 'Deployment',
      metadata: { name: 'nginx-ingress-controller-ic3', namespace, labels: {} },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'ingress-nginx-ic3' } },
        template: {
          metadata: {
            labels: { app: 'ingress-nginx-ic3' },
            annotations: { 'prometheus.io/port': '10254', 'prometheus.io/scrape': 'true' },
          },
          spec: {
            serviceAccountName: 'nginx-ingress-serviceaccount',
            containers: [
              {
                name: 'nginx-ingress-controller-ic3',
                image: 'quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.15.0',
                args: [
                  '/nginx-ingress-controller',
                  '--default-backend-service=$(POD_NAMESPACE)/default-http-backend',
                  '--configmap=$(POD_NAMESPACE)/nginx-configuration-ic3',
                  '--tcp-services-configmap=$(POD_NAMESPACE)/tcp-services-ic3',
                  '--udp-services-configmap=$(POD_NAMESPACE)/udp-services-ic3',
                  '--publish-service=$(POD_NAMESPACE)/ingress-nginx-ic3',
                  '--annotations-prefix=nginx.ingress.kubernetes.io',
                  '--enable-ssl-passthrough',
                  '--ingress-class=ic3',
                ],
                env: [
                  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                  { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
                ],
                ports: [
                  { name: 'http', containerPort: 80 },
                  { name: 'https', containerPort: 443 },
                ],
                livenessProbe: {
                  failureThreshold: 3,
                  httpGet: { path: '/healthz', port: 10254, scheme: 'HTTP' },
                  initialDelaySeconds: 10,
                  periodSeconds: 10,
                  successThreshold: 1,
                  timeoutSeconds: 1,
                },
                readinessProbe: {
                  failureThreshold: 3,
                  httpGet: { path: '/healthz', port: 10254, scheme: 'HTTP' },
                  periodSeconds: 10,
                  successThreshold: 1,
                  timeoutSeconds: 1,
                },
                securityContext: { runAsNonRoot: false },
              },
            ],
          },
        },
      },
    });
  });

  it("is reached by the article's node port", () => {
    expect(find(objects, 'Service', 'ingress-nginx-ic3')['spec']).toEqual({
      type: 'NodePort',
      ports: [{ name: 'https', port: 443, targetPort: 443, nodePort: 30092, protocol: 'TCP' }],
      selector: { app: 'ingress-nginx-ic3' },
    });
  });

  it('has HTTP/2 off where a browser could go astray, and else no setting at all, as in the article', () => {
    const maps = (given: Config) =>
      ['nginx-configuration-ic3', 'tcp-services-ic3', 'udp-services-ic3'].map(
        (name) => find(objectsOf(given), 'ConfigMap', name)['data'],
      );
    expect(maps(article)).toEqual([{ 'use-http2': 'false' }, undefined, undefined]);
    expect(maps(config(threeServices.slice(0, 2)))).toEqual([undefined, undefined, undefined]);
  });

  it('has the default backend without which it does not start', () => {
    expect(find(objects, 'Service', 'default-http-backend')['spec']).toEqual({
      ports: [{ port: 80, targetPort: 8080 }],
      selector: { app: 'default-http-backend' },
    });
    expect(JSON.stringify(find(objects, 'Deployment', 'default-http-backend'))).toContain(
      '"image":"gcr.io/google_containers/defaultbackend:1.4"',
    );
  });
});

describe('the Ingress of a service', () => {
  it.each([
    ['svc7', 'http', {}],
    ['svc8', 'https', { 'nginx.ingress.kubernetes.io/secure-backends': 'true' }],
    [
      'svc9',
      'https',
      {
        'nginx.ingress.kubernetes.io/ssl-passthrough': 'true',
        'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true',
      },
    ],
  ])('%s is of 2018 and goes to port %s, numbered 443', (name, port, annotations) => {
    const intent = threeServices.find((each) => each.name === name)!;
    const route = profile.routes(article, planned(profile, intent))[0]!;
    const host = `${name}.example.test`;
    expect(profile.servicePort(intent.mode)).toEqual({ name: port, number: 443 });
    expect(route).toMatchObject({ apiVersion: 'extensions/v1beta1', kind: 'Ingress' });
    expect(resolve(route.annotations, `ic3-${name}`)).toEqual({ 'kubernetes.io/ingress.class': 'ic3', ...annotations });
    expect(resolve(route.spec, `ic3-${name}`)).toEqual({
      tls: [{ hosts: [host], ...(name === 'svc9' ? {} : { secretName: 'ingress-controller-demo-tls-secret' }) }],
      rules: [{ host, http: { paths: [{ path: '/', backend: { serviceName: `ic3-${name}`, servicePort: port } }] } }],
    });
  });
});

describe('what it says of itself', () => {
  const codes = (given: Config) => profile.notices(given).map(({ level, code }) => `${level} ${code}`);

  it('warns of age, of cluster-wide Secrets and of the hop that it cannot verify', () => {
    expect(codes(article)).toEqual([
      'warning controller-retired',
      'warning cluster-wide-secrets',
      'warning upstream-unverified',
      'info http2-coalescing',
      'warning passthrough-split-hello',
      'info passthrough-client-address',
    ]);
    expect(profile.upstreamCa(article, { release: 'ic3-svc8', namespace: 'default' })).toBeUndefined();
  });

  it('warns of a second way to pods that take anybody', () => {
    const open = service('open', 'passthrough', { clientAuth: false });
    const optional = service('optional', 'passthrough', { clientAuth: true, clientAuthDetails: { isOptional: true } });
    const second = profile
      .notices(config([...threeServices, open, optional]))
      .filter(({ code }) => code === 'passthrough-second-way');
    expect(second.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Passthrough \(open and optional\): /),
    ]);
  });

  it('says nothing of modes that nobody uses, and what a Role of its own name would do', () => {
    expect(codes(config([service('svc7', 'terminate')]))).toEqual([
      'warning controller-retired',
      'warning cluster-wide-secrets',
      'info shared-role',
    ]);
  });
});
