import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { helm, ingressTls, kubectl, kubectlWithInput, readObject } from '../../../support/cluster-programs.ts';
import { inFreshFolder } from '../../../support/program.ts';
import { until } from '../../../support/until.ts';
import { controllerNamespace, domain, greeting, podsWith, wildcardSecret, type Story } from './story.ts';

interface Named {
  readonly metadata: { readonly name: string };
}

/** Objects of ic1 and of another project, as a person may have them there already. */
export const older = `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: ic1
spec:
  controller: example.test/ic1
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: nginx-ingress-role
  namespace: default
rules:
  - apiGroups: [""]
    resources: [configmaps]
    resourceNames: [ingress-controller-leader-ic1, ingress-controller-leader-ic2]
    verbs: [get, update]
`;

/** Controller ic3, its Service and its class. */
export function testController(story: Story): void {
  const { cluster } = story;

  it('B3: ic3 has a ConfigMap, a Deployment, a Service and a class of its own, and its selector finds its pod alone', () => {
    const names = (kind: string): readonly string[] =>
      (readObject(cluster, kind, '--namespace', controllerNamespace)['items'] as readonly Named[]).map(
        ({ metadata }) => metadata.name,
      );
    expect(names('configmaps')).toEqual(['kube-root-ca.crt', 'traefik-settings-ic3']);
    expect(names('deployments')).toEqual(['nginx-ingress-controller-ic3']);
    expect(names('services')).toEqual(['ingress-nginx-ic3']);
    expect(readObject(cluster, 'ingressclass', 'ic3')).toMatchObject({ spec: { controller: 'ingress-tls/ic3' } });
    const deployment = readObject(
      cluster,
      'deployment',
      'nginx-ingress-controller-ic3',
      '--namespace',
      controllerNamespace,
    ) as { spec: { selector: { matchLabels: Record<string, string> } } };
    const service = readObject(cluster, 'service', 'ingress-nginx-ic3', '--namespace', controllerNamespace) as {
      spec: { selector: Record<string, string> };
    };
    for (const labels of [deployment.spec.selector.matchLabels, service.spec.selector])
      expect(podsWith(story, labels)).toEqual([expect.stringMatching(/^nginx-ingress-controller-ic3-/)]);
  });

  it('B3: an election name of its own, in the rendered ingress-nginx (Traefik elects nobody)', () => {
    expect(rendered(story, 'ic3-mandatory.yaml')).toContain('- --election-id=ingress-controller-leader-ic3\n');
    expect(rendered(story, 'ic-common.yaml')).toMatch(/resourceNames:\n\s+- ingress-controller-leader-ic3\n/);
  });

  it('B4: what ic1 and ic2 had is as it was', () => {
    expect(readObject(cluster, 'role', 'nginx-ingress-role', '--namespace', 'default')).toMatchObject({
      rules: [{ resourceNames: ['ingress-controller-leader-ic1', 'ingress-controller-leader-ic2'] }],
    });
    expect(readObject(cluster, 'ingressclass', 'ic1')).toMatchObject({
      metadata: { generation: 1 },
      spec: { controller: 'example.test/ic1' },
    });
  });

  it('B4: in the shared Role of the rendered ingress-nginx-0.15 the election name is appended, once', async () => {
    await inFreshFolder((folder) => {
      expect(
        ingressTls(
          cluster,
          folder,
          'init',
          '--profile',
          'ingress-nginx-0.15',
          '--domain',
          domain,
          '--key-type',
          'ecdsa-p256',
        ).exitCode,
      ).toBe(0);
      const file = join(folder, 'ingress-tls.yaml');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('  name: ic3\n', '  name: ic3\n  sharedWith: [ic1, ic2]\n'),
      );
      for (const change of ['replaced', 'unchanged']) {
        expect(ingressTls(cluster, folder, 'render').stdout).toMatch(new RegExp(`^${change} `));
        expect(readFileSync(join(folder, 'manifests/ic-common.yaml'), 'utf8')).toMatch(
          /resourceNames:\n\s+- ingress-controller-leader-ic1\n\s+- ingress-controller-leader-ic2\n\s+- ingress-controller-leader-ic3\n\s+verbs/,
        );
      }
    });
  });

  it('B5: the Service is NodePort 30092 -> 443 named https, and no node port of it reaches port 80', () => {
    const { spec } = readObject(cluster, 'service', 'ingress-nginx-ic3', '--namespace', controllerNamespace) as {
      spec: { type: string; ports: readonly unknown[] };
    };
    expect(spec.type).toBe('NodePort');
    expect(spec.ports).toEqual([
      expect.objectContaining({ name: 'https', port: 443, nodePort: 30092, protocol: 'TCP', targetPort: 'https' }),
    ]);
  });

  it('B6: an Ingress is served while its class is ic3, and not when it is ic1', async () => {
    const apply = (className: string): string =>
      kubectlWithInput(cluster, JSON.stringify(ingressOf(className)), 'apply', '-f', '-');
    const answer = () =>
      story.outside.curl({ host: `elsewhere.${domain}`, options: ['--cacert', 'certs/wildcard.crt'] });
    try {
      apply('ic3');
      await until(() => answer().body === greeting('svc7'));
      apply('ic1');
      await until(() => answer().status === 404);
      expect(answer().body).not.toContain('Hello');
    } finally {
      kubectl(cluster, 'delete', 'ingress', 'elsewhere', '--namespace', 'default', '--ignore-not-found');
    }
  });

  it("B22: the arguments on the cluster are the rendered ones, and those of the rendered ingress-nginx are the article's, modernised", () => {
    const live = readObject(
      cluster,
      'deployment',
      'nginx-ingress-controller-ic3',
      '--namespace',
      controllerNamespace,
    ) as unknown as Deployment;
    const file = readFileSync(join(story.project, 'manifests/ic3-mandatory.yaml'), 'utf8');
    expect(argumentsOf(live)).toEqual(argumentsOf(findDeployment(file)));
    expect(argumentsOf(live)).toEqual(
      expect.arrayContaining([
        '--providers.kubernetesIngressNGINX.controllerClass=ingress-tls/ic3',
        '--providers.kubernetesIngressNGINX.ingressClass=ic3',
        '--accessLog=true',
      ]),
    );
    // Gone since 0.15: default backend, stream ConfigMaps where there is nothing in them, the prefix that is the default,
    // and --publish-service, which would show an address that clients cannot use.
    const nginx = argumentsOf(findDeployment(rendered(story, 'ic3-mandatory.yaml')));
    expect(nginx[0]).toBe('/nginx-ingress-controller');
    expect(nginx).toEqual(
      expect.arrayContaining([
        '--configmap=$(POD_NAMESPACE)/nginx-configuration-ic3',
        '--enable-ssl-passthrough',
        '--ingress-class=ic3',
      ]),
    );
    for (const gone of [
      'default-backend-service',
      'tcp-services',
      'udp-services',
      'publish-service',
      'annotations-prefix',
    ])
      expect(nginx.join(' ')).not.toContain(gone);
  });

  it("B22: the annotations on the cluster are those of the mode, the same under both profiles, the article's modernised", () => {
    const prefix = 'nginx.ingress.kubernetes.io/';
    const expected = {
      svc7: {},
      // Was `secure-backends: "true"`, which 1.15.1 no longer knows.
      svc8: {
        'backend-protocol': 'HTTPS',
        'proxy-ssl-name': 'ic3-svc8.default.svc',
        'proxy-ssl-protocols': 'TLSv1.2 TLSv1.3',
        'proxy-ssl-secret': 'default/ic3-svc8-upstream-ca',
        'proxy-ssl-server-name': 'on',
        'proxy-ssl-verify': 'on',
        'proxy-ssl-verify-depth': '2',
      },
      svc9: { 'force-ssl-redirect': 'true', 'ssl-passthrough': 'true', 'service-upstream': 'true' },
    };
    for (const [name, annotations] of Object.entries(expected)) {
      const live = readObject(cluster, 'ingress', `ic3-${name}`, '--namespace', 'default') as unknown as Ingress;
      const [chart] = parseAllDocuments(
        helm(
          cluster,
          'template',
          `ic3-${name}`,
          join(story.nginxProject, 'charts', name),
          '--show-only',
          'templates/ingress.yaml',
        ),
      ).map((document) => document.toJS() as Ingress);
      for (const ingress of [live, chart]) {
        const found = Object.entries(ingress?.metadata.annotations ?? {}).filter(([key]) => key.startsWith(prefix));
        expect(Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]))).toEqual(annotations);
        expect(ingress?.spec.ingressClassName).toBe('ic3');
      }
    }
  });
}

interface Deployment {
  readonly kind: string;
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
}

interface Ingress {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly ingressClassName: string };
}

const argumentsOf = (deployment: Deployment): readonly string[] =>
  deployment.spec.template.spec.containers[0]?.args ?? [];

function findDeployment(manifests: string): Deployment {
  const found = parseAllDocuments(manifests)
    .map((document) => document.toJS() as Deployment)
    .find(({ kind }) => kind === 'Deployment');
  if (found === undefined) throw new Error('no Deployment');
  return found;
}

function rendered(story: Story, file: string): string {
  return readFileSync(join(story.nginxProject, 'manifests', file), 'utf8');
}

function ingressOf(className: string): unknown {
  const host = `elsewhere.${domain}`;
  const backend = { service: { name: 'ic3-svc7', port: { name: 'http' } } };
  return {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'elsewhere', namespace: 'default' } },
    spec: {
      ingressClassName: className,
      tls: [{ hosts: [host], secretName: wildcardSecret }],
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}
