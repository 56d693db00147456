import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderChart } from '../../../src/charts/chart.ts';
import { ingressNginx } from '../../../src/controllers/ingress-nginx/index.ts';
import { traefik as profile } from '../../../src/controllers/traefik/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { ControllerProfile } from '../../../src/model/controller-profile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { KubeObject } from '../../../src/model/kube-object.ts';
import { templates } from '../../support/charts/chart-fixtures.ts';
import {
  allObjects,
  config,
  find,
  labels,
  planned,
  service,
  threeServices,
} from '../../support/controllers/three-services.ts';

const given = config(threeServices, { profile: 'traefik' });
const apps: Config = { ...given, namespace: 'apps' };
const objectsOf = (from: Config, of: ControllerProfile = profile) => allObjects(of.manifests(from, labels));
const objects = objectsOf(apps);
const pod = (from: readonly KubeObject[]) =>
  (
    find(from, 'Deployment', 'nginx-ingress-controller-ic3') as unknown as {
      spec: {
        template: { metadata: JsonObject; spec: { containers: JsonObject[]; volumes: JsonObject[] } & JsonObject };
      };
    }
  ).spec.template;
const container = pod(objects).spec.containers[0]!;
const settings = (from: Config) =>
  (find(objectsOf(from), 'ConfigMap', 'traefik-settings-ic3')['data'] as Record<string, string>)['tls.yaml'];

describe('the rights of the controller', () => {
  const rules = (kind: string) => find(objects, kind, 'traefik-ic3')['rules'];

  it("are to look at one namespace and at the cluster's classes, and to write nothing", () => {
    expect(rules('ClusterRole')).toEqual([
      { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: ['list', 'watch'] },
    ]);
    expect(find(objects, 'Role', 'traefik-ic3').metadata.namespace).toBe('apps');
    expect(rules('Role')).toEqual([
      { apiGroups: [''], resources: ['configmaps', 'secrets', 'services'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['list', 'watch'] },
    ]);
  });

  it('are bound where they hold to the account that the pod runs under', () => {
    for (const [kind, role, namespace] of [
      ['RoleBinding', 'Role', 'apps'],
      ['ClusterRoleBinding', 'ClusterRole', undefined],
    ] as const) {
      const binding = find(objects, kind, 'traefik-ic3');
      expect(binding.metadata.namespace).toBe(namespace);
      expect(binding['subjects']).toEqual([
        { kind: 'ServiceAccount', name: 'traefik-ic3', namespace: 'ingress-nginx-demo' },
      ]);
      expect(binding['roleRef']).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: role, name: 'traefik-ic3' });
    }
    expect(find(objects, 'ServiceAccount', 'traefik-ic3').metadata.namespace).toBe('ingress-nginx-demo');
    expect(pod(objects).spec['serviceAccountName']).toBe('traefik-ic3');
  });
});

describe('the Deployment', () => {
  it('starts Traefik with entry points, class and namespace of its own, and nothing that calls home', () => {
    expect(container['args']).toEqual([
      '--global.checkNewVersion=false',
      '--global.sendAnonymousUsage=false',
      '--log.level=INFO',
      '--log.noColor=true',
      '--accessLog=true',
      '--entryPoints.web.address=:8000',
      '--entryPoints.web.http.aliasHeadersStrategy=delete',
      '--entryPoints.websecure.address=:8443',
      '--entryPoints.websecure.http.aliasHeadersStrategy=delete',
      '--entryPoints.websecure.transport.lifeCycle.requestAcceptGraceTimeout=5s',
      '--entryPoints.websecure.transport.lifeCycle.graceTimeOut=50s',
      '--entryPoints.health.address=:8082',
      '--entryPoints.health.http.aliasHeadersStrategy=delete',
      '--ping=true',
      '--ping.entryPoint=health',
      '--providers.file.filename=/etc/traefik/settings/tls.yaml',
      '--providers.file.watch=false',
      '--providers.kubernetesIngressNGINX=true',
      '--providers.kubernetesIngressNGINX.httpEntryPoint=web',
      '--providers.kubernetesIngressNGINX.httpsEntryPoint=websecure',
      '--providers.kubernetesIngressNGINX.controllerClass=ingress-tls/ic3',
      '--providers.kubernetesIngressNGINX.ingressClass=ic3',
      '--providers.kubernetesIngressNGINX.watchNamespace=apps',
      '--providers.kubernetesIngressNGINX.disableSvcExternalName=true',
      '--providers.kubernetesIngressNGINX.allowCrossNamespaceResources=false',
      '--providers.kubernetesIngressNGINX.allowSnippetAnnotations=false',
      '--providers.kubernetesIngressNGINX.strictValidatePathType=true',
    ]);
  });

  it('meets the restricted Pod Security Standard with no capability and a read-only root', () => {
    expect(pod(objects).spec.containers).toHaveLength(1);
    expect(container['securityContext']).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod(objects).spec.volumes).toEqual([
      { name: 'settings', configMap: { name: 'traefik-settings-ic3' } },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    ]);
    for (const forbidden of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'])
      expect(pod(objects).spec).not.toHaveProperty(forbidden);
  });

  it('listens and is probed on declared ports, and ends only after its own waiting', () => {
    expect(container['ports']).toEqual([
      { name: 'http', containerPort: 8000, protocol: 'TCP' },
      { name: 'https', containerPort: 8443, protocol: 'TCP' },
      { name: 'health', containerPort: 8082, protocol: 'TCP' },
    ]);
    for (const probe of ['livenessProbe', 'readinessProbe'])
      expect(container[probe]).toMatchObject({ httpGet: { path: '/ping', port: 'health' } });
    expect(pod(objects).spec['terminationGracePeriodSeconds']).toBe(60);
  });

  it('runs a release by its tag, or the image that a person chose', () => {
    expect(container['image']).toBe('docker.io/library/traefik:v3.7.13');
    const own = pod(objectsOf(config(threeServices, { image: 'registry.example/traefik:v3.7.99' })));
    expect(own.spec.containers[0]!['image']).toBe('registry.example/traefik:v3.7.99');
  });
});

describe('HTTP/2', () => {
  const off =
    'tls:\n  options:\n    default:\n      minVersion: VersionTLS12\n      alpnProtocols:\n        - http/1.1\n';
  const on = 'tls:\n  options:\n    default:\n      minVersion: VersionTLS12\n';

  it('is off exactly where a browser could go astray', () => {
    expect(settings(given)).toBe(off);
    expect(settings(config(threeServices.slice(0, 2)))).toBe(on);
    expect(
      settings(config([threeServices[0]!, service('svc9', 'passthrough', { host: 'svc9.direct.example.test' })])),
    ).toBe(on);
  });

  it('takes new pods when it changes, as the file is read at their start', () => {
    const checksum = (from: Config) =>
      (pod(objectsOf(from)).metadata['annotations'] as JsonObject)['checksum/settings'];
    expect(checksum(given)).toMatch(/^[0-9a-f]{64}$/);
    expect(checksum(config(threeServices.slice(0, 2)))).not.toBe(checksum(given));
    expect(checksum(apps)).toBe(checksum(given));
  });
});

describe('an exchange with profile ingress-nginx', () => {
  it('leaves every byte of every chart as it is', () => {
    const chart = (of: ControllerProfile, intent: (typeof threeServices)[number]) =>
      renderChart(templates, {
        service: planned(of, intent),
        routes: of.routes(given, planned(of, intent)),
        workload: of.workload,
        controllerName: 'ic3',
        authority: 'certs/ca.crt',
        podClientAuthority: 'certs/svc9-client-ca.crt',
        controllerNamespace: 'ingress-nginx-demo',
        chartVersion: '0.1.0',
        entry: { kind: 'node-port', port: 30092 },
      });
    for (const intent of threeServices) {
      expect(chart(profile, intent).length).toBeGreaterThan(10);
      expect(chart(profile, intent)).toEqual(chart(ingressNginx, intent));
    }
  });

  it("changes nothing that Kubernetes does not let change, and leaves the Service and the pods' labels", () => {
    const before = objectsOf(apps, ingressNginx);
    for (const kind of ['Service', 'IngressClass']) {
      const specs = [before, objects].map((all) =>
        all.filter((object) => object.kind === kind).map((object) => [object.metadata.name, object['spec']]),
      );
      expect(specs[0]).toHaveLength(1);
      expect(specs[0]).toEqual(specs[1]);
    }
    const selectors = [before, objects].map(
      (all) => (find(all, 'Deployment', 'nginx-ingress-controller-ic3')['spec'] as JsonObject)['selector'],
    );
    expect(selectors[0]).toEqual(selectors[1]);
    expect(pod(objects).metadata['labels']).toEqual(pod(before).metadata['labels']);
  });

  it('takes no right from the controller that still runs', () => {
    const rbac = (all: readonly KubeObject[]) =>
      all
        .filter(({ kind }) => /Role|ServiceAccount/.test(kind))
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(rbac(objectsOf(apps, ingressNginx)).filter((name) => rbac(objects).includes(name))).toEqual([]);
  });
});

it('shares no name, selector or class with a controller of another name', () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
  const identities = (each: string) =>
    objectsOf(config(threeServices, { name: each }))
      .filter(({ kind }) => kind !== 'Namespace')
      .flatMap((object) => [
        `${object.kind}/${object.metadata.name}`,
        ...(object.kind === 'IngressClass' ? [JSON.stringify(object['spec'])] : []),
      ]);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 2 }), ([one, other]) => {
      expect(identities(one!).filter((identity) => identities(other!).includes(identity))).toEqual([]);
    }),
  );
});

describe('what it says of itself', () => {
  const nginx = (key: string) => `nginx.ingress.kubernetes.io/${key}`;
  const codes = (from: Config) => profile.notices(from).map(({ level, code }) => `${level} ${code}`);

  it('speaks of what applies, and not of retirement', () => {
    expect(codes(given)).toEqual([
      'info http2-coalescing',
      'info one-namespace',
      'info certificates-pooled',
      'info upstream-settings-ignored',
      'info passthrough-client-address',
    ]);
    expect(codes(config([]))).toEqual(['info one-namespace']);
  });

  it.each([
    ['auth-tls-match-cn', 'CN=a', true],
    ['auth-tls-verify-depth', '1', true],
    ['denylist-source-range', '10.0.0.0/8', true],
    ['satisfy', 'any', true],
    ['mirror-target', 'https://other.example.test', false],
    ['proxy-cookie-path', '/a /b', false],
    ['enable-modsecurity', 'true', true],
  ])('names the service whose %s is ignored', (key, value, guards) => {
    const found = profile.notices(config([service('svc7', 'terminate', { annotations: { [nginx(key)]: value } })]));
    expect(found.filter(({ code }) => code.startsWith('annotation-'))).toEqual([
      expect.objectContaining({
        level: guards ? 'error' : 'warning',
        code: 'annotation-ignored',
        path: ['services', 0, 'annotations', nginx(key)],
      }),
    ]);
    expect(found[0]?.message).toContain(`svc7 (terminate): Traefik ignores ${nginx(key)}`);
    expect(found[0]?.message.includes('guards')).toBe(guards);
  });

  it.each([
    ['proxy-body-size', '8m'],
    ['whitelist-source-range', '10.0.0.0/8'],
    ['enable-cors', 'true'],
    ['backend-protocol', 'GRPC'],
    ['limit-rps', '5'],
  ])('is silent about %s, which Traefik reads', (key, value) => {
    const given = config([service('svc7', 'terminate', { annotations: { [nginx(key)]: value } })]);
    expect(codes(given).filter((code) => code.includes('annotation'))).toEqual([]);
  });

  it('says one thing of an annotation, and refuses FastCGI', () => {
    const own = { [nginx('backend-protocol')]: 'fcgi', [nginx('proxy-ssl-ciphers')]: 'x' };
    const serious = profile
      .notices(config([service('svc7', 'terminate', { annotations: own })]))
      .filter(({ level }) => level !== 'info');
    expect(serious.map(({ code, path }) => [code, path?.at(-1)])).toEqual([
      ['annotation-refused', nginx('backend-protocol')],
      ['annotation-refused', nginx('proxy-ssl-ciphers')],
    ]);
  });

  it('warns that hosts with client certificates keep HTTP/2', () => {
    const asking = service('svc7', 'terminate', { annotations: { [nginx('auth-tls-secret')]: 'default/ca' } });
    expect(codes(config([asking]))).not.toContain('warning http2-client-certificate');
    expect(codes(config([asking, service('svc9', 'passthrough')]))).toContain('warning http2-client-certificate');
  });

  it('says that sharedWith has no effect', () => {
    expect(codes(config([], { sharedWith: ['ic1'] }))).toContain('warning sharedWith-unused');
  });

  it.each([
    [profile, 'registry.k8s.io/ingress-nginx/controller:v1.15.1', true],
    [profile, 'registry.example/forkline/ingress-nginx:2026.7', true],
    [profile, 'quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.15.0', true],
    [profile, 'registry.example/mirror/traefik:v3.7.13', false],
    [profile, 'registry.example/edge:1', false],
    [ingressNginx, 'docker.io/library/traefik:v3.7.13', true],
    [ingressNginx, 'traefik', true],
    [ingressNginx, 'registry.example/traefik/ingress-nginx:1', false],
  ])('refuses an image that the other profile left behind: $0.name %s', (of, image, refused) => {
    const errors = of.notices(config([], { image })).filter(({ level }) => level === 'error');
    expect(errors.map(({ code }) => code)).toEqual(refused ? ['controller-image-foreign'] : []);
  });

  it('stays readable with a thousand services', () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      service(`s${index}`, index % 2 === 0 ? 'passthrough' : 'reencrypt'),
    );
    const found = profile.notices(config(many));
    expect(found.length).toBeLessThan(10);
    for (const { message } of found) expect(message.length).toBeLessThan(500);
  });
});

describe('how it behaves', () => {
  it('is as seen on a cluster', () => {
    expect(profile.behaviour(given)).toMatchObject({
      product: 'Traefik v3.7.13',
      fallbackCertificate: { commonName: 'TRAEFIK DEFAULT CERT' },
      plainHttp: { status: 404, body: '404 page not found\n', text: '404 page not found' },
      unknownHost: { status: 404 },
      upstreamRefused: { status: 500, body: 'Internal Server Error' },
      upstreamMissing: { status: 503, body: 'no available server\n' },
      helloReading: 'whole',
      knownLimits: [],
    });
    expect(profile.behaviour(given)).not.toHaveProperty('strictTransportSecurity');
  });

  it('names an image whose version it cannot tell', () => {
    expect(profile.behaviour(config([], { image: 'registry.example/edge:1' })).product).toBe(
      'Traefik (registry.example/edge:1)',
    );
  });
});
