import { describe, expect, it } from 'vitest';
import { ingressNginx as profile } from '../../../src/controllers/ingress-nginx/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { JsonObject } from '../../../src/model/json.ts';
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

const objectsOf = (given: Config) => allObjects(profile.manifests(given, labels));
const objects = objectsOf(config());

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** `group/resource[names]: verbs`, one line for each resource of a role, sorted. */
function rights(role: JsonObject): readonly string[] {
  return (role['rules'] as unknown as readonly Rule[])
    .flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
      apiGroups.flatMap((group) =>
        resources.map(
          (resource) =>
            `${group}/${resource}${resourceNames === undefined ? '' : `[${resourceNames.join()}]`}: ${[...verbs].sort().join()}`,
        ),
      ),
    )
    .sort();
}

describe('the files of manifests/', () => {
  it("hold the article's objects and an IngressClass", () => {
    const { before, after } = profile.manifests(config(), labels);
    expect(
      Object.fromEntries(
        [...before, ...after].map(({ file, objects: held }) => [
          file,
          held.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
        ]),
      ),
    ).toEqual({
      'ic-common.yaml': [
        'Namespace ingress-nginx-demo',
        'ServiceAccount ingress-nginx-ic3',
        'ClusterRole ingress-nginx-ic3',
        'Role ingress-nginx-ic3',
        'RoleBinding ingress-nginx-ic3',
        'ClusterRoleBinding ingress-nginx-ic3',
      ],
      'ic3-ingressclass.yaml': ['IngressClass ic3'],
      'ic3-service-nodeport.yaml': ['Service ingress-nginx-ic3'],
      'ic3-mandatory.yaml': ['ConfigMap nginx-configuration-ic3', 'Deployment nginx-ingress-controller-ic3'],
    });
  });

  it("hold the controller's namespace to the restricted standard", () => {
    const namespace = find(objectsOf(config()), 'Namespace', 'ingress-nginx-demo');
    for (const use of ['enforce', 'audit', 'warn']) {
      expect(namespace.metadata.labels).toMatchObject({ [`pod-security.kubernetes.io/${use}`]: 'restricted' });
    }
  });

  it("mark everything as the controller's own, the namespace too, whatever other controllers are named", () => {
    const beside = objectsOf(config(threeServices, { sharedWith: ['ic1'] }));
    expect(find(beside, 'Namespace', 'ingress-nginx-demo').metadata.labels).toMatchObject(labels.own);
    expect(beside).toEqual(objects);
  });
});

describe('the rights of the controller', () => {
  // kubernetes/ingress-nginx@controller-v1.15.1 deploy/static/provider/baremetal/deploy.yaml, without the webhook's.
  it("are upstream's in the cluster", () => {
    expect(rights(find(objects, 'ClusterRole', 'ingress-nginx-ic3'))).toEqual(
      [
        '/configmaps: list,watch',
        '/endpoints: list,watch',
        '/events: create,patch',
        '/namespaces: list,watch',
        '/nodes: get',
        '/nodes: list,watch',
        '/pods: list,watch',
        '/secrets: list,watch',
        '/services: get,list,watch',
        'coordination.k8s.io/leases: list,watch',
        'discovery.k8s.io/endpointslices: get,list,watch',
        'networking.k8s.io/ingressclasses: get,list,watch',
        'networking.k8s.io/ingresses/status: update',
        'networking.k8s.io/ingresses: get,list,watch',
      ].sort(),
    );
  });

  it("are upstream's in its namespace, with the Lease of its own election only", () => {
    expect(rights(find(objects, 'Role', 'ingress-nginx-ic3'))).toEqual(
      [
        '/configmaps: get,list,watch',
        '/endpoints: get,list,watch',
        '/events: create,patch',
        '/namespaces: get',
        '/pods: get,list,watch',
        '/secrets: get,list,watch',
        '/services: get,list,watch',
        'coordination.k8s.io/leases: create',
        'coordination.k8s.io/leases[ingress-controller-leader-ic3]: get,update',
        'discovery.k8s.io/endpointslices: get,list,watch',
        'networking.k8s.io/ingressclasses: get,list,watch',
        'networking.k8s.io/ingresses/status: update',
        'networking.k8s.io/ingresses: get,list,watch',
      ].sort(),
    );
  });

  it('are bound to its ServiceAccount, which its pod runs under', () => {
    const subject = { kind: 'ServiceAccount', name: 'ingress-nginx-ic3', namespace: 'ingress-nginx-demo' };
    for (const [kind, role] of [
      ['RoleBinding', 'Role'],
      ['ClusterRoleBinding', 'ClusterRole'],
    ] as const) {
      const binding = find(objects, kind, 'ingress-nginx-ic3');
      expect(binding['subjects']).toEqual([subject]);
      expect(binding['roleRef']).toEqual({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: role,
        name: 'ingress-nginx-ic3',
      });
    }
    expect(find(objects, 'Deployment', 'nginx-ingress-controller-ic3')).toMatchObject({
      spec: { template: { spec: { serviceAccountName: 'ingress-nginx-ic3' } } },
    });
  });
});

describe('the Deployment', () => {
  const deployment = find(objects, 'Deployment', 'nginx-ingress-controller-ic3') as unknown as {
    spec: {
      strategy: unknown;
      template: { spec: { containers: Record<string, unknown>[] } & Record<string, unknown> };
    };
  };
  const pod = deployment.spec.template.spec;
  const container = pod.containers[0]!;

  it('starts the controller with class, annotation class and election of its own', () => {
    expect(container['args']).toEqual([
      '/nginx-ingress-controller',
      '--election-id=ingress-controller-leader-ic3',
      '--controller-class=ingress-tls/ic3',
      '--ingress-class=ic3',
      '--configmap=$(POD_NAMESPACE)/nginx-configuration-ic3',
      '--enable-ssl-passthrough',
      '--disable-catch-all',
      '--disable-svc-external-name',
      '--profiling=false',
    ]);
    expect(find(objects, 'IngressClass', 'ic3')['spec']).toEqual({ controller: 'ingress-tls/ic3' });
  });

  it('meets the restricted Pod Security Standard and keeps the one capability without which the image does not start', () => {
    expect(pod.containers).toHaveLength(1);
    expect(container['securityContext']).toEqual({
      runAsNonRoot: true,
      runAsUser: 101,
      runAsGroup: 82,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: false,
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const forbidden of [
      'hostNetwork',
      'hostPID',
      'hostIPC',
      'shareProcessNamespace',
      'volumes',
      'initContainers',
    ]) {
      expect(pod).not.toHaveProperty(forbidden);
    }
  });

  it('rolls out without taking the only pod away, and lets connections finish', () => {
    expect(deployment.spec).not.toHaveProperty('replicas');
    expect(deployment.spec).toMatchObject({ strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } });
    expect(pod['terminationGracePeriodSeconds']).toBe(300);
    expect(container['lifecycle']).toEqual({ preStop: { exec: { command: ['/wait-shutdown'] } } });
  });

  it('probes a declared port, less patiently for readiness', () => {
    const ports = container['ports'] as { name: string; containerPort: number }[];
    expect(ports.find(({ name }) => name === 'health')?.containerPort).toBe(10254);
    for (const [probe, failures] of [
      ['livenessProbe', 5],
      ['readinessProbe', 3],
    ] as const) {
      expect(container[probe]).toMatchObject({
        httpGet: { path: '/healthz', port: 'health' },
        failureThreshold: failures,
      });
    }
  });

  it('asks for resources and sets no limit', () => {
    expect(container['resources']).toEqual({ requests: { cpu: '100m', memory: '90Mi' } });
  });

  it('runs the last release by digest, or the image that a person chose', () => {
    expect(container['image']).toMatch(/^registry\.k8s\.io\/ingress-nginx\/controller:v1\.15\.1@sha256:[0-9a-f]{64}$/);
    const own = objectsOf(config(threeServices, { image: 'registry.example/fork:2026.7.20' }));
    expect(JSON.stringify(find(own, 'Deployment', 'nginx-ingress-controller-ic3'))).toContain(
      '"image":"registry.example/fork:2026.7.20"',
    );
  });
});

describe('the node port Service', () => {
  it('leads to the TLS port alone', () => {
    expect(find(objects, 'Service', 'ingress-nginx-ic3')['spec']).toMatchObject({
      type: 'NodePort',
      ports: [{ name: 'https', port: 443, targetPort: 'https', nodePort: 30092, protocol: 'TCP' }],
    });
  });
});

describe('the ConfigMap', () => {
  const data = (services = threeServices) =>
    find(objectsOf(config(services)), 'ConfigMap', 'nginx-configuration-ic3')['data'] as JsonObject;

  it('hardens nginx and finds the client behind the passthrough proxy, in strings', () => {
    expect(data()).toEqual({
      'allow-snippet-annotations': 'false',
      'allow-cross-namespace-resources': 'false',
      'annotations-risk-level': 'High',
      'strict-validate-path-type': 'true',
      'ssl-protocols': 'TLSv1.2 TLSv1.3',
      'enable-real-ip': 'true',
      'forwarded-for-header': 'proxy_protocol',
      'proxy-real-ip-cidr': '127.0.0.1/32',
      'hsts-include-subdomains': 'false',
      'use-http2': 'false',
    });
  });

  it.each([
    ['a passthrough host beside a terminated one', ['terminate', 'svc9.example.test'], true],
    ['a passthrough host beside a reencrypted one', ['reencrypt', 'svc9.example.test'], true],
    ['the domain itself passed through', ['terminate', 'example.test'], true],
    ['a host that the wildcard does not cover', ['terminate', 'svc9.direct.example.test'], false],
    ['a host of another domain with the same end', ['terminate', 'svc9example.test'], false],
    ['passthrough only', ['passthrough', 'svc9.example.test'], false],
  ] as const)('turns HTTP/2 off for %s: %j %s', (_, [mode, host], off) => {
    const services = [service('svc7', mode), service('svc9', 'passthrough', { host })];
    expect(data(services)['use-http2']).toBe(off ? 'false' : undefined);
    expect(profile.notices(config(services)).some(({ code }) => code === 'http2-coalescing')).toBe(off);
  });

  it('leaves HTTP/2 on where nothing is passed through', () => {
    expect(data(threeServices.slice(0, 2))).not.toHaveProperty('use-http2');
  });
});

describe('the Ingress of a service', () => {
  const ingress = (name: string, changes = {}) => {
    const intent = { ...threeServices.find((each) => each.name === name)!, ...changes };
    const [route, ...others] = profile.routes(config(), planned(profile, intent));
    expect(others).toEqual([]);
    expect(route).toMatchObject({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', section: 'ingress' });
    return { annotations: resolve(route!.annotations, `ic3-${name}`), spec: resolve(route!.spec, `ic3-${name}`) };
  };
  const rule = (name: string, port: string) => ({
    host: `${name}.example.test`,
    http: {
      paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: `ic3-${name}`, port: { name: port } } } }],
    },
  });
  const secretName = 'ingress-controller-demo-tls-secret';

  it('terminates with the wildcard and no annotation', () => {
    expect(ingress('svc7')).toEqual({
      annotations: {},
      spec: {
        ingressClassName: 'ic3',
        tls: [{ hosts: ['svc7.example.test'], secretName }],
        rules: [rule('svc7', 'http')],
      },
    });
  });

  it('reencrypts with verification that does not fail open', () => {
    expect(ingress('svc8')).toEqual({
      annotations: {
        'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS',
        'nginx.ingress.kubernetes.io/proxy-ssl-secret': 'default/ic3-svc8-upstream-ca',
        'nginx.ingress.kubernetes.io/proxy-ssl-verify': 'on',
        'nginx.ingress.kubernetes.io/proxy-ssl-name': 'ic3-svc8.default.svc',
        'nginx.ingress.kubernetes.io/proxy-ssl-server-name': 'on',
        'nginx.ingress.kubernetes.io/proxy-ssl-protocols': 'TLSv1.2 TLSv1.3',
        'nginx.ingress.kubernetes.io/proxy-ssl-verify-depth': '2',
      },
      spec: {
        ingressClassName: 'ic3',
        tls: [{ hosts: ['svc8.example.test'], secretName }],
        rules: [rule('svc8', 'https')],
      },
    });
  });

  it('passes through without a Secret', () => {
    expect(ingress('svc9')).toEqual({
      annotations: {
        'nginx.ingress.kubernetes.io/ssl-passthrough': 'true',
        'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true',
        'nginx.ingress.kubernetes.io/service-upstream': 'true',
      },
      spec: { ingressClassName: 'ic3', tls: [{ hosts: ['svc9.example.test'] }], rules: [rule('svc9', 'https')] },
    });
  });

  it("keeps a person's own annotations, but never over the mode's", () => {
    const own = { 'example.test/team': 'a', 'nginx.ingress.kubernetes.io/proxy-ssl-verify': 'off' };
    expect(ingress('svc8', { annotations: own }).annotations).toMatchObject({
      'example.test/team': 'a',
      'nginx.ingress.kubernetes.io/proxy-ssl-verify': 'on',
    });
  });

  it('finds the authority in the Secret that upstreamCa announces, beside which a client certificate may lie', () => {
    expect(profile.upstreamCa(config(), { release: 'ic3-svc8', namespace: 'default' })).toEqual({
      kind: 'Secret',
      name: 'ic3-svc8-upstream-ca',
      namespace: 'default',
      type: 'Opaque',
      key: 'ca.crt',
      takesClientCertificate: true,
    });
  });

  it('is not made for a reencrypt service whose upstream name nobody planned', () => {
    const unnamed = { ...planned(profile, threeServices[0]!), mode: 'reencrypt' as const };
    expect(() => profile.routes(config(), unnamed)).toThrow(/upstream name/);
  });
});
